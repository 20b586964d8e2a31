-- No report waits longer than a quarter of an hour; a blocked, refused or waived one says why and since when.
SELECT r.id AS report, r.event_id AS event, r.state, 'waits since ' || r.received_at AS fault
FROM backflush_operationreport r
LEFT JOIN LATERAL (
    SELECT max(t.at) AS at FROM backflush_reporttransition t WHERE t.report_id = r.id
) AS sent_back ON true
WHERE r.state = 'received' AND greatest(r.received_at, sent_back.at) < now() - interval '15 minutes'
UNION ALL
SELECT r.id, r.event_id, r.state, 'does not say why'
FROM backflush_operationreport r
WHERE r.state IN ('blocked', 'refused', 'waived')
    AND NOT EXISTS (
        SELECT 1 FROM backflush_reporttransition t WHERE t.report_id = r.id AND t.to_state = r.state
            AND (t.reasons <> '[]'::jsonb OR t.note <> '')
    )
UNION ALL
SELECT r.id, r.event_id, r.state, 'is missing from the worklist'
FROM backflush_operationreport r WHERE r.state = 'blocked' AND r.judged_at IS NULL
