"""Postings: the list, and each with everything that explains it."""

from typing import Any

from django.db.models import Q
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backflush.api.usage_previews import EXPLAINED
from backflush.models import Posting
from backflush.queries.postings import parse_posting_number, posting_number, posting_page
from backflush.rules.vocabulary import PostingKind
from masterdata.pages.api_lists import Filter, page_of, parameters_of, without_parameters, words_of
from masterdata.pages.api_schema import (
    decimal,
    described,
    flag,
    identifier,
    listing,
    many,
    maybe,
    moment,
    named,
    one_of,
    record,
    text,
    whole,
)
from masterdata.pages.api_values import plain
from masterdata.pages.callers import caller_of
from traceability.models import WorkOrder

LEDGER_LINE = record(
    {
        "id": whole(),
        "item": text(),
        "lot": text(),
        "lot_id": whole(),
        "from_bin": text(),
        "to_bin": text(),
        "quantity": decimal(),
        "unit": text(),
        "classes": {
            "type": "object",
            "additionalProperties": decimal(),
            "description": "What it was taken for; adds up",
        },
        "standard_amount": decimal(),
        "actual_amount": decimal(),
        "staged_late": flag("Some of it was staged to the order only after the event"),
    }
)
_FIELDS = {
    "number": text(),
    "kind": one_of(PostingKind),
    "order": text(),
    "operation": text(),
    "occurred_at": moment(),
    "recorded_at": moment(),
    "good": decimal("In the order's unit"),
    "actual_amount": decimal("In the site's currency"),
    "href": text(),
}
ROW = named("Posting", record(_FIELDS))
ONE = named(
    "PostingInFull",
    record(
        {
            **_FIELDS,
            "device": maybe(text("Code")),
            "person": maybe(text("User name")),
            "report": maybe(record({"event_id": identifier(), "href": text()})),
            "note": text(),
            "output_lot_id": maybe(whole()),
            "reversal": maybe(text("The posting that reversed it")),
            "reversal_of": maybe(text("The posting that it reverses")),
            "corrected_by": maybe(text("The posting that QA signed in its place")),
            "corrects": maybe(text("The posting in whose place QA signed it")),
            "ledger": many(LEDGER_LINE),
            "explain": record(
                {
                    "replays": flag("Whether the stored facts give the same digits again"),
                    "recipe": text("Digest of the governed figures"),
                    "versions": many(
                        record(
                            {
                                "item": text(),
                                "version": whole(),
                                "approver": maybe(text()),
                                "signed_at": maybe(moment()),
                            }
                        )
                    ),
                    "trigger": maybe(record({"version": whole(), "kind": text(), "output_basis": text()})),
                    "lines": many(record(EXPLAINED)),
                }
            ),
        }
    ),
)


def _of_order(number: str) -> Q:
    return Q(order_id__in=WorkOrder.objects.filter(number=number).values("pk"))


FILTERS = {
    "order": Filter(_of_order, "Work order number"),
    "operation": Filter("operation_number", "Operation number"),
    "kind": Filter("kind", "Of posting", words_of(PostingKind)),
}


class Postings(APIView):
    duties = {"GET": None}

    @described(
        "List postings",
        {200: listing("Posting", ROW)},
        parameters=parameters_of(FILTERS),
        called="postings_list",
        problems=(400,),
    )
    def get(self, request: Request) -> Response:
        found = Posting.objects.filter(site_id=caller_of(request).site_id).defer("facts")
        return page_of(request, found, FILTERS, _rows)


class OnePosting(APIView):
    duties = {"GET": None}

    @described("One posting, explained", {200: ONE}, problems=(400, 404))
    def get(self, request: Request, number: str) -> Response:
        without_parameters(request)
        parsed = parse_posting_number(number)
        page = None if parsed is None else posting_page(caller_of(request).site_id, parsed)
        if page is None:
            raise Http404("There is no such posting here.")
        return Response(_in_full(page))


def _rows(postings: list[Posting]) -> list[dict[str, Any]]:
    orders = dict(WorkOrder.objects.filter(pk__in={row.order_id for row in postings}).values_list("id", "number"))
    return [
        {
            "number": posting_number(row.number),
            "kind": row.kind,
            "order": orders[row.order_id],
            "operation": row.operation_number,
            "occurred_at": row.occurred_at,
            "recorded_at": row.recorded_at,
            "good": plain(row.good),
            "actual_amount": plain(row.actual_amount),
            "href": f"/api/v1/postings/{posting_number(row.number)}",
        }
        for row in postings
    ]


def _in_full(page: dict[str, Any]) -> dict[str, Any]:
    report, device, person, trigger = page["report"], page["device"], page["person"], page["trigger"]
    event_id = str(report.event_id) if report else ""
    same = ("number", "kind", "operation", "occurred_at", "recorded_at", "good", "actual_amount", "note")
    return {
        **{
            name: page[name] for name in (*same, "output_lot_id", "reversal", "reversal_of", "corrected_by", "corrects")
        },
        "order": page["order"].number,
        "device": device.code if device else None,
        "person": person.username if person else None,
        "report": {"event_id": event_id, "href": f"/api/v1/operation-reports/{event_id}"} if report else None,
        "ledger": [{name: line[name] for name in LEDGER_LINE["properties"]} for line in page["ledger"]],
        "explain": {
            "replays": page["replays"],
            "recipe": page["recipe_digest"],
            "versions": [
                {
                    "item": version.item.code,
                    "version": version.number,
                    "approver": version.signature.printed_name if version.signature else None,
                    "signed_at": version.signature.signed_at if version.signature else None,
                }
                for version in page["versions"]
            ],
            "trigger": {"version": trigger.version, "kind": trigger.kind, "output_basis": trigger.output_basis}
            if trigger
            else None,
            "lines": [{name: line[name] for name in EXPLAINED} for line in page["lines"]],
        },
        "href": f"/api/v1/postings/{page['number']}",
    }
