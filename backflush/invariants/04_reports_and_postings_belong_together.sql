-- A posted report has exactly one posting, a posting its report; a reversed report has a reversal, and only then.
SELECT r.id AS report, p.id AS posting, r.state, 'posted without a posting' AS fault
FROM backflush_operationreport r LEFT JOIN backflush_posting p ON p.report_id = r.id
WHERE r.state IN ('posted', 'reversed') AND p.id IS NULL
UNION ALL
SELECT r.id, p.id, r.state, 'has a posting and is not posted'
FROM backflush_operationreport r JOIN backflush_posting p ON p.report_id = r.id
WHERE r.state NOT IN ('posted', 'reversed')
UNION ALL
SELECT r.id, p.id, r.state, 'state and reversal differ'
FROM backflush_operationreport r
JOIN backflush_posting p ON p.report_id = r.id
LEFT JOIN backflush_posting v ON v.reversal_of = p.id
WHERE (r.state = 'reversed') <> (v.id IS NOT NULL)
UNION ALL
SELECT NULL, p.id, NULL, 'posting without its report'
FROM backflush_posting p
LEFT JOIN backflush_operationreport r ON r.id = p.report_id
WHERE p.kind IN ('report', 'scan_issue') AND r.id IS NULL
UNION ALL
SELECT p.report_id, p.id, NULL, 'shares its entry with another posting'
FROM backflush_posting p JOIN backflush_posting q ON q.entry_id = p.entry_id AND q.id <> p.id
