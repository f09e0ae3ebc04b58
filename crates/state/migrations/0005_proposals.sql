-- The two records of which one steward said what a second has yet to say, sealed, so that the second can find them; NULL for
-- what counts by itself. A proposal is found by its pair in whatever generation of the index it was made.
ALTER TABLE reviews ADD COLUMN records BLOB;

CREATE INDEX reviews_of_pair ON reviews (pair, id);
CREATE INDEX reviews_proposed ON reviews (id) WHERE records IS NOT NULL;
