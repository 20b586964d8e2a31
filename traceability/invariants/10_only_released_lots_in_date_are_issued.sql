-- No lot was issued while it was held, in quarantine, rejected, recalled or expired; rework orders may take held lots.
WITH consumed AS (
    SELECT id FROM masterdata_bin WHERE kind = 'consumed'
), spans AS (
    SELECT lot_id, status, at AS since, lead(at) OVER (PARTITION BY lot_id ORDER BY at, id) AS until
    FROM traceability_lotstatuschange
), issued AS (
    SELECT l.id, l.lot_id, l.order_id, l.entry_id, e.occurred_at, e.recorded_at, l.site_id
    FROM traceability_ledgerline l
    JOIN traceability_ledgerentry e ON e.id = l.entry_id
    WHERE l.to_bin_id IN (SELECT id FROM consumed) AND l.mirrors IS NULL AND e.kind = 'goods_issue'
)
SELECT i.entry_id AS entry, i.id AS line, i.lot_id AS lot, s.status AS found
FROM issued i
JOIN spans s ON s.lot_id = i.lot_id AND s.status <> 'released'
    AND i.recorded_at >= s.since AND (s.until IS NULL OR i.recorded_at < s.until)
LEFT JOIN traceability_workorder o ON o.id = i.order_id
WHERE NOT (s.status = 'held' AND o.kind = 'rework')
UNION ALL
SELECT i.entry_id, i.id, i.lot_id, 'expired on ' || lot.expires_on
FROM issued i
JOIN traceability_materiallot lot ON lot.id = i.lot_id
JOIN masterdata_site site ON site.id = i.site_id
WHERE lot.expires_on < (i.occurred_at AT TIME ZONE site.time_zone)::date
UNION ALL
SELECT i.entry_id, i.id, i.lot_id, 'no status was ever recorded'
FROM issued i WHERE NOT EXISTS (SELECT 1 FROM traceability_lotstatuschange c WHERE c.lot_id = i.lot_id)
UNION ALL
-- what the lot says of itself is what was last recorded of it
SELECT NULL, NULL, lot.id, 'is ' || lot.status || ', recorded as ' || s.status
FROM traceability_materiallot lot
JOIN spans s ON s.lot_id = lot.id AND s.until IS NULL
WHERE s.status <> lot.status
