-- What people contest: that a record which was linked to them is about them. Kept beyond generations of the index. Records, account and words are sealed; what must be looked up is a keyed hash.
CREATE TABLE contests (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    pair       BLOB NOT NULL CHECK (length(pair) = 16),
    record     BLOB NOT NULL CHECK (length(record) = 16),
    account    BLOB NOT NULL CHECK (length(account) = 16),
    sealed     BLOB NOT NULL,
    leaf       INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    ending     TEXT,
    ended_leaf INTEGER,
    ended      INTEGER
) STRICT;

CREATE UNIQUE INDEX contests_open ON contests (record) WHERE ended IS NULL;
CREATE INDEX contests_by_account ON contests (account);
CREATE INDEX contests_by_pair ON contests (pair);
