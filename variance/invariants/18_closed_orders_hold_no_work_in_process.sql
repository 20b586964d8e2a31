-- A closed order holds no work in process: what its ledger lines come to, its variance took, but for the half cents by which
-- receipts are rounded one by one.
WITH settled AS (
    SELECT o.id, v.total, s.currency_decimals
    FROM traceability_workorder o
    JOIN masterdata_site s ON s.id = o.site_id
    JOIN variance_ordervariance v ON v.order_id = o.id AND v.component IS NULL
    WHERE o.state = 'closed'
        AND v.revision = (SELECT max(w.revision) FROM variance_ordervariance w WHERE w.order_id = o.id)
), moved AS (
    SELECT l.order_id, sum(CASE WHEN b.id IS NULL THEN -l.actual_amount ELSE l.actual_amount END) AS cost,
        count(*) FILTER (WHERE (b.id IS NULL) = (l.mirrors IS NULL)) AS receipts
    FROM traceability_ledgerline l
    LEFT JOIN masterdata_bin b ON b.id = l.to_bin_id AND b.kind = 'consumed'
    WHERE l.order_id IN (SELECT id FROM settled)
    GROUP BY l.order_id
)
SELECT s.id AS "order", coalesce(m.cost, 0) - s.total AS work_in_process, 'closed, and still in process' AS fault
FROM settled s
LEFT JOIN moved m ON m.order_id = s.id
WHERE abs(coalesce(m.cost, 0) - s.total)
    > 0.5 * (coalesce(m.receipts, 0) + 1) * power(10::numeric, -s.currency_decimals)
UNION ALL
SELECT o.id, NULL, 'closed for more than a day, and no variance took what it holds'
FROM traceability_workorder o
JOIN traceability_historicalworkorder h ON h.id = o.id AND h.state = 'closed'
WHERE o.state = 'closed' AND NOT EXISTS (SELECT 1 FROM variance_ordervariance v WHERE v.order_id = o.id)
GROUP BY o.id
HAVING min(h.history_date) < now() - interval '1 day'
