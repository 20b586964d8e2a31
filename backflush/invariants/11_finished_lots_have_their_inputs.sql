-- A lot that output was posted into holds every BOM line that its order had issued for by then, by its own or carried links.
WITH standing AS (
    SELECT p.id, p.site_id, p.number, p.order_id, p.operation_number, p.entry_id, p.output_lot_id, p.recipe_id, p.kind
    FROM backflush_posting p
    WHERE p.kind = 'report' AND NOT EXISTS (SELECT 1 FROM backflush_posting v WHERE v.reversal_of = p.id)
), issued AS (
    -- since when a line of an order's operation is issued for lots by name
    SELECT p.order_id, p.operation_number, l.component, min(p.number) AS first_number
    FROM standing p
    JOIN traceability_ledgerline l ON l.entry_id = p.entry_id AND l.component IS NOT NULL AND l.output_lot_id IS NOT NULL
    GROUP BY p.order_id, p.operation_number, l.component
), several AS (
    -- orders with one lot only have nothing to carry
    SELECT order_id, operation_number FROM standing WHERE output_lot_id IS NOT NULL
    GROUP BY order_id, operation_number HAVING count(DISTINCT output_lot_id) > 1
), expected AS (
    SELECT DISTINCT p.output_lot_id, p.order_id, p.recipe_id, i.component
    FROM standing p
    JOIN several s USING (order_id, operation_number)
    JOIN issued i ON i.order_id = p.order_id AND i.operation_number = p.operation_number
        AND i.first_number <= p.number
    JOIN traceability_ledgerline receipt ON receipt.entry_id = p.entry_id AND receipt.lot_id = p.output_lot_id
    WHERE p.output_lot_id IS NOT NULL
)
SELECT e.output_lot_id AS lot, e.order_id AS "order", e.component
FROM expected e
JOIN backflush_recipe r ON r.id = e.recipe_id AND position(e.component::text IN r.body) > 0
WHERE NOT EXISTS (
        SELECT 1 FROM traceability_ledgerline l
        WHERE l.output_lot_id = e.output_lot_id AND l.component = e.component AND l.mirrors IS NULL
            AND NOT EXISTS (SELECT 1 FROM traceability_ledgerline m WHERE m.mirrors = l.id)
    )
    AND NOT EXISTS (
        SELECT 1 FROM traceability_carriedlink c
        WHERE c.output_lot_id = e.output_lot_id AND c.component = e.component
    )
