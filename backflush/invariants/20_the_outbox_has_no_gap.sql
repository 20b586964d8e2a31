-- Every posting and reversal is in the outbox at the position of its number, and positions have no gap.
SELECT p.site_id AS site, p.id AS posting, p.number AS position, 'is not in the outbox at its number' AS fault
FROM backflush_posting p
LEFT JOIN backflush_outboxmessage m ON m.site_id = p.site_id AND m.position = p.number AND m.posting_id = p.id
WHERE m.id IS NULL
UNION ALL
SELECT m.site_id, m.posting_id, m.position, 'has no posting'
FROM backflush_outboxmessage m LEFT JOIN backflush_posting p ON p.id = m.posting_id WHERE p.id IS NULL
UNION ALL
SELECT site_id, NULL, position, 'a gap before this position'
FROM (
    SELECT site_id, position, lag(position, 1, 0::bigint) OVER (PARTITION BY site_id ORDER BY position) AS before
    FROM backflush_outboxmessage
) AS positions
WHERE position <> before + 1
UNION ALL
SELECT site_id, NULL, max(m.position), 'the head stands at ' || coalesce(max(h.position)::text, 'nothing')
FROM backflush_outboxmessage m FULL JOIN backflush_outboxhead h USING (site_id)
GROUP BY site_id
HAVING coalesce(max(m.position), 0) <> coalesce(max(h.position), -1)
