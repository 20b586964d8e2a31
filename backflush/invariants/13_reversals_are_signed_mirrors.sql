-- A reversal mirrors every line of one posting, once, with a reason and QA's signature; never a reversal; not signed by
-- whoever asked for it or reported.
SELECT v.id AS reversal, p.id AS posting, 'reverses a reversal' AS fault
FROM backflush_posting v JOIN backflush_posting p ON p.id = v.reversal_of WHERE p.kind = 'reversal'
UNION ALL
SELECT v.id, v.reversal_of, 'reverses what is not there'
FROM backflush_posting v LEFT JOIN backflush_posting p ON p.id = v.reversal_of
WHERE v.kind = 'reversal' AND p.id IS NULL
UNION ALL
SELECT v.id, v.reversal_of, 'is a second reversal'
FROM backflush_posting v JOIN backflush_posting w ON w.reversal_of = v.reversal_of AND w.id <> v.id
UNION ALL
SELECT v.id, v.reversal_of, 'leaves a line standing'
FROM backflush_posting v
JOIN backflush_posting p ON p.id = v.reversal_of
JOIN traceability_ledgerline l ON l.entry_id = p.entry_id
LEFT JOIN traceability_ledgerline m ON m.mirrors = l.id AND m.entry_id = v.entry_id
WHERE m.id IS NULL
UNION ALL
SELECT v.id, v.reversal_of, 'mirrors lines of another posting'
FROM backflush_posting v
JOIN backflush_posting p ON p.id = v.reversal_of
JOIN traceability_ledgerline m ON m.entry_id = v.entry_id
LEFT JOIN traceability_ledgerline l ON l.id = m.mirrors AND l.entry_id = p.entry_id
WHERE l.id IS NULL
UNION ALL
SELECT v.id, v.reversal_of, 'figures are not the negative of what it reverses'
FROM backflush_posting v
JOIN backflush_posting p ON p.id = v.reversal_of
WHERE (v.site_id, v.order_id, v.operation_number, v.good, v.actual_amount)
    IS DISTINCT FROM (p.site_id, p.order_id, p.operation_number, -p.good, -p.actual_amount)
UNION ALL
SELECT v.id, v.reversal_of, 'has no reason'
FROM backflush_posting v JOIN traceability_ledgerentry e ON e.id = v.entry_id
WHERE v.kind = 'reversal' AND e.reason_id IS NULL
UNION ALL
SELECT v.id, v.reversal_of, 'has no signature'
FROM backflush_posting v
LEFT JOIN backflush_reversalrequest q ON q.reversal_id = v.id
WHERE v.kind = 'reversal' AND (q.signature_id IS NULL OR q.posting_id <> v.reversal_of)
UNION ALL
SELECT v.id, v.reversal_of, 'is signed by whoever asked for it'
FROM backflush_posting v
JOIN backflush_reversalrequest q ON q.reversal_id = v.id
JOIN masterdata_signature s ON s.id = q.signature_id
WHERE s.person_id = q.requested_by_id
UNION ALL
SELECT v.id, v.reversal_of, 'is signed by whoever reported'
FROM backflush_posting v
JOIN backflush_reversalrequest q ON q.reversal_id = v.id
JOIN masterdata_signature s ON s.id = q.signature_id
JOIN backflush_posting p ON p.id = v.reversal_of
JOIN backflush_operationreport r ON r.id = p.report_id
WHERE s.person_id = r.person_id
UNION ALL
-- what QA signed in place of a wrong posting is one report and one posting, of the same event, and only with the reversal
SELECT q.reversal_id, q.posting_id, 'is signed as a correction and what is right was not posted'
FROM backflush_reversalrequest q
LEFT JOIN backflush_posting c ON c.id = q.correction_id
LEFT JOIN backflush_operationreport r ON r.id = c.report_id AND r.event_id = q.corrected_event
WHERE q.reversal_id IS NOT NULL AND q.corrected <> '' AND r.id IS NULL
UNION ALL
SELECT q.reversal_id, q.posting_id, 'is corrected by a report of another event'
FROM backflush_reversalrequest q
JOIN backflush_posting p ON p.id = q.posting_id
JOIN backflush_posting c ON c.id = q.correction_id
JOIN backflush_operationreport r ON r.id = c.report_id
JOIN backflush_operationreport was ON was.id = p.report_id
WHERE (r.corrects_id, r.order_id, r.operation_number, r.kind, r.occurred_at)
    IS DISTINCT FROM (was.id, was.order_id, was.operation_number, was.kind, was.occurred_at)
UNION ALL
SELECT NULL, c.id, 'is a correction that nobody signed'
FROM backflush_operationreport r
LEFT JOIN backflush_posting c ON c.report_id = r.id
LEFT JOIN backflush_reversalrequest q ON q.correction_id = c.id AND q.signature_id IS NOT NULL
WHERE r.origin = 'correction' AND q.id IS NULL
