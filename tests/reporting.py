"""Reports in tests: sent through the inbox and posted by the worker's own code.

sent = reporting.sent(order, good="10")           # received, not posted
posted = reporting.posted(order, good="10")       # and drained; raises if it did not post
blocked = reporting.drained(order, good="10")     # whatever came of it
"""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from backflush.actions.post_reports import post_reports
from backflush.actions.receive_report import receive_report
from backflush.actions.request_reversal import request_reversal
from backflush.actions.reverse_posting import reverse_posting
from backflush.models import OperationReport, Posting, ReversalRequest
from backflush.queries.reports import reasons_of
from backflush.queries.reversals import reported_body, reversal_content
from backflush.rules.correction import corrected_payload
from backflush.rules.report import Report, parse_report
from backflush.rules.strict_json import Number
from masterdata.models import Device, Person
from tests import floor, plant
from traceability.models import WorkOrder


def parsed(order: WorkOrder, operation: str = "10", *, at: datetime = floor.NOW, **fields: Any) -> Report:
    """A report as the client would send it; `fields` as in the API, quantities as text."""
    payload: dict[str, Any] = {
        "event_id": str(uuid.uuid4()),
        "order": order.number,
        "operation": operation,
        "occurred_at": at.isoformat(),
        **{name: Number(value) if isinstance(value, int) else value for name, value in fields.items()},
    }
    report = parse_report(payload)
    assert isinstance(report, Report), report
    return report


def sent(
    order: WorkOrder,
    operation: str = "10",
    *,
    at: datetime = floor.NOW,
    received: datetime | None = None,
    device: Device | None = None,
    person: Person | None = None,
    **fields: Any,
) -> OperationReport:
    """In the inbox, from the test device unless a person or another device sends it."""
    report = parsed(order, operation, at=at, **fields)
    sender = {"person": person} if person else {"device": device or plant.device()}
    return receive_report(site_id=order.site_id, report=report, now=received or at, **sender).report


def drained(order: WorkOrder, operation: str = "10", **fields: Any) -> OperationReport:
    """Sent and judged, whatever came of it."""
    report = sent(order, operation, **fields)
    post_reports()
    report.refresh_from_db()
    return report


def posted(order: WorkOrder, operation: str = "10", **fields: Any) -> Posting:
    """Sent and posted; AssertionError with the reasons where it did not post."""
    report = drained(order, operation, **fields)
    assert report.state == "posted", reasons(report)
    return Posting.objects.get(report_id=report.pk)


def reasons(report: OperationReport) -> list[str]:
    """Codes of why a report does not post."""
    return [reason["code"] for reason in reasons_of([report.pk]).get(report.pk, [])]


def reversed_by_qa(posting: Posting, *, at: datetime = floor.NOW, by: str = "supervisor") -> Posting:
    """Asked for by somebody of the cast, signed by QA."""
    request = request_reversal(
        posting=posting,
        reason=plant.reason("WRONG-COUNT", "reversal"),
        actor=getattr(plant.people(), by),
        now=at,
        note="The counter ran on.",
    )
    return reverse_posting(
        request=request, ticket=plant.ticket(plant.people().qa, reversal_content(request), at=at), now=at
    )


def correction_asked(
    posting: Posting, *, at: datetime = floor.NOW, by: str = "supervisor", **changes: Any
) -> ReversalRequest:
    """Asked for by somebody of the cast: the posting's report again, with these fields changed."""
    payload = corrected_payload(reported_body(posting), changes, str(uuid.uuid4()))
    report = parse_report(payload)
    assert isinstance(report, Report), report
    return request_reversal(
        posting=posting,
        reason=plant.reason("WRONG-COUNT", "reversal"),
        actor=getattr(plant.people(), by),
        now=at,
        note="Ten were counted twice.",
        corrected=report,
    )


def signed_by_qa(request: ReversalRequest, *, at: datetime = floor.NOW, by: str = "qa") -> Posting:
    """Signed; returns the reversal."""
    signed = plant.ticket(getattr(plant.people(), by), reversal_content(request), at=at)
    return reverse_posting(request=request, ticket=signed, now=at)


def again(report: Report, **changes: Any) -> Report:
    """The same report with other content."""
    return replace(report, **changes)
