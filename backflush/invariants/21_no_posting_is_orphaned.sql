-- Every row of posting names rows that are there: these tables have no foreign keys.
SELECT 'posting' AS row, p.id, 'order' AS names, p.order_id AS missing
FROM backflush_posting p LEFT JOIN traceability_workorder x ON x.id = p.order_id WHERE x.id IS NULL
UNION ALL
SELECT 'posting', p.id, 'entry', p.entry_id
FROM backflush_posting p LEFT JOIN traceability_ledgerentry x ON x.id = p.entry_id AND x.site_id = p.site_id
WHERE x.id IS NULL
UNION ALL
SELECT 'posting', p.id, 'output lot', p.output_lot_id
FROM backflush_posting p LEFT JOIN traceability_materiallot x ON x.id = p.output_lot_id
WHERE p.output_lot_id IS NOT NULL AND x.id IS NULL
UNION ALL
SELECT 'posting', p.id, 'recipe', p.recipe_id
FROM backflush_posting p LEFT JOIN backflush_recipe x ON x.id = p.recipe_id
WHERE p.kind <> 'reversal' AND x.id IS NULL
UNION ALL
SELECT 'report', r.id, 'order', r.order_id
FROM backflush_operationreport r LEFT JOIN traceability_workorder x ON x.id = r.order_id
WHERE r.order_id <> 0 AND x.id IS NULL
UNION ALL
SELECT 'report', r.id, 'device', r.device_id
FROM backflush_operationreport r LEFT JOIN masterdata_device x ON x.id = r.device_id
WHERE r.device_id IS NOT NULL AND x.id IS NULL
UNION ALL
SELECT 'report', r.id, 'person', r.person_id
FROM backflush_operationreport r LEFT JOIN masterdata_person x ON x.id = r.person_id
WHERE r.person_id IS NOT NULL AND x.id IS NULL
UNION ALL
SELECT 'report body', b.report_id, 'report', b.report_id
FROM backflush_reportbody b LEFT JOIN backflush_operationreport x ON x.id = b.report_id WHERE x.id IS NULL
UNION ALL
SELECT 'report transition', t.id, 'report', t.report_id
FROM backflush_reporttransition t LEFT JOIN backflush_operationreport x ON x.id = t.report_id WHERE x.id IS NULL
UNION ALL
SELECT 'progress', p.id, 'order operation', p.order_id
FROM backflush_orderprogress p
LEFT JOIN traceability_orderoperation x ON x.order_id = p.order_id AND x.number = p.operation_number
WHERE x.id IS NULL
UNION ALL
SELECT 'order close', c.id, 'order', c.order_id
FROM backflush_orderclose c
LEFT JOIN traceability_workorder x ON x.id = c.order_id
LEFT JOIN backflush_orderreopening r ON r.close_id = c.id AND r.reopened_at IS NOT NULL
WHERE x.id IS NULL
    -- the latest close is that of a closed order, unless both signatures opened it again
    OR (r.id IS NULL AND x.state <> 'closed')
UNION ALL
SELECT 'report ruling', u.id, 'report', u.report_id
FROM backflush_reportruling u LEFT JOIN backflush_operationreport x ON x.id = u.report_id WHERE x.id IS NULL
UNION ALL
SELECT 'quality link', k.id, CASE WHEN k.event_id IS NULL THEN 'posting' ELSE 'report' END, k.posting_number
FROM traceability_qualitylink k
JOIN traceability_qualityrecord q ON q.id = k.record_id
LEFT JOIN backflush_operationreport r ON r.site_id = q.site_id AND r.event_id = k.event_id
LEFT JOIN backflush_posting p ON p.site_id = q.site_id AND p.number = k.posting_number
WHERE (k.event_id IS NOT NULL AND r.id IS NULL) OR (k.posting_number IS NOT NULL AND p.id IS NULL)
