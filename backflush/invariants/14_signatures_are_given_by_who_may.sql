-- Whoever signed had an open account at that moment, and nobody approved what they wrote.
SELECT s.id AS signature, s.printed_name AS signer, 'was given by an account that was closed' AS fault
FROM masterdata_signature s
JOIN LATERAL (
    SELECT e.new ->> 'is_active' AS active FROM masterdata_auditevent e
    WHERE e.tbl = 'masterdata_person' AND e.key = s.person_id::text AND e.at <= s.signed_at
    ORDER BY e.id DESC LIMIT 1
) AS was ON was.active = 'false'
UNION ALL
SELECT s.id, s.printed_name, 'approves what its signer wrote: ' || v.kind || ' ' || v.id
FROM (
    SELECT 'bom_version' AS kind, id, author_id, signature_id FROM masterdata_bomversion WHERE state = 'approved'
    UNION ALL
    SELECT 'unit_factor', id, author_id, signature_id FROM masterdata_unitfactor WHERE state = 'approved'
    UNION ALL
    SELECT 'trigger_definition', id, author_id, signature_id FROM masterdata_triggerdefinition WHERE state = 'approved'
) AS v
JOIN masterdata_signature s ON s.id = v.signature_id
WHERE s.person_id = v.author_id
