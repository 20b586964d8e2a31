-- One event is one report, and its stored body has the digest that it was received with.
SELECT r.id AS report, r.event_id AS event, 'the body differs from its digest' AS fault
FROM backflush_operationreport r JOIN backflush_reportbody b ON b.report_id = r.id
WHERE encode(sha256(convert_to(b.body, 'UTF8')), 'hex') <> r.digest
UNION ALL
SELECT r.id, r.event_id, 'no body is stored'
FROM backflush_operationreport r LEFT JOIN backflush_reportbody b ON b.report_id = r.id WHERE b.report_id IS NULL
UNION ALL
SELECT r.id, r.event_id, 'the event is there twice'
FROM backflush_operationreport r
JOIN backflush_operationreport twin ON twin.site_id = r.site_id AND twin.event_id = r.event_id AND twin.id <> r.id
