-- What stewards said of uncertain pairs since a generation of the index was built. Append-only: the last row of a pair counts.
-- A pair is a keyed hash of its records; the verdict alone names nobody.
CREATE TABLE reviews (
    id         INTEGER PRIMARY KEY,
    generation TEXT NOT NULL,
    pair       BLOB NOT NULL CHECK (length(pair) = 16),
    account    BLOB NOT NULL CHECK (length(account) = 16),
    verdict    TEXT NOT NULL,
    standing   TEXT NOT NULL,
    leaf       INTEGER NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

CREATE INDEX reviews_by_pair ON reviews (generation, pair);
