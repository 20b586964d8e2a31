"""Handling units: found by order, kind and state, and each with what is in it. They are closed by a report of that kind."""

from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from masterdata.pages.api_lists import Filter, page_of, parameters_of, words_of
from masterdata.pages.api_schema import decimal, described, listing, many, maybe, moment, named, one_of, record, text
from masterdata.pages.api_values import plain
from masterdata.pages.callers import caller_of
from masterdata.rules.vocabulary import HandlingUnitKind
from traceability.models import HandlingUnit
from traceability.queries.packing import handling_units, packing_history, units_inside
from traceability.rules.vocabulary import PackingAct

_INSIDE = record({"lot": text("Output lot"), "quantity": decimal("In the order's unit")})
_FIELDS = {
    "sscc": text(pattern="^[0-9]{18}$"),
    "kind": one_of(HandlingUnitKind),
    "order": text("Work order number"),
    "unit": text("The order's unit, a UN/ECE Rec 20 code"),
    "state": text("open or closed"),
    "opened_at": moment(),
    "closed_at": maybe(moment()),
    "parent": maybe(text("SSCC of the handling unit that it stands in")),
    "units": many(_INSIDE, "Units packed straight into it"),
    "href": text(),
}
HANDLING_UNIT = named("HandlingUnit", record(_FIELDS))
_HAPPENED = record(
    {
        "at": moment(),
        "act": one_of(PackingAct),
        "lot": maybe(text()),
        "quantity": maybe(decimal()),
        "handling_unit": maybe(text("SSCC of what went in or came out")),
        "person": text("User name"),
        "note": text(),
    }
)
IN_FULL = named(
    "HandlingUnitInFull",
    record({**_FIELDS, "contents": many(text(), "SSCCs of the handling units inside"), "history": many(_HAPPENED)}),
)
FILTERS = {
    "order": Filter("order__number", "Work order number"),
    "kind": Filter("kind", "Of handling unit", words_of(HandlingUnitKind)),
    "state": Filter(lambda value: Q(closed_at__isnull=value == "open"), "Open or closed", ("open", "closed")),
    "parent": Filter("parent__sscc", "SSCC of the handling unit that it stands in"),
    "lot": Filter(lambda value: Q(packing__lot_code=value), "Output lot that was packed into it"),
}


class HandlingUnits(APIView):
    duties = {"GET": None}

    @described(
        "Find handling units",
        {200: listing("HandlingUnit", HANDLING_UNIT)},
        about="Newest first. To close one, report the kind `handling_unit_closed`.",
        parameters=parameters_of(FILTERS),
        called="handling_units_list",
        problems=(400,),
    )
    def get(self, request: Request) -> Response:
        return page_of(request, handling_units(caller_of(request).site_id).distinct(), FILTERS, _described)


class OneHandlingUnit(APIView):
    duties = {"GET": None}

    @described("One handling unit, and what is in it", {200: IN_FULL}, problems=(404,))
    def get(self, request: Request, sscc: str) -> Response:
        unit = handling_units(caller_of(request).site_id).filter(sscc=sscc).first()
        if unit is None:
            raise Http404(f"There is no handling unit {sscc} here.")
        history = [
            {
                "at": one.at,
                "act": one.act,
                "lot": one.lot_code or None,
                "quantity": None if one.quantity is None else plain(one.quantity),
                "handling_unit": one.child.sscc if one.child else None,
                "person": one.person.username,
                "note": one.note,
            }
            for one in packing_history(unit)
        ]
        inside = HandlingUnit.objects.filter(parent=unit).order_by("sscc").values_list("sscc", flat=True)
        return Response({**_described([unit])[0], "contents": list(inside), "history": history})


def _described(found: list[HandlingUnit]) -> list[dict[str, Any]]:
    inside: dict[int, dict[str, Decimal]] = units_inside([unit.pk for unit in found])
    return [
        {
            "sscc": unit.sscc,
            "kind": unit.kind,
            "order": unit.order.number,
            "unit": unit.order.unit.code,
            "state": "open" if unit.closed_at is None else "closed",
            "opened_at": unit.opened_at,
            "closed_at": unit.closed_at,
            "parent": unit.parent.sscc if unit.parent else None,
            "units": [{"lot": lot, "quantity": plain(some)} for lot, some in inside.get(unit.pk, {}).items()],
            "href": f"/api/v1/handling-units/{unit.sscc}",
        }
        for unit in found
    ]
