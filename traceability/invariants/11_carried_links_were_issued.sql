-- A carried link names a lot that really was issued to the order, on that line of the BOM.
SELECT c.id AS link, c.output_lot_id AS output_lot, c.input_lot_id AS input_lot, c.component
FROM traceability_carriedlink c
JOIN traceability_materiallot made ON made.id = c.output_lot_id
WHERE NOT EXISTS (
    SELECT 1 FROM traceability_ledgerline l
    WHERE l.order_id = made.order_id AND l.lot_id = c.input_lot_id AND l.component = c.component AND l.mirrors IS NULL
)
