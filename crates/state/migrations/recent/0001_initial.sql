-- Frames of looks that are durable and not yet in the tables of the store beside this file. As there, nothing here names a
-- person: details are sealed, persons are tags.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE frames (
    number INTEGER PRIMARY KEY,
    -- The number of the first look in it.
    first  INTEGER NOT NULL,
    frame  BLOB NOT NULL
) STRICT;
