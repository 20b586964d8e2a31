"""The variance of one order by part and component, and the ledger lines behind any figure."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from masterdata.models import Item, Unit
from masterdata.pages import lists
from masterdata.pages.access import desk_page, the_site
from masterdata.pages.figures import day
from masterdata.rules.duties import Duty
from traceability.models import WorkOrder
from traceability.rules.vocabulary import OrderState
from variance.queries import ledger_lines, order_variance
from variance.queries.boards import orders_that_posted
from variance.web.boards import asked_for
from variance.web.charts import NAMES, chart_rows, parts_chart, written

MOST_ORDERS = 200


def _order(request: HttpRequest, pk: int) -> WorkOrder:
    found = WorkOrder.objects.filter(pk=pk, site=the_site(request)).select_related("item", "unit", "site").first()
    if found is None or found.state == "planned":
        raise Http404("There is no such released order at this site.")
    return found


@desk_page(Duty.READ_VARIANCE)
def order_variance_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: the whole, its parts, and every component with its own."""
    order = _order(request, pk)
    found = order_variance(order)
    decimals = order.site.currency_decimals
    symbols = dict(Unit.objects.values_list("code", "symbol"))
    columns, rows = _components(order, found, symbols, decimals)
    context = {
        "order": order,
        "found": found,
        "total": written(found["total"], found["favourable"], decimals),
        "chart": parts_chart(
            found["parts"],
            found["total"],
            found["favourable"],
            chart_id="order",
            title=f"Variance of {order.number} by cause",
            currency=order.site.currency,
        )
        if found["parts"]
        else "",
        "chart_columns": ["Cause", "Amount"],
        "chart_rows": chart_rows(found["parts"], found["total"], found["favourable"]),
        "columns": columns,
        "rows": rows,
        "lines_url": f"{reverse('variance-lines')}?order={order.pk}",
        "trail": [
            {"label": "Variance", "url": reverse("variance-board")},
            {"label": order.item.code, "url": f"{reverse('variance-board')}?group=order&product={order.item.code}"},
            {"label": order.number},
        ],
    }
    return render(request, "variance/order_variance.html", context)


def _components(
    order: WorkOrder, found: dict[str, Any], symbols: dict[str, str], decimals: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    shown = [
        name for name in NAMES if any(part["name"] == name for one in found["components"] for part in one["parts"])
    ]
    columns: list[dict[str, Any]] = [
        {"label": "Component"},
        {"label": "Name"},
        {"label": "Should be", "number": True},
        {"label": "Used", "number": True},
        {"label": "Difference", "number": True},
        {"label": "%", "number": True},
        *({"label": NAMES[name], "number": True} for name in shown),
        {"label": "Variance", "number": True},
    ]
    rows = []
    for one in found["components"]:
        url = f"{reverse('variance-lines')}?order={order.pk}&component={one['component']}"
        amounts = {part["name"]: written(part["amount"], part["favourable"], decimals) for part in one["parts"]}
        unit = symbols.get(one["unit"], one["unit"])
        rows.append(
            {
                "cells": [
                    lists.text(one["item"], url, code=True),
                    lists.text(one["name"]),
                    lists.number(one["standard_quantity"], unit),
                    lists.number(one["actual_quantity"], unit),
                    lists.number(one["difference"], unit),
                    lists.number(one["percent"]),
                    *({"number": amounts[name], "url": url} if name in amounts else lists.text("") for name in shown),
                    {"number": written(one["total"], one["favourable"], decimals), "url": url},
                ]
            }
        )
    return columns, rows


@desk_page(Duty.READ_VARIANCE)
def variance_lines(request: HttpRequest) -> HttpResponse:
    """Ledger lines behind a figure: of one order (and component), or of a period's orders by product or item."""
    site = the_site(request)
    told, found = _chosen(request)
    symbols = dict(Unit.objects.values_list("code", "symbol"))
    decimals, currency = site.currency_decimals, site.currency
    listing = lists.Listing(
        name="ledger lines",
        rows=found,
        order="posting",
        file="ledger_lines",
        empty="No ledger line stands behind this figure.",
        per_page=100,
        columns=[
            lists.Column(
                "Posting",
                lambda row: lists.text(
                    row["posting"], reverse("posting", args=[row["posting"]]) if row["posting"] else "", code=True
                ),
                sort="posting",
            ),
            lists.Column("Order", lambda row: lists.text(row["order"], code=True), sort="order"),
            lists.Column(
                "Item",
                lambda row: lists.text(row["item"], reverse("item", args=[row["item_id"]]), code=True),
                sort="item",
            ),
            lists.Column(
                "Lot", lambda row: lists.text(row["lot"], reverse("lot", args=[row["lot_id"]]), code=True), sort="lot"
            ),
            lists.Column("What", lambda row: lists.text(_what(row))),
            lists.Column(
                "Quantity",
                lambda row: lists.number(row["quantity"], symbols.get(row["unit"], row["unit"])),
                number=True,
            ),
            lists.Column(
                "At standard",
                lambda row: lists.amount(row["standard_amount"], decimals=decimals, unit=currency),
                number=True,
            ),
            lists.Column(
                "Actual", lambda row: lists.amount(row["actual_amount"], decimals=decimals, unit=currency), number=True
            ),
            lists.Column(
                "Happened",
                lambda row: lists.moment(row["occurred_at"]),
                sort="happened",
                by=lambda row: row["occurred_at"],
            ),
        ],
        context={
            "title": "Ledger lines",
            "intro": told,
            "trail": [{"label": "Variance", "url": reverse("variance-board")}, {"label": "Ledger lines"}],
        },
    )
    return lists.show_list(request, listing)


def _what(row: dict[str, Any]) -> str:
    if row["mirrors"]:
        return "reversal"
    return "issued" if row["to_kind"] == "consumed" else "received"


def _chosen(request: HttpRequest) -> tuple[str, list[dict[str, Any]]]:
    """What the lines stand behind, in words, and the lines, each with its order's number."""
    pk = lists.asked(request, "order")
    if pk:
        order = _order(request, int(pk) if pk.isdigit() and len(pk) < 18 else 0)
        component = lists.asked(request, "component")
        try:
            wanted = str(UUID(component)) if component else None
        except ValueError as error:
            raise Http404("There is no such component.") from error
        lines = [{**line, "order": order.number} for line in ledger_lines(order.pk, wanted)]
        return f"Of order {order.number}{', one component' if wanted else ''}.", lines
    site = the_site(request)
    asked = asked_for(request, site)
    item = Item.objects.filter(code=lists.asked(request, "item")).first()
    line = int(asked["line"]) if asked["line"] else None
    orders = orders_that_posted(
        site.pk, asked["start"], asked["end"], asked["product"] or None, line, asked["state"] or None
    )
    lines = [{**one, "order": order.number} for order in orders[:MOST_ORDERS] for one in ledger_lines(order.pk)]
    if item:
        lines = [one for one in lines if one["item_id"] == item.pk]
    some = f"{len(orders)}{' closed' if asked['state'] == OrderState.CLOSED else ''} order{'s' if len(orders) != 1 else ''}"
    told = f"Of {some} that posted from {day(asked['first'])} to {day(asked['last'])}"
    told += f", product {asked['product']}" if asked["product"] else ""
    told += f", item {item.code}" if item else ""
    if len(orders) > MOST_ORDERS:
        told += f"; lines of the first {MOST_ORDERS} are shown: choose a shorter period for the others"
    return f"{told}.", lines
