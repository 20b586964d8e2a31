"""A report on its way in: stored, the bell rung, and the receipt as an answer."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone
from rest_framework import exceptions, status
from rest_framework.response import Response

from backflush.actions.receive_report import TooManyReports, receive_report
from backflush.queries.reports import state_of
from backflush.rules.report import Report
from backflush.tasks import ring_the_bell
from masterdata.pages.callers import Caller, require_person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refused

PATH = "/api/v1/operation-reports"


class OtherContent(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "This event id was already used, with other content or by another sender. Nothing was stored."
    default_code = "event_id_taken"


def receive(caller: Caller, report: Report) -> Response:
    """202 for a new report, 200 with the present state for a repeat; 409 for other content, 429 beyond the device's limit."""
    if caller.device is None:
        require_person(caller, Duty.REPORT_OUTPUT)
    try:
        with nonces_used_once():
            receipt = receive_report(
                site_id=caller.site_id,
                report=report,
                device=caller.device,
                person=caller.person,
                now=timezone.now(),
                call=caller.call,
            )
    except TooManyReports as refused:
        raise exceptions.Throttled(refused.wait, str(refused), "too_many_reports") from refused
    if receipt.outcome == "conflict":
        raise OtherContent
    if receipt.outcome == "repeat":
        return Response(state_of(receipt.report))
    ring_the_bell()
    return accepted(report.event_id, receipt.report.state)


@contextmanager
def nonces_used_once() -> Iterator[None]:
    """A nonce that comes again is a 401: whoever sends it did not sign now."""
    try:
        yield
    except Refused as refused:
        if "nonce_used" not in refused.codes:
            raise
        one = refused.refusals[0]
        raise exceptions.AuthenticationFailed(f"{one.sentence} {one.remedy}", one.code) from refused


def accepted(event_id: object, state: str) -> Response:
    """What was taken on, and where to ask what became of it."""
    href = f"{PATH}/{event_id}"
    return Response(
        {"event_id": str(event_id), "state": state, "href": href},
        status=status.HTTP_202_ACCEPTED,
        headers={"Location": href},
    )
