"""Take a report into the inbox: durable before it is acknowledged, once, whoever sends it again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import connection

from backflush.models import OperationReport
from backflush.rules.confirmation import presence_refusal
from backflush.rules.report import Report, canonical_body, digest_of
from backflush.rules.vocabulary import ReportOrigin
from masterdata.actions.acting import acting
from masterdata.actions.use_nonce import use_nonce
from masterdata.models import Device, Person
from masterdata.rules.device_signing import SignedCall
from masterdata.rules.refusal import Refusal, Refused


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a report: `new`, `repeat` (the same content from the same sender) or `conflict`."""

    outcome: Literal["new", "repeat", "conflict"]
    report: OperationReport


class TooManyReports(Refused):
    """The device has sent as many as it may; `wait`: seconds until the next one is taken."""

    def __init__(self, device: Device, wait: float) -> None:
        self.wait = wait
        super().__init__(
            Refusal(
                "too_many_reports",
                f"{device.code} may send {device.reports_per_minute} reports a minute. This one was not stored.",
                device.code,
                "Keep it, and send it again after the time that Retry-After says.",
            )
        )


#: the first part of the key under which the reports of one device are counted
_LIMIT_LOCK = 7301
_NEWEST_WITHIN = """
SELECT received_at FROM backflush_operationreport WHERE device_id = %s AND received_at > %s
ORDER BY received_at DESC OFFSET %s LIMIT 1
"""
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
    confirmer: Person | None = None,
    call: SignedCall | None = None,
    corrects: OperationReport | None = None,
) -> Receipt:
    """Store the report under its event id. The caller rings the bell after a `new` one.

    Other content under the same id, or the same id from another sender, is a `conflict`; nothing is stored then.
    `confirmer`: who showed by badge and PIN that they stand beside `person`. `call`: the signed request that brought it, whose
    nonce is used up in the same transaction. Refused('presence_not_shown') where a person's report names another; Refused for a
    nonce used before. TooManyReports beyond the device's limit (a repeat is none). ValueError where nobody sends it or it has
    no event id. `corrects`: the report that it takes the place of.
    """
    sender = device or person
    if sender is None or report.event_id is None:
        raise ValueError("A report has an event id, and a device or a person who sends it.")
    if person is not None:
        refusal = presence_refusal(report.confirmed_by, [one.badge for one in (person, confirmer) if one])
        if refusal is not None:
            raise Refused(refusal)
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
        if device is not None and call is not None:
            use_nonce(device=device, call=call)
        cursor.execute(_INSERT, _values(row, body))
        taken = cursor.fetchone()
        if taken is not None:
            row.pk, row.order_id = taken
            if device is not None and device.reports_per_minute:
                _keep_to_limit(device, now)
            return Receipt("new", row)
        # The one who was first has committed, or the insert would still wait for it.
        stored = OperationReport.objects.get(site_id=site_id, event_id=report.event_id)
    same = stored.digest == row.digest and stored.device_id == row.device_id
    same = same and (row.device_id is not None or stored.person_id == row.person_id)
    return Receipt("repeat" if same else "conflict", stored)


def _keep_to_limit(device: Device, now: datetime) -> None:
    """Raise TooManyReports where this minute has more than the limit with the one just written, which is then rolled back.

    The lock makes reports of one device that come at the same moment count each other.
    """
    since = now - timedelta(minutes=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LIMIT_LOCK, device.pk % 2**31])
        cursor.execute(_NEWEST_WITHIN, [device.pk, since, device.reports_per_minute])
        beyond = cursor.fetchone()
    if beyond is not None:
        raise TooManyReports(device, max(1.0, (beyond[0] - since).total_seconds()))


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
