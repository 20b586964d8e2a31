-- Nothing is issued that was not staged for its order; unbound stock is issued from supermarkets only.
WITH consumed AS (
    SELECT id FROM masterdata_bin WHERE kind = 'consumed'
), issued AS (
    SELECT l.*, e.kind AS entry_kind
    FROM traceability_ledgerline l
    JOIN traceability_ledgerentry e ON e.id = l.entry_id
    WHERE l.to_bin_id IN (SELECT id FROM consumed) AND l.mirrors IS NULL
        AND NOT EXISTS (SELECT 1 FROM traceability_ledgerline m WHERE m.mirrors = l.id)
), staged AS (
    SELECT order_id, lot_id, bin_id, sum(quantity) AS quantity
    FROM (
        SELECT order_id, lot_id, to_bin_id AS bin_id, quantity
        FROM traceability_stagingscan WHERE kind IN ('stage', 'rebind')
        UNION ALL
        SELECT order_id, lot_id, from_bin_id, -quantity
        FROM traceability_stagingscan WHERE kind IN ('return', 'take_back')
        UNION ALL
        -- what is rebound to the next order is no longer the earlier one's
        SELECT l.from_order, l.lot_id, l.from_bin_id, -l.quantity
        FROM traceability_stagingscan s JOIN traceability_ledgerline l ON l.entry_id = s.entry_id
        WHERE s.kind = 'rebind'
    ) AS scans
    GROUP BY order_id, lot_id, bin_id
)
SELECT i.from_order AS "order", i.lot_id AS lot, i.from_bin_id AS bin, i.quantity AS issued,
    coalesce(s.quantity, 0) AS staged
FROM (
    SELECT from_order, lot_id, from_bin_id, sum(quantity) AS quantity
    FROM issued WHERE from_order <> 0 GROUP BY from_order, lot_id, from_bin_id
) AS i
LEFT JOIN staged s ON s.order_id = i.from_order AND s.lot_id = i.lot_id AND s.bin_id = i.from_bin_id
WHERE i.quantity > coalesce(s.quantity, 0)
UNION ALL
SELECT i.order_id, i.lot_id, i.from_bin_id, i.quantity, 0
FROM issued i JOIN masterdata_bin b ON b.id = i.from_bin_id
WHERE i.from_order = 0 AND i.entry_kind = 'goods_issue' AND b.kind <> 'supermarket'
UNION ALL
SELECT i.order_id, i.lot_id, i.from_bin_id, i.quantity, 0
FROM issued i WHERE i.from_order <> 0 AND i.order_id IS DISTINCT FROM i.from_order
