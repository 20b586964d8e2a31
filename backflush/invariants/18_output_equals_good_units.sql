-- What was received from an order is its good units, within one rounding step a report; a closed order holds nothing.
WITH recipes AS MATERIALIZED (
    -- read once: thousands of postings share one
    SELECT id, split_part(told ->> 'factor', '/', 1)::numeric * split_part(told ->> 'receipt_factor', '/', 1)::numeric AS times,
        split_part(told ->> 'factor', '/', 2)::numeric * split_part(told ->> 'receipt_factor', '/', 2)::numeric AS by
    FROM (SELECT id, body::jsonb AS told FROM backflush_recipe OFFSET 0) AS read
), standing AS (
    SELECT p.order_id, p.good * r.times / r.by AS good
    FROM backflush_posting p
    JOIN recipes r ON r.id = p.recipe_id
    JOIN traceability_orderoperation op ON op.order_id = p.order_id AND op.number = p.operation_number AND op.last
    WHERE p.kind = 'report' AND p.good > 0
        AND NOT EXISTS (SELECT 1 FROM backflush_posting v WHERE v.reversal_of = p.id)
), due AS (
    SELECT order_id, sum(good) AS good, count(*) AS reports FROM standing GROUP BY order_id
), received AS (
    SELECT l.order_id, sum(CASE WHEN l.mirrors IS NULL THEN l.quantity ELSE -l.quantity END) AS quantity
    FROM traceability_ledgerline l
    JOIN traceability_workorder o ON o.id = l.order_id AND o.item_id = l.item_id
    JOIN traceability_materiallot lot ON lot.id = l.lot_id AND lot.origin = 'production' AND lot.order_id = o.id
    JOIN masterdata_bin b ON b.kind = 'consumed'
        AND b.id = CASE WHEN l.mirrors IS NULL THEN l.from_bin_id ELSE l.to_bin_id END
    GROUP BY l.order_id
)
SELECT order_id AS "order", r.quantity AS received, d.good, 'received differs from good units' AS fault
FROM due d
FULL JOIN received r USING (order_id)
JOIN traceability_workorder o ON o.id = order_id
JOIN masterdata_item i ON i.id = o.item_id
WHERE abs(coalesce(r.quantity, 0) - coalesce(d.good, 0))
    > coalesce(d.reports, 0) * coalesce(i.multiple, power(10::numeric, -i.decimals))
UNION ALL
SELECT o.id, b.quantity, NULL, 'closed, and lot ' || b.lot_id || ' is still bound to it'
FROM traceability_workorder o JOIN traceability_stockbalance b ON b.order_id = o.id AND b.quantity <> 0
WHERE o.state = 'closed'
