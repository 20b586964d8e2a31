"""Genealogy: what is in a lot, or where it went, as a graph of lots and edges; each edge names its postings."""

from collections.abc import Collection
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backflush.models import Posting
from backflush.queries.postings import posting_number
from masterdata.models import Item
from masterdata.pages.api_lists import Check, checked, whole_number
from masterdata.pages.api_schema import (
    decimal,
    described,
    flag,
    many,
    maybe,
    named,
    one_of,
    parameter,
    record,
    text,
    whole,
)
from masterdata.pages.api_values import plain
from masterdata.pages.callers import caller_of
from traceability.models import MaterialLot
from traceability.queries.genealogy import Genealogy, genealogy
from traceability.rules.genealogy import Direction, How, levels
from traceability.rules.vocabulary import OrderState

DEEPEST = 1000
LOT = record(
    {
        "id": whole(),
        "code": text(),
        "item": text(),
        "name": text(),
        "unit": text(),
        "status": text(),
        "origin": text(),
        "supplier_lot": text(),
        "level": whole("Steps from the lot that was asked for, by the shortest way"),
    }
)
EDGE = record(
    {
        "outer": whole("The lot that contains"),
        "inner": whole("The lot that went in"),
        "how": one_of(How, "own: issued for it; carried: issued before, for it too; shared: issued to its whole order"),
        "quantity": decimal("Of the inner lot, in its unit; 0 where only carried"),
        "postings": many(text()),
    }
)
IN_ORDER = record(
    {
        "order": text("Work order number"),
        "state": one_of(OrderState),
        "inner": whole("The lot that went in"),
        "quantity": decimal("Of the inner lot, in its unit"),
        "postings": many(text()),
    }
)
TREE = named(
    "Genealogy",
    record(
        {
            "lot": whole(),
            "direction": one_of(Direction),
            "depth": maybe(whole("null: to the end")),
            "cut": flag("Whether it is too large to be given whole"),
            "lots": many(LOT),
            "edges": many(EDGE),
            "in_orders": many(
                IN_ORDER, "Forward: used by orders that have no output lot yet, so in no lot of the graph"
            ),
        }
    ),
)
PARAMETERS = [
    parameter("direction", "What is in it (back, if left out), or where it went", words=Direction),
    parameter("depth", f"How many levels, 1 to {DEEPEST}; to the end, if left out", whole_number=True),
]


class LotGenealogy(APIView):
    duties = {"GET": None}

    @described("What is in a lot, or where it went", {200: TREE}, parameters=PARAMETERS, problems=(400, 404))
    def get(self, request: Request, lot_id: int) -> Response:
        direction, depth = _asked(request)
        lot = MaterialLot.objects.filter(site_id=caller_of(request).site_id, pk=lot_id).first()
        if lot is None:
            raise Http404("There is no such lot here.")
        found = genealogy(lot, direction, depth)
        far = levels(lot.pk, found.edges, found.direction)
        within = {lot_id: level for lot_id, level in far.items() if depth is None or level <= depth}
        return Response(
            {
                "lot": lot.pk,
                "direction": str(found.direction),
                "depth": depth,
                "cut": found.cut,
                "lots": _lots(found, within),
                "edges": _edges(found, within, depth),
                "in_orders": _in_orders(found, within, depth),
            }
        )


def _asked(request: Request) -> tuple[str, int | None]:
    known: dict[str, Collection[str] | Check] = {
        "direction": [str(word) for word in Direction],
        "depth": whole_number("depth", DEEPEST),
    }
    given = checked(request, known)
    depth = int(given["depth"]) if "depth" in given else None
    return given.get("direction", str(Direction.BACK)), depth


def _lots(found: Genealogy, within: dict[int, int]) -> list[dict[str, Any]]:
    items = {found.lots[lot_id].item_code for lot_id in within}
    units = dict(Item.objects.filter(code__in=items).values_list("code", "stock_unit__code"))
    return [
        {
            "id": lot_id,
            "code": fact.code,
            "item": fact.item_code,
            "name": fact.item_name,
            "unit": units[fact.item_code],
            "status": fact.status,
            "origin": fact.origin,
            "supplier_lot": fact.supplier_lot,
            "level": level,
        }
        for lot_id, level in sorted(within.items(), key=lambda one: (one[1], one[0]))
        if (fact := found.lots[lot_id])
    ]


def _edges(found: Genealogy, within: dict[int, int], depth: int | None) -> list[dict[str, Any]]:
    back = found.direction == Direction.BACK
    edges = [
        edge
        for edge in found.edges
        if (near := within.get(edge.outer if back else edge.inner)) is not None and (depth is None or near < depth)
    ]
    entries = {entry for edge in edges for entry in edge.entries}
    numbers = dict(Posting.objects.filter(entry_id__in=entries).values_list("entry_id", "number"))
    return [
        {
            "outer": edge.outer,
            "inner": edge.inner,
            "how": edge.how,
            "quantity": plain(edge.quantity),
            "postings": [posting_number(numbers[entry]) for entry in edge.entries if entry in numbers],
        }
        for edge in edges
    ]


def _in_orders(found: Genealogy, within: dict[int, int], depth: int | None) -> list[dict[str, Any]]:
    shown = [
        one
        for one in found.in_orders
        if (near := within.get(one.lot_id)) is not None and (depth is None or near < depth)
    ]
    entries = {entry for one in shown for entry in one.entries}
    numbers = dict(Posting.objects.filter(entry_id__in=entries).values_list("entry_id", "number"))
    return [
        {
            "order": one.number,
            "state": one.state,
            "inner": one.lot_id,
            "quantity": plain(one.quantity),
            "postings": [posting_number(numbers[entry]) for entry in one.entries if entry in numbers],
        }
        for one in shown
    ]
