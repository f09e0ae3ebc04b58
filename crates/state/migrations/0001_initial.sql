-- What is not sealed here names no person: tags are keyed hashes, and the key is in a file of its own.
-- Times are milliseconds since 1970, UTC; days are counted from the first day of the year 1.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One row a look, kept after erasure so that the log's leaf is still accounted for.
CREATE TABLE looks (
    id         INTEGER PRIMARY KEY,
    commitment BLOB NOT NULL UNIQUE CHECK (length(commitment) = 32),
    leaf       INTEGER,
    at         INTEGER NOT NULL,
    purpose    TEXT NOT NULL,
    erased_at  INTEGER
) STRICT;

CREATE INDEX looks_without_leaf ON looks (id) WHERE leaf IS NULL AND erased_at IS NULL;

-- The detail of a look under a key of its own, which is wrapped by the master key.
CREATE TABLE details (
    look        INTEGER PRIMARY KEY REFERENCES looks (id),
    wrapped_key BLOB NOT NULL,
    sealed      BLOB NOT NULL
) STRICT;

-- Whom a look was at.
CREATE TABLE look_persons (
    person BLOB NOT NULL CHECK (length(person) = 16),
    look   INTEGER NOT NULL REFERENCES looks (id),
    PRIMARY KEY (person, look)
) STRICT, WITHOUT ROWID;

CREATE INDEX look_persons_by_look ON look_persons (look);

-- The different persons that an account opened under a purpose on a day. Not indexed by person: only erasure asks so.
CREATE TABLE opened (
    account BLOB NOT NULL CHECK (length(account) = 16),
    purpose TEXT NOT NULL,
    day     INTEGER NOT NULL,
    person  BLOB NOT NULL CHECK (length(person) = 16),
    masked  BLOB NOT NULL CHECK (length(masked) = 8),
    PRIMARY KEY (account, purpose, day, person)
) STRICT, WITHOUT ROWID;

-- The key from which a person's tags in the log are made.
CREATE TABLE person_keys (
    person      BLOB PRIMARY KEY CHECK (length(person) = 16),
    wrapped_key BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id      BLOB PRIMARY KEY CHECK (length(id) = 32),
    sealed  BLOB NOT NULL,
    expires INTEGER NOT NULL,
    revoked INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_expiry ON sessions (expires);

CREATE TABLE cases (
    agency TEXT NOT NULL,
    name   BLOB NOT NULL CHECK (length(name) = 16),
    sealed BLOB NOT NULL,
    opened INTEGER NOT NULL,
    closed INTEGER,
    PRIMARY KEY (agency, name)
) STRICT, WITHOUT ROWID;
