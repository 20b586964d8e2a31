"""Reports of output: taken in durably, then asked for by the client's own event id."""

import uuid
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backflush.actions.retry_report import retry_report
from backflush.api import report_schema as schema
from backflush.api.bodies import faulty, report_of
from backflush.api.receiving import PATH, accepted, receive
from backflush.models import OperationReport
from backflush.queries.reports import describe, report_by_event, state_of
from backflush.rules.strict_json import Fault
from backflush.rules.vocabulary import ReportKind, ReportState
from backflush.tasks import ring_the_bell
from masterdata.models import Device, Person
from masterdata.pages.api_lists import Filter, page_of, parameters_of, without_parameters, words_of
from masterdata.pages.api_schema import described
from masterdata.pages.callers import Caller, caller_of, require_person
from masterdata.rules.duties import Duty


def _by_device(code: str) -> Q:
    return Q(device_id__in=Device.objects.filter(code=code).values("pk"))


def _by_person(username: str) -> Q:
    return Q(person_id__in=Person.objects.filter(username=username).values("pk"))


FILTERS = {
    "state": Filter("state", "Of the report", words_of(ReportState)),
    "kind": Filter("kind", "Of report", words_of(ReportKind)),
    "order": Filter("order_number", "Work order number"),
    "operation": Filter("operation_number", "Operation number"),
    "device": Filter(_by_device, "Code of the device that sent it"),
    "person": Filter(_by_person, "User name of the person who sent it"),
}


class OperationReports(APIView):
    duties = {"GET": None, "POST": Duty.REPORT_OUTPUT}
    open_to_devices = ("POST",)
    open_to_stopped_devices = ("POST",)

    @described(
        "Report production",
        {202: schema.RECEIPT, 200: schema.STATE},
        about="Durable before it is answered. 202 for a new report, 200 with the present state for a repeat. An unknown order, "
        "a wrong clock or a shortage are no errors here: the report is taken, then blocked or refused with its reasons.",
        body=schema.REPORT,
        examples=schema.REPORT_EXAMPLES,
        problems=(400, 409, 413, 415, 422),
    )
    def post(self, request: Request) -> Response:
        caller = caller_of(request)
        report = report_of(request)
        if report.kind == ReportKind.SCAN_ISSUE:
            raise faulty([Fault("kind", "unknown_kind", "Send scan-issues to /api/v1/scan-issues.")])
        return receive(caller, report)

    @described(
        "List reports",
        {200: schema.PAGE},
        about="Newest first. `state=blocked` is what waits for somebody.",
        parameters=parameters_of(FILTERS),
        called="operation_reports_list",
        problems=(400,),
    )
    def get(self, request: Request) -> Response:
        found = OperationReport.objects.filter(site_id=caller_of(request).site_id)
        return page_of(request, found, FILTERS, lambda reports: [_row(row) for row in describe(reports)])


class OneOperationReport(APIView):
    duties = {"GET": None}
    open_to_stopped_devices = ("GET",)

    @described("What became of a report", {200: schema.STATE}, problems=(400, 404))
    def get(self, request: Request, event_id: str) -> Response:
        without_parameters(request)
        return Response(state_of(_found(caller_of(request), event_id)))


class Retry(APIView):
    duties = {"POST": Duty.RETRY_REPORT}

    @described(
        "Send a blocked report to posting again",
        {202: schema.RECEIPT},
        about="For people, after the cause was mended.",
        problems=(404, 422),
    )
    def post(self, request: Request, event_id: str) -> Response:
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
        raise Http404("There is no such report here.")
    return report


def _row(row: dict[str, Any]) -> dict[str, Any]:
    names = ("event_id", "kind", "state", "order", "operation", "occurred_at", "received_at", "settled_at", "attempts")
    return {
        **{name: row[name] for name in names},
        "good": row["good"] or None,
        "device": row["device"].code if row["device"] else None,
        "person": row["person"].username if row["person"] else None,
        "reasons": row["reasons"] if row["state"] in _WITH_REASONS else [],
        "href": f"{PATH}/{row['event_id']}",
    }


_WITH_REASONS = (ReportState.BLOCKED, ReportState.REFUSED, ReportState.WAIVED)
