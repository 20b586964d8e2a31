-- No balance is below zero, and none ever was after an entry.
WITH ends AS (
    SELECT site_id, to_bin_id AS bin_id, lot_id, to_order AS order_id, quantity, entry_id, id
    FROM traceability_ledgerline
    UNION ALL
    SELECT site_id, from_bin_id, lot_id, from_order, -quantity, entry_id, id FROM traceability_ledgerline
), by_entry AS (
    SELECT site_id, bin_id, lot_id, order_id, entry_id, max(id) AS last_line, sum(quantity) AS quantity
    FROM ends
    WHERE bin_id IN (
        SELECT id FROM masterdata_bin WHERE kind NOT IN ('supplier', 'consumed', 'adjustment', 'customer')
    )
    GROUP BY site_id, bin_id, lot_id, order_id, entry_id
), running AS (
    -- line ids are taken while the balance is locked, so they follow one another as the changes did
    SELECT *, sum(quantity) OVER (PARTITION BY site_id, bin_id, lot_id, order_id ORDER BY last_line) AS standing
    FROM by_entry
)
SELECT bin_id AS bin, lot_id AS lot, order_id AS "order", entry_id AS entry, standing
FROM running WHERE standing < 0
UNION ALL
SELECT bin_id, lot_id, order_id, NULL, quantity FROM traceability_stockbalance WHERE quantity < 0
