-- What posted happened within the time that its trigger definition allows, by a clock as exact as it asks, from a device that
-- it names; no signed request came twice.
WITH limits AS MATERIALIZED (
    SELECT r.id, (r.body::jsonb -> 'trigger') AS trigger FROM backflush_recipe r
), posted AS (
    SELECT r.id AS report, r.event_id AS event, r.device_id, r.occurred_at, r.received_at, l.trigger,
        make_interval(secs => (l.trigger ->> 'clock_tolerance')::int) AS tolerance,
        make_interval(hours => (l.trigger ->> 'offline_allowance')::int) AS allowance,
        (p.facts::jsonb -> 'report' ->> 'clock_offset_ms')::numeric AS offset_ms
    FROM backflush_posting p
    JOIN backflush_operationreport r ON r.id = p.report_id
    JOIN limits l ON l.id = p.recipe_id
)
SELECT report, event, 'happened at ' || occurred_at || ', after it was received at ' || received_at AS fault
FROM posted WHERE occurred_at > received_at + tolerance
UNION ALL
SELECT report, event, 'happened at ' || occurred_at || ', too long before it was received at ' || received_at
FROM posted WHERE received_at - occurred_at > allowance
UNION ALL
SELECT report, event, 'posted with a clock that was off by ' || offset_ms || ' ms'
FROM posted WHERE abs(offset_ms) > (trigger ->> 'clock_tolerance')::int * 1000
UNION ALL
SELECT report, event, 'came from device ' || device_id || ', which the trigger definition does not name'
FROM posted
WHERE device_id IS NOT NULL AND jsonb_array_length(trigger -> 'devices') > 0
    AND NOT trigger -> 'devices' @> to_jsonb(device_id)
UNION ALL
SELECT report, event, 'posted without a trigger definition'
FROM posted WHERE jsonb_typeof(trigger) = 'null'
UNION ALL
SELECT NULL, NULL, 'nonce ' || nonce || ' of device ' || device_id || ' was used ' || count(*) || ' times'
FROM masterdata_devicenonce GROUP BY device_id, nonce HAVING count(*) > 1
