"""Take a report into the inbox: durable before it is acknowledged, once, whoever sends it again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import connection

from backflush.models import OperationReport
from backflush.rules.report import Report, canonical_body, digest_of
from backflush.rules.vocabulary import ReportOrigin
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
         received_at, digest, state, attempts, next_at, origin, corrects_id)
    VALUES (%(site)s, %(event)s, %(device)s, %(person)s, %(kind)s, %(order)s,
        coalesce((SELECT id FROM traceability_workorder WHERE site_id = %(site)s AND number = %(order)s), 0),
        %(operation)s, %(occurred)s, %(now)s, %(digest)s, 'received', 0, %(now)s, %(origin)s, %(corrects)s)
    ON CONFLICT (site_id, event_id) DO NOTHING RETURNING id, order_id
), kept AS (
    INSERT INTO backflush_reportbody (report_id, body) SELECT id, %(body)s FROM taken
)
SELECT id, order_id FROM taken
"""


def receive_report(
    *,
    site_id: int,
    report: Report,
    now: datetime,
    device: Device | None = None,
    person: Person | None = None,
    corrects: OperationReport | None = None,
) -> Receipt:
    """Store the report under its event id. The caller rings the bell after a `new` one.

    Other content under the same id, or the same id from another sender, is a `conflict`; nothing is stored then. `corrects`:
    the report that it takes the place of. ValueError where nobody sends it or it has no event id.
    """
    sender = device or person
    if sender is None or report.event_id is None:
        raise ValueError("A report has an event id, and a device or a person who sends it.")
    body = canonical_body(report)
    row = OperationReport(
        site_id=site_id,
        event_id=report.event_id,
        device_id=device.pk if device else None,
        person_id=person.pk if person else None,
        kind=report.kind,
        order_number=report.order,
        operation_number=report.operation,
        occurred_at=report.occurred_at,
        received_at=now,
        digest=digest_of(body),
        next_at=now,
        origin=ReportOrigin.CORRECTION if corrects else ReportOrigin.SENT,
        corrects_id=corrects.pk if corrects else None,
    )
    with acting(sender), connection.cursor() as cursor:
        cursor.execute(_INSERT, _values(row, body))
        taken = cursor.fetchone()
        if taken is not None:
            row.pk, row.order_id = taken
            return Receipt("new", row)
        # The one who was first has committed, or the insert would still wait for it.
        stored = OperationReport.objects.get(site_id=site_id, event_id=report.event_id)
    same = stored.digest == row.digest and stored.device_id == row.device_id
    same = same and (row.device_id is not None or stored.person_id == row.person_id)
    return Receipt("repeat" if same else "conflict", stored)


def _values(row: OperationReport, body: str) -> dict[str, Any]:
    return {
        "site": row.site_id,
        "event": row.event_id,
        "device": row.device_id,
        "person": row.person_id,
        "kind": row.kind,
        "order": row.order_number,
        "operation": row.operation_number,
        "occurred": row.occurred_at,
        "now": row.received_at,
        "digest": row.digest,
        "body": body,
        "origin": row.origin,
        "corrects": row.corrects_id,
    }
