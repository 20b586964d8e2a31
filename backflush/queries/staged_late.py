"""What a posting drew that was staged to its order only after the event it reports.

Staging is judged at posting time, so such a draw is allowed; it is marked, since the units were made before the system knew
of the material. The ledger alone says it: what was bound by the event, less what was issued up to this line.
"""

from django.db import connection

_LATE = """
SELECT l.id
FROM traceability_ledgerline l
JOIN traceability_ledgerentry e ON e.id = l.entry_id
CROSS JOIN LATERAL (
    SELECT sum(CASE WHEN m.to_bin_id = l.from_bin_id AND m.to_order = l.from_order THEN m.quantity ELSE -m.quantity END)
        AS quantity
    FROM traceability_ledgerline m
    JOIN traceability_ledgerentry f ON f.id = m.entry_id
    WHERE m.lot_id = l.lot_id
      AND ((m.to_bin_id = l.from_bin_id AND m.to_order = l.from_order)
        OR (m.from_bin_id = l.from_bin_id AND m.from_order = l.from_order))
      AND CASE WHEN f.kind IN ('goods_issue', 'reversal') THEN m.id <= l.id ELSE f.occurred_at <= e.occurred_at END
) bound_by_then
WHERE l.entry_id = %s AND l.from_order <> 0 AND bound_by_then.quantity < 0
"""


def staged_late(entry_id: int) -> set[int]:
    """Ids of the entry's ledger lines that drew, wholly or in part, what was staged after the entry's event."""
    with connection.cursor() as cursor:
        cursor.execute(_LATE, [entry_id])
        return {row[0] for row in cursor.fetchall()}
