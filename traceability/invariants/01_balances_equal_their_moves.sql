-- Every balance equals the sum of its moves, per bin, lot and order; uncounted bins have none.
WITH counted AS (
    SELECT id FROM masterdata_bin WHERE kind NOT IN ('supplier', 'consumed', 'adjustment', 'customer')
), moved AS (
    SELECT site_id, bin_id, lot_id, order_id, sum(quantity) AS quantity
    FROM (
        SELECT site_id, to_bin_id AS bin_id, lot_id, to_order AS order_id, quantity FROM traceability_ledgerline
        UNION ALL
        SELECT site_id, from_bin_id, lot_id, from_order, -quantity FROM traceability_ledgerline
    ) AS ends
    WHERE bin_id IN (SELECT id FROM counted)
    GROUP BY site_id, bin_id, lot_id, order_id
)
SELECT bin_id AS bin, lot_id AS lot, order_id AS "order", b.quantity AS balance, m.quantity AS moved
FROM moved m
FULL JOIN traceability_stockbalance b USING (site_id, bin_id, lot_id, order_id)
WHERE coalesce(m.quantity, 0) <> coalesce(b.quantity, 0)
    OR (b.id IS NOT NULL AND bin_id NOT IN (SELECT id FROM counted))
