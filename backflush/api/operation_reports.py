"""Reports of output: taken in durably, then asked for by the client's own event id."""

import uuid

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backflush.actions.retry_report import retry_report
from backflush.api.bodies import faulty, json_body, report_of
from backflush.api.receiving import accepted, receive
from backflush.models import OperationReport
from backflush.queries.reports import report_by_event, state_of
from backflush.rules.strict_json import Fault
from backflush.rules.vocabulary import ReportKind
from backflush.tasks import ring_the_bell
from masterdata.pages.callers import Caller, caller_of, require_person
from masterdata.rules.duties import Duty


class OperationReports(APIView):
    def post(self, request: Request) -> Response:
        """Report production."""
        caller = caller_of(request)
        report = report_of(json_body(request))
        if report.kind == ReportKind.SCAN_ISSUE:
            raise faulty([Fault("kind", "unknown_kind", "Send scan-issues to /api/v1/scan-issues.")])
        return receive(caller, report)


class OneOperationReport(APIView):
    def get(self, request: Request, event_id: str) -> Response:
        """What became of a report."""
        return Response(state_of(_found(caller_of(request), event_id)))


class Retry(APIView):
    def post(self, request: Request, event_id: str) -> Response:
        """Send a blocked report to posting again."""
        caller = caller_of(request)
        report = _found(caller, event_id)
        person = require_person(caller, Duty.RETRY_REPORT)
        report = retry_report(report=report, actor=person, now=timezone.now())
        ring_the_bell()
        return accepted(report.event_id, report.state)


def _found(caller: Caller, event_id: str) -> OperationReport:
    try:
        report = report_by_event(caller.site_id, uuid.UUID(event_id))
    except ValueError:
        report = None
    if report is None:
        raise Http404(f"There is no report {event_id} here.")
    return report
