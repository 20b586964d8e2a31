"""Work orders: the list, and each with its operations, how ready they are, and what is bound to it."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backflush.models import OrderProgress
from backflush.queries.readiness import readiness_of
from masterdata.pages.api_lists import Filter, page_of, parameters_of, without_parameters, words_of
from masterdata.pages.api_schema import (
    REASON,
    decimal,
    described,
    flag,
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
from masterdata.rules.vocabulary import AllocationStrategy
from traceability.models import OrderPin, WorkOrder
from traceability.queries.orders import order_by_number, orders
from traceability.queries.stock import bound_stock
from traceability.rules.vocabulary import OrderKind, OrderState

_FIELDS = {
    "number": text(),
    "kind": one_of(OrderKind),
    "item": text("Code of what it makes"),
    "name": text(),
    "quantity": decimal(),
    "unit": text(),
    "state": one_of(OrderState),
    "allocation": one_of(AllocationStrategy, "How lots are chosen"),
    "output_lot": text("The lot it makes, where the order names it"),
    "due_at": maybe(moment()),
    "created_at": moment(),
    "released_at": maybe(moment()),
    "closed_at": maybe(moment()),
    "href": text(),
}
READY = record(
    {
        "state": one_of(("ready", "soon", "blocked", "idle")),
        "sentence": text(),
        "units": maybe(decimal("How many more good units; null: all of them")),
        "runs_out": text("What runs out then"),
        "reasons": many(REASON),
    }
)
OPERATION = record(
    {
        "number": text(),
        "name": text(),
        "line": text(),
        "count_point": flag(),
        "last": flag(),
        "requires_clearance": flag(),
        "requires_training": flag(),
        "progress": record(
            {
                "good": decimal(),
                "structural_scrap": decimal(),
                "avoidable_scrap": decimal(),
                "rework": decimal(),
                "setups": whole(),
                "reports": whole(),
            }
        ),
        "readiness": READY,
    }
)
BINDING = record(
    {
        "item": text(),
        "lot": text(),
        "lot_id": whole(),
        "lot_status": text(),
        "bin": text(),
        "quantity": decimal(),
        "unit": text(),
        "staged_at": maybe(moment()),
        "rank": whole(),
    }
)
ROW = named("WorkOrder", record(_FIELDS))
ONE = named(
    "WorkOrderInFull",
    record(
        {
            **_FIELDS,
            "bom": maybe(record({"item": text(), "version": whole(), "href": text()}, "The version pinned to it")),
            "operations": many(OPERATION),
            "bindings": many(BINDING, "What is staged for it now"),
        }
    ),
)
FILTERS = {
    "number": Filter("number", "Exactly this order"),
    "state": Filter("state", "Of the order", words_of(OrderState)),
    "item": Filter("item__code", "Code of what it makes"),
    "kind": Filter("kind", "Of order", words_of(OrderKind)),
}


class WorkOrders(APIView):
    duties = {"GET": None}

    @described(
        "List work orders",
        {200: listing("WorkOrder", ROW)},
        parameters=parameters_of(FILTERS),
        called="work_orders_list",
        problems=(400,),
    )
    def get(self, request: Request) -> Response:
        found = orders().filter(site_id=caller_of(request).site_id)
        return page_of(request, found, FILTERS, lambda rows: [_row(row) for row in rows])


class OneWorkOrder(APIView):
    duties = {"GET": None}

    @described("One work order, how ready it is and what is bound to it", {200: ONE}, problems=(400, 404))
    def get(self, request: Request, number: str) -> Response:
        without_parameters(request)
        site_id = caller_of(request).site_id
        order = None if "\0" in number else order_by_number(site_id, number)
        if order is None:
            raise Http404("There is no such work order here.")
        pin = (
            OrderPin.objects.filter(order=order)
            .select_related("bom_version__item")
            .order_by("-applicable_from")
            .first()
        )
        return Response(
            {
                **_row(order),
                "bom": _bom(pin) if pin else None,
                "operations": _operations(order),
                "bindings": _bindings(order),
            }
        )


def _row(order: WorkOrder) -> dict[str, Any]:
    same = ("number", "kind", "state", "allocation", "due_at", "created_at", "released_at", "closed_at")
    return {
        **{name: getattr(order, name) for name in same},
        "item": order.item.code,
        "name": order.item.name,
        "quantity": plain(order.quantity),
        "unit": order.unit.code,
        "output_lot": order.output_lot_code,
        "href": f"/api/v1/work-orders/{order.number}",
    }


def _bom(pin: OrderPin) -> dict[str, Any]:
    version = pin.bom_version
    return {"item": version.item.code, "version": version.number, "href": f"/api/v1/boms/{version.pk}"}


def _operations(order: WorkOrder) -> list[dict[str, Any]]:
    progress = {row.operation_number: row for row in OrderProgress.objects.filter(order_id=order.pk)}
    ready = readiness_of([order], timezone.now())[order.pk]
    return [
        {
            "number": one.number,
            "name": one.name,
            "line": one.line.code,
            "count_point": one.count_point,
            "last": one.last,
            "requires_clearance": one.requires_clearance,
            "requires_training": one.requires_training,
            "progress": _progress(progress.get(one.number) or OrderProgress()),
            "readiness": _ready(ready.get(one.number), order),
        }
        for one in order.operations.select_related("line").order_by("sequence")
    ]


def _progress(row: OrderProgress) -> dict[str, Any]:
    quantities = ("good", "structural_scrap", "avoidable_scrap", "rework")
    return {**{name: plain(getattr(row, name)) for name in quantities}, "setups": row.setups, "reports": row.reports}


def _ready(light: Any, order: WorkOrder) -> dict[str, Any]:
    if light is None:
        sentence = f"Order {order.number} is {order.state}."
        return {"state": "idle", "sentence": sentence, "units": None, "runs_out": "", "reasons": []}
    return {
        "state": light.state,
        "sentence": light.sentence,
        "units": maybe_plain(light.units),
        "runs_out": light.runs_out,
        "reasons": [reason.as_dict() for reason in light.reasons],
    }


def _bindings(order: WorkOrder) -> list[dict[str, Any]]:
    return [
        {
            "item": held.lot.item.code,
            "lot": held.lot.code,
            "lot_id": held.lot.pk,
            "lot_status": held.lot.status,
            "bin": held.bin.code,
            "quantity": plain(held.quantity),
            "unit": held.lot.item.stock_unit.code,
            "staged_at": held.staged_at,
            "rank": held.rank,
        }
        for held in bound_stock(order)
    ]
