"""Variances of orders, part by part and component by component."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from masterdata.pages.api_lists import Filter, page_of, parameters_of, words_of
from masterdata.pages.api_schema import decimal, described, flag, identifier, listing, many, named, record, text, whole
from masterdata.pages.callers import caller_of, require_person
from masterdata.rules.duties import Duty
from traceability.models import WorkOrder
from traceability.queries.orders import orders
from traceability.rules.vocabulary import OrderState
from variance.queries.order_variances import order_variances

_MARK = text("F where favourable, U where not; empty for nothing")
PART = record({"name": text(), "amount": decimal(), "favourable": _MARK})
COMPONENT = record(
    {
        "component": identifier("The BOM line, the same from version to version"),
        "item": text(),
        "name": text(),
        "unit": text(),
        "standard_quantity": decimal(),
        "actual_quantity": decimal(),
        "difference": decimal(),
        "percent": text("Of the standard quantity; empty where that is nothing"),
        "parts": many(PART),
        "total": decimal(),
        "favourable": _MARK,
    }
)
VARIANCE = named(
    "OrderVariance",
    record(
        {
            "order": text(),
            "item": text("Code of what it makes"),
            "currency": text(),
            "units": decimal("Received so far"),
            "total": decimal("Adds up from the parts"),
            "favourable": _MARK,
            "parts": many(PART),
            "components": many(COMPONENT),
            "not_of_a_component": record(
                {"parts": many(PART), "total": decimal(), "favourable": _MARK},
            ),
            "frozen": flag("Whether the order is closed, and this is what it was closed with"),
            "revision": whole(),
        }
    ),
)
FILTERS = {
    "order": Filter("number", "Work order number"),
    "item": Filter("item__code", "Code of what the order makes"),
    "state": Filter("state", "Of the order", words_of(one for one in OrderState if one != OrderState.PLANNED)),
}


class Variances(APIView):
    duties = {"GET": Duty.READ_VARIANCE}

    @described(
        "Variances of orders",
        {200: listing("Variance", VARIANCE)},
        about="For people who may read variances. Live while an order is open, as frozen once it is closed.",
        parameters=parameters_of(FILTERS),
        called="variances_list",
        problems=(400,),
    )
    def get(self, request: Request) -> Response:
        caller = caller_of(request)
        require_person(caller, Duty.READ_VARIANCE)
        found = orders().filter(site_id=caller.site_id).exclude(state=OrderState.PLANNED)
        return page_of(request, found, FILTERS, _described)


def _described(found: list[WorkOrder]) -> list[dict[str, Any]]:
    variances = order_variances(found)
    return [_variance(variances[order.pk]) for order in found]


def _variance(variance: dict[str, Any]) -> dict[str, Any]:
    row = {name: variance[name] for name in VARIANCE["properties"]}
    row["components"] = [{name: one[name] for name in COMPONENT["properties"]} for one in variance["components"]]
    return row
