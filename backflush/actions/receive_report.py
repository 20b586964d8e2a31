"""Take a report into the inbox: durable before it is acknowledged, once, whoever sends it again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import connection

from backflush.models import OperationReport
from backflush.rules.report import Report, canonical_body, digest_of
from masterdata.actions.acting import acting
from masterdata.models import Device, Person


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a report: `new`, `repeat` (the same content from the same sender) or `conflict`."""

    outcome: Literal["new", "repeat", "conflict"]
    report: OperationReport


_INSERT = """
WITH taken AS (
    INSERT INTO backflush_operationreport
        (site_id, event_id, device_id, person_id, kind, order_number, order_id, operation_number, occurred_at,
         received_at, digest, state, attempts, next_at)
    VALUES (%(site)s, %(event)s, %(device)s, %(person)s, %(kind)s, %(order)s,
        coalesce((SELECT id FROM traceability_workorder WHERE site_id = %(site)s AND number = %(order)s), 0),
        %(operation)s, %(occurred)s, %(now)s, %(digest)s, 'received', 0, %(now)s)
    ON CONFLICT (site_id, event_id) DO NOTHING RETURNING id
)
INSERT INTO backflush_reportbody (report_id, body) SELECT id, %(body)s FROM taken RETURNING report_id
"""


def receive_report(
    *,
    site_id: int,
    report: Report,
    now: datetime,
    device: Device | None = None,
    person: Person | None = None,
) -> Receipt:
    """Store the report under its event id. The caller rings the bell after a `new` one.

    Other content under the same id, or the same id from another sender, is a `conflict`; nothing is stored then. ValueError
    where nobody sends it or it has no event id.
    """
    sender = device or person
    if sender is None or report.event_id is None:
        raise ValueError("A report has an event id, and a device or a person who sends it.")
    body = canonical_body(report)
    digest = digest_of(body)
    with acting(sender), connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "site": site_id,
                "event": report.event_id,
                "device": device.pk if device else None,
                "person": person.pk if person else None,
                "kind": report.kind,
                "order": report.order,
                "operation": report.operation,
                "occurred": report.occurred_at,
                "now": now,
                "digest": digest,
                "body": body,
            },
        )
        new = cursor.fetchone() is not None
        stored = OperationReport.objects.get(site_id=site_id, event_id=report.event_id)
    if new:
        return Receipt("new", stored)
    same = stored.digest == digest and stored.device_id == (device.pk if device else None)
    same = same and (device is not None or stored.person_id == (person.pk if person else None))
    return Receipt("repeat" if same else "conflict", stored)
