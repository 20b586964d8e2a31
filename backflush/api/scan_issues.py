"""Scan-issues: a lot scanned, or weighed, for an order. They take the same way in as reports of output."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backflush.api import report_schema as schema
from backflush.api.bodies import faulty, json_body, report_of
from backflush.api.receiving import receive
from backflush.rules.strict_json import Fault
from backflush.rules.vocabulary import ReportKind
from masterdata.pages.api_schema import described
from masterdata.pages.callers import caller_of


class ScanIssues(APIView):
    open_to_stopped_devices = ("POST",)

    @described(
        "Issue a scanned lot",
        {202: schema.RECEIPT, 200: schema.STATE},
        about="Answered like a report of output; ask for its state under the same address.",
        body=schema.SCAN_ISSUE,
        examples=schema.SCAN_EXAMPLES,
        problems=(400, 409, 413, 415),
    )
    def post(self, request: Request) -> Response:
        caller = caller_of(request)
        data = json_body(request)
        if isinstance(data, dict):
            if data.get("kind", ReportKind.SCAN_ISSUE) != ReportKind.SCAN_ISSUE:
                raise faulty([Fault("kind", "unknown_kind", "Only scan-issues are sent here; leave kind out.")])
            data = {**data, "kind": str(ReportKind.SCAN_ISSUE)}
        return receive(caller, report_of(data))
