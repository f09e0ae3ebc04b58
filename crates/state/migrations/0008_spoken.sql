-- What people said of two records and no run of linking has followed yet, in the order in which they said it, sealed. It goes to the
-- spine in batches: a batch has a name before it is written there, by which the spine knows it again, and its rows go after.
CREATE TABLE spoken (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    pair   BLOB NOT NULL CHECK (length(pair) = 16),
    sealed BLOB NOT NULL,
    batch  BLOB CHECK (length(batch) = 16)
) STRICT;

CREATE INDEX spoken_of_batch ON spoken (batch, id);
