-- Records that came one by one, ahead of their register's next delivery. What they hold is sealed; what must be looked up is a keyed hash.
CREATE TABLE arrivals (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    record BLOB NOT NULL UNIQUE CHECK (length(record) = 16),
    sealed BLOB NOT NULL,
    leaf   INTEGER NOT NULL,
    at     INTEGER NOT NULL
) STRICT;
