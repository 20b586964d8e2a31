"""Scan-issues: a lot scanned, or weighed, for an order. They take the same way in as reports of output."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backflush.api import report_schema as schema
from backflush.api.bodies import parsed_body
from backflush.api.receiving import receive
from backflush.rules.report import parse_scan
from masterdata.pages.api_schema import described
from masterdata.pages.callers import caller_of
from masterdata.rules.duties import Duty


class ScanIssues(APIView):
    duties = {"POST": Duty.REPORT_OUTPUT}
    open_to_devices = ("POST",)
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
        return receive(caller, parsed_body(request, parse_scan))
