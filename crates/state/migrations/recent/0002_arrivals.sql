-- Records that came one by one, ahead of their register's next delivery. What they hold is sealed; what must be looked up is a
-- keyed hash. They are here since an answer waits for them as it does for its look. Earlier versions kept them in the store,
-- from which they are moved when it is opened.
CREATE TABLE arrivals (
    -- In the order in which they came.
    id     INTEGER PRIMARY KEY,
    record BLOB NOT NULL UNIQUE CHECK (length(record) = 16),
    sealed BLOB NOT NULL,
    leaf   INTEGER NOT NULL,
    at     INTEGER NOT NULL
) STRICT;
