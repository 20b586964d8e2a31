-- A serial is one piece: it is in stock or used at most once, net of reversals.
SELECT lot.id AS lot, lot.code AS serial, count(*) AS times, sum(l.quantity) AS quantity
FROM traceability_materiallot lot
JOIN masterdata_item i ON i.id = lot.item_id AND i.tracking = 'serial'
JOIN traceability_ledgerline l ON l.lot_id = lot.id AND l.mirrors IS NULL
    AND l.to_bin_id IN (SELECT id FROM masterdata_bin WHERE kind = 'consumed')
    AND NOT EXISTS (SELECT 1 FROM traceability_ledgerline m WHERE m.mirrors = l.id)
GROUP BY lot.id, lot.code
HAVING sum(l.quantity) > 1
