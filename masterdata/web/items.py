"""Items: the list, the page with every figure and its history, and the forms that define and change one."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from masterdata.models import Item
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, site_of
from masterdata.pages.figures import figure, words
from masterdata.pages.histories import history_of
from masterdata.queries import boms_made_invalid, where_used
from masterdata.queries.changes import open_requests_of
from masterdata.rules.duties import Duty
from masterdata.rules.governed_kinds import ITEM_FLAGS
from masterdata.rules.vocabulary import ItemKind

FLAGS = tuple((name, label[:1].lower() + label[1:], hint) for name, label, hint in ITEM_FLAGS)


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
        "open_requests": open_requests_of("item", found.pk),
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
