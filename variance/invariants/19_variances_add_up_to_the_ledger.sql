-- The parts of a frozen variance add up to its total, and what each of its components used is what its ledger lines come to.
WITH latest AS (
    SELECT v.* FROM variance_ordervariance v
    WHERE v.revision = (SELECT max(w.revision) FROM variance_ordervariance w WHERE w.order_id = v.order_id)
), used AS (
    SELECT l.order_id, l.component, min(l.item_id) AS item_id, count(DISTINCT l.item_id) AS items,
        sum(CASE WHEN b.id IS NULL THEN -l.quantity ELSE l.quantity END) AS quantity
    FROM traceability_ledgerline l
    LEFT JOIN masterdata_bin b ON b.id = l.to_bin_id AND b.kind = 'consumed'
    WHERE l.order_id IN (SELECT order_id FROM latest) AND l.component IS NOT NULL
    GROUP BY l.order_id, l.component
)
SELECT v.order_id AS "order", v.component, v.total, p.parts AS found, 'its parts do not add up to its total' AS fault
FROM variance_ordervariance v
CROSS JOIN LATERAL (SELECT coalesce(sum(amount::numeric), 0) AS parts FROM jsonb_each_text(v.parts) AS part (name, amount)) AS p
WHERE p.parts <> v.total
UNION ALL
SELECT v.order_id, v.component, v.actual_quantity, coalesce(u.quantity, 0), 'its quantity is not that of its ledger lines'
FROM latest v
LEFT JOIN used u ON u.order_id = v.order_id AND u.component = v.component
-- of alternates, quantities are told in units of the main item
WHERE v.component IS NOT NULL AND coalesce(u.items, 0) < 2 AND coalesce(u.item_id, v.item_id) = v.item_id
    AND abs(coalesce(u.quantity, 0) - v.actual_quantity) > 0.000001
UNION ALL
SELECT u.order_id, u.component, u.quantity, NULL, 'its ledger lines stand in no component of the variance'
FROM used u
LEFT JOIN latest v ON v.order_id = u.order_id AND v.component = u.component
WHERE v.id IS NULL AND u.quantity > 0
