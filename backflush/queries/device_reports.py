"""What devices sent: when last, what became of it, and which numbers of their counters never came."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from backflush.models import OperationReport
from backflush.rules.sequence import Gap, sequence_gaps
from masterdata.models import Device, Site

#: of a device's latest reports so many are looked at for gaps of its counter
LOOKED_AT = 1000
LATEST = 10


def devices_of(site: Site) -> QuerySet[Device]:
    """The devices of a site with their clocks, and with `last_event`: when their latest report was received."""
    latest = OperationReport.objects.filter(device_id=OuterRef("pk")).order_by("-received_at")
    return (
        Device.objects.filter(site=site)
        .select_related("line", "clock")
        .annotate(last_event=Subquery(latest.values("received_at")[:1]))
    )


def latest_reports(device: Device) -> list[OperationReport]:
    return list(OperationReport.objects.filter(device_id=device.pk).order_by("-received_at", "-id")[:LATEST])


def counter_of(device: Device) -> dict[str, Any]:
    """`last`: the latest number (None where the device does not count), `gaps`, and `since`: how far back was looked."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [device.pk, LOOKED_AT])
        rows: list[tuple[int, datetime]] = cursor.fetchall()
    gaps: list[Gap] = sequence_gaps(number for number, _ in rows)
    return {
        "last": rows[-1][0] if rows else None,
        "since": min((at for _, at in rows), default=None),
        "gaps": gaps,
        "missing": sum(gap.count for gap in gaps),
    }


_COUNTED = """
SELECT (b.body::jsonb ->> 'sequence')::bigint AS number, r.received_at FROM (
    SELECT id, received_at FROM backflush_operationreport WHERE device_id = %s ORDER BY received_at DESC, id DESC LIMIT %s
) AS r JOIN backflush_reportbody b ON b.report_id = r.id
WHERE b.body::jsonb ? 'sequence' ORDER BY r.received_at, r.id
"""
