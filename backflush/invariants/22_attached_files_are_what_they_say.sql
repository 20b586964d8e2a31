-- Every file that is attached to a change request is the one that was attached, and those that were signed are there.
SELECT 'CR-' || c.number AS request, a.name AS file, 'is not the file that was attached: its SHA-256 or size is another' AS fault
FROM masterdata_changeattachment a JOIN masterdata_changerequest c ON c.id = a.request_id
WHERE a.sha256 <> encode(sha256(a.content), 'hex') OR a.size <> octet_length(a.content)
UNION ALL
SELECT 'CR-' || c.number, coalesce(s.file ->> 'name', '?'), 'was signed and is not attached any more, or is another by now'
FROM masterdata_changesignature g
JOIN masterdata_changerequest c ON c.id = g.request_id
JOIN masterdata_signature m ON m.id = g.signature_id
CROSS JOIN LATERAL jsonb_array_elements(coalesce(m.content -> 'attachments', '[]')) AS s (file)
WHERE NOT EXISTS (
    SELECT 1 FROM masterdata_changeattachment a
    WHERE a.request_id = c.id AND a.name = s.file ->> 'name' AND a.sha256 = s.file ->> 'sha256'
)
