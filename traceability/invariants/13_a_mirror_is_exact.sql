-- A mirrored line goes back exactly the way of one earlier line, once, in a reversal with a reason; no mirror is mirrored.
SELECT m.id AS line, m.entry_id AS entry, m.mirrors,
    CASE
        WHEN l.id IS NULL THEN 'mirrors a line that is not there'
        WHEN l.mirrors IS NOT NULL THEN 'mirrors a mirror'
        WHEN e.kind <> 'reversal' THEN 'stands outside a reversal'
        WHEN e.reason_id IS NULL THEN 'has no reason'
        WHEN count(*) OVER (PARTITION BY m.mirrors) > 1 THEN 'mirrors what another line mirrors'
        ELSE 'is not exact'
    END AS fault
FROM traceability_ledgerline m
JOIN traceability_ledgerentry e ON e.id = m.entry_id
LEFT JOIN traceability_ledgerline l ON l.id = m.mirrors
WHERE m.mirrors IS NOT NULL AND (
    l.id IS NULL OR l.mirrors IS NOT NULL OR e.kind <> 'reversal' OR e.reason_id IS NULL
    OR EXISTS (SELECT 1 FROM traceability_ledgerline x WHERE x.mirrors = m.mirrors AND x.id <> m.id)
    OR (m.site_id, m.lot_id, m.item_id, m.from_bin_id, m.from_order, m.to_bin_id, m.to_order, m.quantity, m.order_id,
        m.component, m.output_lot_id, m.standard_quantity, m.standard_amount, m.actual_amount)
    IS DISTINCT FROM
        (l.site_id, l.lot_id, l.item_id, l.to_bin_id, l.to_order, l.from_bin_id, l.from_order, l.quantity, l.order_id,
        l.component, l.output_lot_id, l.standard_quantity, l.standard_amount, l.actual_amount)
)
UNION ALL
SELECT l.id, l.entry_id, NULL, 'stands in a reversal and mirrors nothing'
FROM traceability_ledgerline l JOIN traceability_ledgerentry e ON e.id = l.entry_id
WHERE e.kind = 'reversal' AND l.mirrors IS NULL
