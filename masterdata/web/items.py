"""Items: the list, the page with every figure and its history, and the forms that define and change one."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.change_item import change_item
from masterdata.actions.define_item import define_item
from masterdata.models import Item, Unit
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, site_of
from masterdata.pages.figures import figure, raw, words
from masterdata.pages.forms import form_page, labelled
from masterdata.pages.histories import history_of
from masterdata.pages.number_fields import DecimalNumber, WholeNumber
from masterdata.queries import boms_made_invalid, where_used
from masterdata.rules.duties import Duty
from masterdata.rules.vocabulary import ItemKind, Rounding, Tracking

FLAGS = (
    ("potency_controlled", "potency-controlled", "Weighed and issued by scan, adjusted to the lot's potency."),
    ("safety_critical", "safety-critical", "Never taken blindly: scanned, or issued at the pick."),
    ("operator_determined", "operator-determined", "The operator decides how much; scanned."),
    ("high_value", "high-value", "An explicit quantity and a lot scan."),
    ("variable_weight", "variable-weight", "An explicit quantity and a lot scan."),
    ("label_controlled", "label-controlled", "Packing wants an approved, verified label version."),
    ("supermarket", "supermarket", "May be drawn from supermarket bins without binding."),
)


@desk_page()
def items(request: HttpRequest) -> HttpResponse:
    """Every item that fits, by code."""
    filters = lists.filtered(
        request,
        [
            lists.Filter("q", "Code, name or GTIN"),
            lists.Filter("kind", "Kind", [(one.value, words(one)) for one in ItemKind]),
            lists.Filter("flag", "Flag", [(name, shown) for name, shown, _ in FLAGS]),
        ],
    )
    asked = lists.values(filters)
    rows = Item.objects.select_related("stock_unit")
    if asked["q"]:
        rows = rows.filter(
            Q(code__icontains=asked["q"]) | Q(name__icontains=asked["q"]) | Q(gtin__icontains=asked["q"])
        )
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["flag"]:
        rows = rows.filter(**{asked["flag"]: True})
    site = site_of(request)
    currency = site.currency if site else ""
    may_change = can(request, Duty.SET_UP_PLANT)
    listing = lists.Listing(
        name="items",
        rows=rows,
        order="code",
        file="items",
        filters=filters,
        empty="No item fits.",
        empty_hint="Define one with “New item”." if may_change else "",
        columns=[
            lists.Column(
                "Item", lambda row: lists.text(row.code, reverse("item", args=[row.pk]), code=True), sort="code"
            ),
            lists.Column("Name", lambda row: lists.text(row.name), sort="name"),
            lists.Column("Kind", lambda row: lists.text(words(row.kind)), sort="kind"),
            lists.Column(
                "Stock unit", lambda row: lists.text(row.stock_unit.symbol), sort="unit", by="stock_unit__code"
            ),
            lists.Column("Counted to", lambda row: lists.text(counted_to(row))),
            lists.Column(
                "Standard cost",
                lambda row: lists.number(row.standard_cost, currency),
                sort="standard_cost",
                number=True,
            ),
            lists.Column("Tracked by", lambda row: lists.text(row.tracking), sort="tracking"),
            lists.Column("Flags", lambda row: lists.text(", ".join(flags_of_item(row)))),
        ],
        context={
            "title": "Items",
            "actions": [{"label": "New item", "url": reverse("item-new"), "primary": True}] if may_change else [],
        },
    )
    return lists.show_list(request, listing)


def flags_of_item(item: Item) -> list[str]:
    return [shown for name, shown, _ in FLAGS if getattr(item, name)]


def counted_to(item: Item) -> str:
    """How its quantities are rounded, in words."""
    if item.multiple:
        return f"multiples of {figure(item.multiple)}, {words(item.rounding)}"
    return f"{item.decimals} decimal{'s' if item.decimals != 1 else ''}, {words(item.rounding)}"


@desk_page()
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item with everything that is held true of it."""
    found = get_object_or_404(Item.objects.select_related("stock_unit"), pk=pk)
    factors = found.unit_factors.select_related("from_unit", "to_unit", "author", "signature")
    context = {
        "item": found,
        "facts": _facts(request, found),
        "flags": [(shown, why) for name, shown, why in FLAGS if getattr(found, name)],
        "factors": factors.order_by("from_unit__code", "to_unit__code", "-version"),
        "versions": found.bom_versions.select_related("author", "signature").order_by("-number"),
        "used_on": where_used(found),
        "invalid": boms_made_invalid(found),
        "labels": found.label_versions.order_by("-number"),
        "history": history_of(found),
        "may_change": can(request, Duty.SET_UP_PLANT),
        "may_draft": can(request, Duty.DRAFT_MASTER_DATA),
        "trail": [{"label": "Items", "url": reverse("items")}, {"label": found.code}],
    }
    return render(request, "masterdata/item.html", context)


def _facts(request: HttpRequest, found: Item) -> list[dict[str, Any]]:
    site = site_of(request)
    facts: list[dict[str, Any]] = [
        {"name": "Kind", "value": words(found.kind)},
        {"name": "GTIN", "value": found.gtin, "code": True},
        {"name": "Stock unit", "value": f"{found.stock_unit.symbol} ({found.stock_unit.name})"},
        {"name": "Counted to", "value": counted_to(found)},
        {"name": "Tracked by", "value": found.tracking},
        {
            "name": "Standard cost",
            "value": f"{figure(found.standard_cost)} {site.currency if site else ''} per {found.stock_unit.symbol}",
        },
        {"name": "Shelf life", "value": f"{found.shelf_life_days} days" if found.shelf_life_days else "none"},
    ]
    if found.label_potency is not None:
        facts.append({"name": "Label potency", "value": figure(found.label_potency)})
    return facts


def tidy(value: Any) -> Any:
    """A decimal without idle zeros, so that a form shows 1.9 for 1.900000."""
    return Decimal(raw(value)) if isinstance(value, Decimal) else value


class ItemForm(forms.Form):
    """What may be said and changed of an item. Code and stock unit stand for good, once the item is there."""

    code = forms.CharField(max_length=60, label="Code")
    name = forms.CharField(max_length=200, label="Name")
    kind = forms.ChoiceField(choices=[(one.value, words(one)) for one in ItemKind], label="Kind")
    stock_unit = forms.ModelChoiceField(
        Unit.objects.none(),
        to_field_name="code",
        label="Stock unit",
        help_text="Stands for good: the ledger counts in it.",
    )
    gtin = forms.CharField(max_length=14, required=False, label="GTIN")
    decimals = WholeNumber(least=0, most=9, initial=3, label="Decimals")
    multiple = DecimalNumber(required=False, whole=18, places=9, label="Multiple", help_text="In place of decimals.")
    rounding = forms.ChoiceField(
        choices=[(one.value, words(one)) for one in Rounding], initial=Rounding.HALF_EVEN, label="Rounding"
    )
    tracking = forms.ChoiceField(choices=[(one.value, words(one)) for one in Tracking], label="Tracked by")
    shelf_life_days = WholeNumber(required=False, least=1, most=36500, label="Shelf life in days")
    standard_cost = DecimalNumber(least=0, whole=12, places=6, initial=0, label="Standard cost per stock unit")
    label_potency = DecimalNumber(required=False, whole=3, places=6, label="Label potency")

    def __init__(self, *args: Any, changing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stock_unit"].queryset = Unit.objects.order_by("code")  # type: ignore[attr-defined]
        labelled(self.fields["stock_unit"], lambda unit: f"{unit.symbol} ({unit.name})")
        for name, shown, why in FLAGS:
            self.fields[name] = forms.BooleanField(required=False, label=shown.capitalize(), help_text=why)
        if changing:
            del self.fields["code"], self.fields["stock_unit"]
            self.fields["reason"] = forms.CharField(max_length=300, label="Why is it changed?")


@desk_page(Duty.SET_UP_PLANT)
def item_new(request: HttpRequest) -> HttpResponse:
    """Define an item."""

    def define(asked: dict[str, Any]) -> HttpResponse:
        made = define_item(actor=person_of(request), now=timezone.now(), **asked)
        messages.success(request, f"Item {made.code} is defined.")
        return redirect("item", made.pk)

    trail = [{"label": "Items", "url": reverse("items")}, {"label": "New item"}]
    return form_page(request, ItemForm(request.POST or None), define, title="New item", trail=trail, wide=True)


@desk_page(Duty.SET_UP_PLANT)
def item_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an item, with a reason; BOMs that its flags make invalid are listed on its page."""
    found = get_object_or_404(Item, pk=pk)
    names = [name for name in ItemForm(changing=True).fields if hasattr(found, name)]
    initial = {name: tidy(getattr(found, name)) for name in names}
    form = ItemForm(request.POST or None, initial=initial, changing=True)

    def change(asked: dict[str, Any]) -> HttpResponse:
        changed = {name: asked[name] for name in form.changed_data if name != "reason"}
        if changed:
            change_item(item=found, actor=person_of(request), reason=asked["reason"], now=timezone.now(), **changed)
            messages.success(request, f"Item {found.code} is changed: {', '.join(words(one) for one in changed)}.")
        else:
            messages.info(request, "Nothing was different, so nothing was changed.")
        return redirect("item", pk)

    trail = [
        {"label": "Items", "url": reverse("items")},
        {"label": found.code, "url": reverse("item", args=[pk])},
        {"label": "Change"},
    ]
    return form_page(request, form, change, title=f"Change {found.code}", trail=trail, wide=True)
