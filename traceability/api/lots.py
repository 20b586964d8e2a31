"""Lots: found by code and item, and each with where it is."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from masterdata.pages.api_lists import Filter, page_of, parameters_of, without_parameters, words_of
from masterdata.pages.api_schema import (
    decimal,
    described,
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
from masterdata.pages.api_values import maybe_plain, plain
from masterdata.pages.callers import caller_of
from traceability.models import MaterialLot, StockBalance, WorkOrder
from traceability.queries.lots import lots
from traceability.queries.stock import stock_of
from traceability.rules.vocabulary import LotOrigin, LotStatus

_FIELDS = {
    "id": whole(),
    "code": text(),
    "item": text("Its code"),
    "name": text(),
    "unit": text("The item's stock unit"),
    "status": one_of(LotStatus),
    "origin": one_of(LotOrigin),
    "quantity": decimal("What is in counted bins, all together"),
    "expires_on": maybe(text(format="date")),
    "received_at": moment(),
    "supplier": maybe(text()),
    "supplier_lot": text(),
    "order": maybe(text("The work order that made it")),
    "href": text(),
}
LOT = named("Lot", record(_FIELDS))
PLACE = record(
    {
        "bin": text(),
        "kind": text("Of bin"),
        "order": maybe(text("The work order that it is bound to")),
        "quantity": decimal(),
        "staged_at": maybe(moment()),
    }
)
ONE_LOT = named(
    "LotInFull",
    record(
        {
            **_FIELDS,
            "unit_cost": decimal(),
            "potency": maybe(decimal()),
            "density": maybe(decimal()),
            "stock": many(PLACE),
            "genealogy": text("Where its genealogy is"),
        }
    ),
)
FILTERS = {
    "code": Filter("code", "Exactly this lot code; it may contain a slash"),
    "item": Filter("item__code", "Code of the item"),
    "status": Filter("status", "Of the lot", words_of(LotStatus)),
    "origin": Filter("origin", "Where it came from", words_of(LotOrigin)),
    "supplier": Filter("supplier__code", "Code of the supplier"),
    "supplier_lot": Filter("supplier_lot", "The supplier's own lot code"),
}


class Lots(APIView):
    duties = {"GET": None}

    @described(
        "Find lots",
        {200: listing("Lot", LOT)},
        about="Newest first. Codes are looked up as they are written.",
        parameters=parameters_of(FILTERS),
        called="lots_list",
        problems=(400,),
    )
    def get(self, request: Request) -> Response:
        found = lots().filter(site_id=caller_of(request).site_id)
        return page_of(request, found, FILTERS, _described)


class OneLot(APIView):
    duties = {"GET": None}

    @described("One lot, and where it is", {200: ONE_LOT}, problems=(400, 404))
    def get(self, request: Request, lot_id: int) -> Response:
        without_parameters(request)
        lot = lots().filter(site_id=caller_of(request).site_id, pk=lot_id).first()
        if lot is None:
            raise Http404(f"There is no lot {lot_id} here.")
        return Response(
            {
                **_described([lot])[0],
                "unit_cost": plain(lot.unit_cost),
                "potency": maybe_plain(lot.potency),
                "density": maybe_plain(lot.density),
                "stock": [
                    {
                        "bin": held.bin.code,
                        "kind": held.bin.kind,
                        "order": held.order.number if held.order else None,
                        "quantity": plain(held.quantity),
                        "staged_at": held.staged_at,
                    }
                    for held in stock_of(lot)
                ],
                "genealogy": f"/api/v1/lots/{lot.pk}/genealogy",
            }
        )


def _described(found: list[MaterialLot]) -> list[dict[str, Any]]:
    ids = [lot.pk for lot in found]
    totals = StockBalance.objects.filter(lot_id__in=ids).values_list("lot_id").annotate(total=Sum("quantity"))
    quantities: dict[int, Decimal] = defaultdict(Decimal, dict(totals))
    orders = dict(WorkOrder.objects.filter(pk__in={lot.order_id for lot in found}).values_list("id", "number"))
    return [
        {
            "id": lot.pk,
            "code": lot.code,
            "item": lot.item.code,
            "name": lot.item.name,
            "unit": lot.item.stock_unit.code,
            "status": lot.status,
            "origin": lot.origin,
            "quantity": plain(quantities[lot.pk]),
            "expires_on": lot.expires_on,
            "received_at": lot.received_at,
            "supplier": lot.supplier.code if lot.supplier else None,
            "supplier_lot": lot.supplier_lot,
            "order": orders.get(lot.order_id or 0),
            "href": f"/api/v1/lots/{lot.pk}",
        }
        for lot in found
    ]
