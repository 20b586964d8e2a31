"""The product page: everything about how one product is consumed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.define_operation import define_operation
from masterdata.models import Item, Operation, ProductionLine, UnitFactor
from masterdata.pages.access import can, desk_page, person_of, site_of
from masterdata.pages.figures import figure, words
from masterdata.pages.forms import form_page, labelled
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
            {"operation": one, "trigger": effective_trigger(item, one.number, now, one.line), "demands": _demands(one)}
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


def _demands(one: Operation) -> str:
    found = {
        "count point": one.count_point,
        "line clearance": one.requires_clearance,
        "training": one.requires_training,
        "packs": one.packs,
    }
    return ", ".join(word for word, holds in found.items() if holds)


class OperationForm(forms.Form):
    """An operation of the product's route."""

    number = forms.CharField(
        max_length=10, label="Number", help_text="A whole number such as 10; they run in this order."
    )
    name = forms.CharField(max_length=120, label="Name")
    line = forms.ModelChoiceField(ProductionLine.objects.none(), required=False, label="Usually runs at")
    count_point = forms.BooleanField(
        required=False, initial=True, label="Count point: its good units limit the next one's"
    )
    requires_clearance = forms.BooleanField(required=False, label="Wants the line cleared first")
    requires_training = forms.BooleanField(required=False, label="Wants trained people")
    packs = forms.BooleanField(required=False, label="Packs: wants approved labels")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = ProductionLine.objects.order_by("code")  # type: ignore[attr-defined]
        labelled(self.fields["line"], lambda line: f"{line.code}  {line.name}")


@desk_page(Duty.SET_UP_PLANT)
def operation_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an operation to the route; orders released from then on have it."""
    item = get_object_or_404(Item, pk=pk)

    def define(asked: dict[str, Any]) -> HttpResponse:
        made = define_operation(item=item, actor=person_of(request), **asked)
        messages.success(request, f"Operation {made.number} is defined.")
        return redirect("product", pk)

    trail = [
        {"label": "Products", "url": reverse("products")},
        {"label": item.code, "url": reverse("product", args=[pk])},
        {"label": "New operation"},
    ]
    return form_page(
        request, OperationForm(request.POST or None), define, title=f"New operation of {item.code}", trail=trail
    )
