-- A posting was decided by the BOM version pinned to its order for that time, and by scrap figures, unit factors and a trigger
-- definition in force then, approved and signed by somebody else than their author.
WITH pins AS (
    SELECT id, order_id, applicable_from, bom_version_id, phantom_versions,
        -- the first pin also covers what was reported just before the release
        CASE WHEN lag(id) OVER by_time IS NULL THEN '-infinity' ELSE applicable_from END AS since,
        lead(applicable_from, 1, 'infinity') OVER by_time AS until
    FROM traceability_orderpin
    WINDOW by_time AS (PARTITION BY order_id ORDER BY applicable_from)
), moments AS (
    SELECT p.number, p.order_id, p.operation_number, p.recipe_id, least(p.occurred_at, r.received_at) AS at
    FROM backflush_posting p JOIN backflush_operationreport r ON r.id = p.report_id
    WHERE p.recipe_id IS NOT NULL
), decided AS (
    -- postings of an order by the same recipe under the same pin are judged together
    SELECT m.order_id, m.operation_number, m.recipe_id, n.id AS pin_id, min(m.number) AS number,
        min(m.at) AS first_at, max(m.at) AS last_at
    FROM moments m
    LEFT JOIN pins n ON n.order_id = m.order_id AND n.since <= m.at AND m.at < n.until
    GROUP BY m.order_id, m.operation_number, m.recipe_id, n.id
), recipes AS MATERIALIZED (
    SELECT id, told -> 'versions' AS versions, told -> 'factors' AS factors, (told -> 'trigger' ->> 'id')::bigint AS trigger_id,
        (told ->> 'product')::bigint AS product_id
    FROM (SELECT id, body::jsonb AS told FROM backflush_recipe) AS read
), governed AS (
    SELECT 'bom_version' AS kind, id, state, effective_from, effective_to, author_id, signature_id FROM masterdata_bomversion
    UNION ALL
    SELECT 'unit_factor', id, state, effective_from, effective_to, author_id, signature_id FROM masterdata_unitfactor
    UNION ALL
    SELECT 'trigger_definition', id, state, effective_from, effective_to, author_id, signature_id
    FROM masterdata_triggerdefinition
), named AS (
    -- a BOM version is chosen when it is pinned; the others at each event
    SELECT DISTINCT d.number, x.kind, x.id, x.first_at, x.last_at
    FROM decided d
    JOIN recipes r ON r.id = d.recipe_id
    LEFT JOIN pins n ON n.id = d.pin_id
    CROSS JOIN LATERAL (
        SELECT 'bom_version' AS kind, v::bigint AS id, n.applicable_from AS first_at, n.applicable_from AS last_at
        FROM jsonb_array_elements_text(r.versions) AS v
        UNION ALL
        SELECT 'unit_factor', f::bigint, d.first_at, d.last_at FROM jsonb_array_elements_text(r.factors) AS f
        UNION ALL
        SELECT 'trigger_definition', r.trigger_id, d.first_at, d.last_at WHERE r.trigger_id IS NOT NULL
    ) AS x
)
SELECT d.number AS posting, d.order_id AS "order", 'bom_version' AS names, n.bom_version_id AS id,
    'its BOM versions are not those pinned to the order for that time' AS fault
FROM decided d
JOIN recipes r ON r.id = d.recipe_id
LEFT JOIN pins n ON n.id = d.pin_id
WHERE n.id IS NULL OR (r.versions ->> 0)::bigint IS DISTINCT FROM n.bom_version_id
    OR NOT (r.versions - 0 @> jsonb_path_query_array(n.phantom_versions, '$.*')
        AND jsonb_path_query_array(n.phantom_versions, '$.*') @> r.versions - 0)
UNION ALL
SELECT d.number, d.order_id, 'trigger_definition', t.id, 'is of another product or operation'
FROM decided d
JOIN recipes r ON r.id = d.recipe_id
JOIN masterdata_triggerdefinition t ON t.id = r.trigger_id
WHERE t.item_id <> r.product_id OR t.operation_number <> d.operation_number
UNION ALL
SELECT u.number, NULL, u.kind, u.id,
    CASE
        WHEN g.id IS NULL THEN 'is not there'
        WHEN g.state <> 'approved' THEN 'is ' || g.state
        WHEN g.effective_from IS NULL OR g.effective_from > u.first_at OR g.effective_to <= u.last_at
            THEN 'was not effective at the event time'
        WHEN s.id IS NULL THEN 'has no signature'
        WHEN s.person_id = g.author_id THEN 'is signed by its author'
        WHEN s.signed_at > u.first_at THEN 'was signed after it was used'
        WHEN s.components <> 'user name and password' THEN 'is signed with fewer than two components'
        ELSE 'is signed for something else'
    END
FROM named u
LEFT JOIN governed g ON g.kind = u.kind AND g.id = u.id
LEFT JOIN masterdata_signature s ON s.id = g.signature_id
WHERE (
    g.state = 'approved' AND g.effective_from <= u.first_at AND coalesce(g.effective_to > u.last_at, true)
    AND s.person_id <> g.author_id AND s.signed_at <= u.first_at AND s.components = 'user name and password'
    -- an import is signed as one act, with its manifest
    AND (
        s.subject_kind = 'import' OR (s.subject_kind, s.subject_key) = (g.kind, g.id::text)
        -- a version is approved by the request that decides on it, and by no other
        OR s.subject_kind = 'change_request' AND EXISTS (
            SELECT FROM masterdata_changerequest c
            WHERE c.number::text = s.subject_key AND c.kind = g.kind AND c.record_id = g.id
        )
    )
) IS NOT TRUE
