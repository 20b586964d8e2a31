"""A report on its way in: stored, the bell rung, and the receipt as an answer."""

from django.utils import timezone
from rest_framework import exceptions, status
from rest_framework.response import Response

from backflush.actions.receive_report import receive_report
from backflush.queries.reports import state_of
from backflush.rules.report import Report
from backflush.tasks import ring_the_bell
from masterdata.pages.callers import Caller, require_person
from masterdata.rules.duties import Duty

PATH = "/api/v1/operation-reports"


class OtherContent(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "This event id was already used, with other content or by another sender. Nothing was stored."
    default_code = "event_id_taken"


def receive(caller: Caller, report: Report) -> Response:
    """202 for a new report, 200 with the present state for a repeat; OtherContent (409) else."""
    if caller.device is None:
        require_person(caller, Duty.REPORT_OUTPUT)
    receipt = receive_report(
        site_id=caller.site_id, report=report, device=caller.device, person=caller.person, now=timezone.now()
    )
    if receipt.outcome == "conflict":
        raise OtherContent
    if receipt.outcome == "repeat":
        return Response(state_of(receipt.report))
    ring_the_bell()
    return accepted(report.event_id, receipt.report.state)


def accepted(event_id: object, state: str) -> Response:
    """What was taken on, and where to ask what became of it."""
    href = f"{PATH}/{event_id}"
    return Response(
        {"event_id": str(event_id), "state": state, "href": href},
        status=status.HTTP_202_ACCEPTED,
        headers={"Location": href},
    )
