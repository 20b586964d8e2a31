"""Previews: what a report would take, from which lots, and why it would block. Nothing is written."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backflush.api import report_schema as schema
from backflush.api.bodies import report_of
from backflush.queries.previews import preview_usage
from backflush.rules.confirmation import presence_refusal
from masterdata.pages.api_schema import REASON, decimal, described, identifier, many, named, record, text, whole
from masterdata.pages.callers import caller_of
from masterdata.rules.refusal import Refused

STEP = record({"label": text(), "value": text(), "note": text()})
DRAW = record({"item": text(), "lot": text(), "lot_id": whole(), "bin": text(), "quantity": decimal()})
EXPLAINED = {
    "component": identifier("The BOM line, the same from version to version"),
    "item": text(),
    "name": text(),
    "unit": text(),
    "quantity": decimal(),
    "written": text("The formula in figures"),
    "method": text(),
    "nothing_drawn": text("Why no lot was drawn; empty where one was"),
    "steps": many(STEP, "The arithmetic, left to right"),
    "draws": many(DRAW, "Which lots"),
}
MADE = record({"item": text(), "lot": text(), "quantity": decimal(), "unit": text()})
USAGE = named(
    "Usage",
    record(
        {
            "reasons": many(REASON, "Why it would block; empty where it would post"),
            "note": text(),
            "lines": many(record(EXPLAINED)),
            "outputs": many(MADE),
        }
    ),
)


class UsagePreviews(APIView):
    duties = {"POST": None}  # writes nothing

    @described(
        "Preview usage",
        {200: USAGE},
        about="The body of a report; `event_id` may be left out. Decided by the rule that posts.",
        body=schema.PREVIEW,
        examples=schema.PREVIEW_EXAMPLES,
        problems=(400, 413, 415, 422),
    )
    def post(self, request: Request) -> Response:
        caller = caller_of(request)
        report = report_of(request, preview=True)
        unproven = presence_refusal(report.confirmed_by, [caller.person.badge]) if caller.person else None
        if unproven is not None:
            raise Refused(unproven)
        found = preview_usage(
            site_id=caller.site_id, report=report, device=caller.device, person=caller.person, now=timezone.now()
        )
        return Response(found)
