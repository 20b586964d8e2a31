"""Numbers of quality records: one after the other for each site and kind, without a gap."""

from django.db import connection

from traceability.rules.quality_flow import record_number


def take_record_numbers(*, site_id: int, kind: str, count: int) -> list[str]:
    """The next `count` numbers, in the action's transaction. Whoever takes them holds balances and lots already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO traceability_qualitynumber AS n (site_id, kind, last) VALUES (%s, %s, %s)"
            " ON CONFLICT (site_id, kind) DO UPDATE SET last = n.last + excluded.last RETURNING last",
            [site_id, kind, count],
        )
        last: int = cursor.fetchone()[0]
    return [record_number(kind, serial) for serial in range(last - count + 1, last + 1)]
