"""Quality records, to read: what is wrong, with what, who has it, and what was decided."""

from typing import Any

from django.db.models import Q
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from masterdata.pages.api_lists import Filter, page_of, parameters_of, words_of
from masterdata.pages.api_schema import (
    described,
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
from masterdata.pages.callers import caller_of
from traceability.models import QualityLink, QualityRecord
from traceability.queries.quality import quality_records
from traceability.rules.vocabulary import Disposition, QualityKind, QualityState

LINK = record(
    {
        "lot": maybe(text("Its code")),
        "lot_id": maybe(whole()),
        "order": maybe(text("Its number")),
        "event_id": maybe(identifier("Of the report")),
        "posting": maybe(text("Its number")),
    }
)
ROW = named(
    "QualityRecord",
    record(
        {
            "number": text(),
            "kind": one_of(QualityKind),
            "state": one_of(QualityState),
            "title": text(),
            "description": text(),
            "cause": text("Code of the reason by which the product opened it; empty where a person did"),
            "owner": maybe(text("User name")),
            "due_on": text(format="date"),
            "opened_at": moment(),
            "opened_by": maybe(text("User name; null: opened by rule")),
            "disposition": text(f"One of {', '.join(Disposition)}; empty where none is made"),
            "disposed_at": maybe(moment()),
            "conclusion": text(),
            "closed_at": maybe(moment()),
            "about": many(LINK),
        }
    ),
)


def _linked(**lookup: str) -> Q:
    return Q(pk__in=QualityLink.objects.filter(**lookup).values("record_id"))


FILTERS = {
    "kind": Filter("kind", "Of record", words_of(QualityKind)),
    "state": Filter("state", "Of the record", words_of(QualityState)),
    "number": Filter("number", "Exactly this number"),
    "owner": Filter("owner__username", "User name of the owner"),
    "cause": Filter("cause", "Code of the reason that opened it"),
    "lot": Filter(lambda value: _linked(lot__code=value), "Code of a lot that it is about"),
    "order": Filter(lambda value: _linked(order__number=value), "Number of an order that it is about"),
}


class QualityRecords(APIView):
    duties = {"GET": None}

    @described(
        "List quality records",
        {200: listing("QualityRecord", ROW)},
        about="Newest first. Records are opened, decided on and closed by people, under signature.",
        parameters=parameters_of(FILTERS),
        called="quality_records_list",
        problems=(400,),
    )
    def get(self, request: Request) -> Response:
        found = quality_records(caller_of(request).site_id).prefetch_related("links__lot", "links__order")
        return page_of(request, found, FILTERS, _described)


def _described(found: list[QualityRecord]) -> list[dict[str, Any]]:
    same = (
        "number",
        "kind",
        "state",
        "title",
        "description",
        "cause",
        "due_on",
        "opened_at",
        "disposition",
        "disposed_at",
        "conclusion",
        "closed_at",
    )
    return [
        {
            **{name: getattr(row, name) for name in same},
            "owner": row.owner.username if row.owner else None,
            "opened_by": row.opened_by.username if row.opened_by else None,
            "about": [_link(link) for link in row.links.all()],
        }
        for row in found
    ]


def _link(link: QualityLink) -> dict[str, Any]:
    return {
        "lot": link.lot.code if link.lot else None,
        "lot_id": link.lot_id,
        "order": link.order.number if link.order else None,
        "event_id": str(link.event_id) if link.event_id else None,
        "posting": None if link.posting_number is None else f"P-{link.posting_number:06d}",
    }
