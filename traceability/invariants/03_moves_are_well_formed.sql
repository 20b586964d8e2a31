-- A move is of more than zero, no finer than its item is counted, of its lot's item, at one site, and goes somewhere else.
WITH suspects AS (
    SELECT l.id, l.entry_id, l.item_id, l.quantity,
        CASE
            WHEN l.quantity <= 0 THEN 'not above zero'
            WHEN l.from_bin_id = l.to_bin_id AND l.from_order = l.to_order THEN 'goes nowhere'
            WHEN lot.item_id <> l.item_id THEN 'names another item than its lot'
            WHEN lot.site_id <> l.site_id OR start.site_id <> l.site_id OR finish.site_id <> l.site_id
                THEN 'crosses sites'
            -- a rounding multiple says what is taken together; the rest of a broken box is still counted
            WHEN round(l.quantity, i.decimals) <> l.quantity
                AND (i.multiple IS NULL OR mod(l.quantity, i.multiple) <> 0) THEN 'finer than its item is counted'
        END AS fault
    FROM traceability_ledgerline l
    JOIN traceability_materiallot lot ON lot.id = l.lot_id
    JOIN masterdata_item i ON i.id = l.item_id
    JOIN masterdata_bin start ON start.id = l.from_bin_id
    JOIN masterdata_bin finish ON finish.id = l.to_bin_id
)
SELECT s.id AS line, s.entry_id AS entry, s.quantity, s.fault
FROM suspects s
WHERE s.fault IS NOT NULL
    -- an item that is counted more coarsely today was not so when the move was recorded
    AND (s.fault <> 'finer than its item is counted' OR round(s.quantity, (
        SELECT h.decimals
        FROM masterdata_historicalitem h, traceability_ledgerentry e
        WHERE h.id = s.item_id AND e.id = s.entry_id
        ORDER BY h.history_date <= e.recorded_at DESC,
            CASE WHEN h.history_date <= e.recorded_at THEN h.history_date END DESC, h.history_date
        LIMIT 1
    )) <> s.quantity)
