"""The product page: everything about how one product is consumed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from masterdata.models import Item, UnitFactor
from masterdata.pages.access import can, desk_page, site_of
from masterdata.pages.figures import figure, words
from masterdata.pages.histories import history_of
from masterdata.queries import bom_versions, effective_bom, effective_trigger, where_used
from masterdata.queries.bom_lines import flat, lines_of
from masterdata.rules.duties import Duty
from traceability.models import WorkOrder
from traceability.rules.orders import operation_key

TONES = {"planned": "idle", "released": "good", "closed": "info"}
ORDERS = 20


@desk_page()
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """One product."""
    item = get_object_or_404(Item.objects.select_related("stock_unit"), pk=pk)
    now = timezone.now()
    version = effective_bom(item, now)
    lines = flat(lines_of(version, now)) if version else []
    route = sorted(item.operations.select_related("line"), key=lambda one: operation_key(one.number))
    named = {item.pk, *(one.line.item_id for one in lines)}
    factors = UnitFactor.objects.filter(item_id__in=named, state="approved", effective_to__isnull=True)
    context = {
        "item": item,
        "facts": _facts(request, item),
        "version": version,
        "lines": lines,
        "losses": version.scrap_factors.filter(line__isnull=True).order_by("level") if version else [],
        "versions": bom_versions(item),
        "operations": [
            {
                "operation": one,
                "trigger": effective_trigger(item, one.number, now, one.line),
                "demands": ", ".join(one.demands),
            }
            for one in route
        ],
        "triggers": item.trigger_definitions.select_related("line").order_by("operation_number", "-version"),
        "factors": factors.select_related("item", "from_unit", "to_unit", "signature").order_by("item__code"),
        "used_on": where_used(item),
        "orders": [
            (order, TONES[order.state])
            for order in WorkOrder.objects.filter(item=item).select_related("unit", "site").order_by("-id")[:ORDERS]
        ],
        "history": history_of(*route),
        "may_draft": can(request, Duty.DRAFT_MASTER_DATA),
        "may_set_up": can(request, Duty.SET_UP_PLANT),
        "may_plan": can(request, Duty.PLAN_ORDERS),
        "trail": [{"label": "Products", "url": reverse("products")}, {"label": item.code}],
    }
    return render(request, "traceability/product.html", context)


def _facts(request: HttpRequest, item: Item) -> list[dict[str, Any]]:
    site = site_of(request)
    rounding = f"multiples of {figure(item.multiple)}" if item.multiple else f"{item.decimals} decimals"
    return [
        {"name": "Item", "value": item.code, "url": reverse("item", args=[item.pk]), "code": True},
        {"name": "Kind", "value": words(item.kind)},
        {"name": "Stock unit", "value": f"{item.stock_unit.symbol} ({item.stock_unit.name})"},
        {"name": "Counted to", "value": f"{rounding}, {words(item.rounding)}"},
        {"name": "Tracked by", "value": item.tracking},
        {
            "name": "Standard cost",
            "value": f"{figure(item.standard_cost)} {site.currency if site else ''} per {item.stock_unit.symbol}",
        },
    ]
