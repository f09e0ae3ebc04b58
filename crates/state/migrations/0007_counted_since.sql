-- A store that had looks before they were counted by account notes from which day on they are; one that counts from its
-- beginning notes nothing. A store of the version before, which did not note it, has counted from its first number on. Of a
-- store that was made by that version the day can be too late, never too early: it counted all its looks, but numbers are
-- kept for some weeks only, and where the first are deleted, the day of the first that is left is noted. What was asked
-- before that day is in no number that is left.
INSERT INTO meta (name, value)
SELECT 'counted_since', CAST(coalesce(date((counted.first - 719163) * 86400, 'unixepoch'), date('now')) AS BLOB)
FROM (SELECT min(day) AS first FROM activity) AS counted
WHERE EXISTS (SELECT 1 FROM looks WHERE counted.first IS NULL OR looks.at < (counted.first - 719163) * 86400000);
