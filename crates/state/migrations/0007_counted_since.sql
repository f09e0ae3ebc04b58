-- A store that had looks before they were counted by account notes from which day on they are; one that counts from its
-- beginning notes nothing. A store of the version before, which did not note it, has counted from its first number on.
INSERT INTO meta (name, value)
SELECT 'counted_since', CAST(coalesce(date((counted.first - 719163) * 86400, 'unixepoch'), date('now')) AS BLOB)
FROM (SELECT min(day) AS first FROM activity) AS counted
WHERE EXISTS (SELECT 1 FROM looks WHERE counted.first IS NULL OR looks.at < (counted.first - 719163) * 86400000);
