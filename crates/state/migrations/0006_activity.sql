-- How many looks and refusals an account had on a day, so that they can be told without reading looks. Numbers, and the newest
-- of those looks, whose detail names the account until it is erased; which the others were is not kept here. Days long past are
-- deleted. Looks of before this table are in no number.
CREATE TABLE activity (
    account  BLOB NOT NULL CHECK (length(account) = 16),
    day      INTEGER NOT NULL,
    looks    INTEGER NOT NULL,
    refusals INTEGER NOT NULL,
    look     INTEGER NOT NULL REFERENCES looks (id),
    PRIMARY KEY (account, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX activity_by_day ON activity (day);
