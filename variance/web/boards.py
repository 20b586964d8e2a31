"""The variance board: a period's orders, the whole and its parts, by product, order or component; down to the ledger."""

import csv
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from masterdata.models import Item, ProductionLine, Site, Unit
from masterdata.pages import lists
from masterdata.pages.access import desk_page, the_site
from masterdata.pages.figures import day, figure
from masterdata.rules.duties import Duty
from traceability.models import WorkOrder
from traceability.rules.vocabulary import OrderState
from variance.queries import board_csv_rows, variance_board
from variance.web.charts import NAMES, chart_rows, parts_chart, written

GROUPS = [("product", "By product"), ("order", "By order"), ("component", "By component")]
STATES: list[tuple[str, str]] = [(OrderState.CLOSED, "closed: final"), (OrderState.RELEASED, "open: still moving")]
DAYS = 30


@desk_page(Duty.READ_VARIANCE)
def board(request: HttpRequest) -> HttpResponse:
    """The board; with `?format=csv` its rows as a file."""
    site = the_site(request)
    asked = asked_for(request, site)
    found = variance_board(
        site.pk,
        start=asked["start"],
        end=asked["end"],
        product=asked["product"] or None,
        line=int(asked["line"]) if asked["line"] else None,
        state=asked["state"] or None,
        group=asked["group"],
    )
    if request.GET.get("format") == "csv":
        return _csv(found)
    context = {
        "site": site,
        "found": found,
        "asked": asked,
        "total": written(found["total"], found["favourable"], site.currency_decimals),
        "chart": parts_chart(
            found["parts"],
            found["total"],
            found["favourable"],
            chart_id="board",
            title="Variance by cause",
            currency=site.currency,
        )
        if found["parts"]
        else "",
        "chart_columns": ["Cause", "Amount"],
        "chart_rows": chart_rows(found["parts"], found["total"], found["favourable"]),
        "period": f"{day(asked['first'])} to {day(asked['last'])}, {site.currency}",
        "tabs": [
            {"label": label, "url": f"?{_query(asked, group=name)}", "current": name == asked["group"]}
            for name, label in GROUPS
        ],
        "filters": _filters(site, asked),
        "closed_url": f"?{_query(asked, state=OrderState.CLOSED)}",
        **_table(request, found, asked, site),
    }
    return render(request, "variance/board.html", context)


def asked_for(request: HttpRequest, site: Site) -> dict[str, Any]:
    """The period (whole days at the site) and filters; what is no day or unknown gives the last thirty days and all."""
    today = timezone.localdate()
    first = _day(lists.asked(request, "from")) or today - timedelta(days=DAYS - 1)
    last = _day(lists.asked(request, "to")) or today
    if last < first:
        first, last = last, first
    group = request.GET.get("group", "product")
    line, state = lists.asked(request, "line"), lists.asked(request, "state")
    return {
        "first": first,
        "last": last,
        "start": _midnight(first),
        "end": _midnight(last + timedelta(days=1)),
        "product": lists.asked(request, "product"),
        "line": line if line.isdigit() and ProductionLine.objects.filter(pk=line, site=site).exists() else "",
        "state": state if state in dict(STATES) else "",
        "group": group if group in dict(GROUPS) else "product",
    }


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if text else None
    except ValueError:
        return None


def _midnight(at: date) -> datetime:
    return timezone.make_aware(datetime.combine(at, time()))


def _query(asked: dict[str, Any], **changed: str) -> str:
    words = {
        "from": asked["first"].isoformat(),
        "to": asked["last"].isoformat(),
        "product": asked["product"],
        "line": asked["line"],
        "state": asked["state"],
        "group": asked["group"],
    }
    return urlencode({name: value for name, value in {**words, **changed}.items() if value})


def _filters(site: Site, asked: dict[str, Any]) -> list[lists.Filter]:
    made = Item.objects.filter(pk__in=WorkOrder.objects.filter(site=site).values("item_id")).order_by("code")
    lines = ProductionLine.objects.filter(site=site).order_by("code")
    return [
        lists.Filter("from", "From", kind="date", value=asked["first"].isoformat()),
        lists.Filter("to", "To", kind="date", value=asked["last"].isoformat()),
        lists.Filter(
            "product", "Product", [(item.code, f"{item.code} {item.name}") for item in made], value=asked["product"]
        ),
        lists.Filter("line", "Line", [(str(line.pk), line.name) for line in lines], value=asked["line"]),
        lists.Filter("state", "Orders", STATES, value=asked["state"]),
    ]


def _table(request: HttpRequest, found: dict[str, Any], asked: dict[str, Any], site: Site) -> dict[str, Any]:
    """Columns only for the parts that occur; each total leads to its ledger lines, each name one level down."""
    shown = [part["name"] for part in found["parts"]]
    by_component = asked["group"] == "component"
    columns: list[dict[str, Any]] = [
        {"label": {"product": "Product", "order": "Order", "component": "Component"}[asked["group"]]},
        {"label": "Name"},
    ]
    if asked["group"] == "product":
        columns.append({"label": "Orders", "number": True})
    if by_component:
        columns += [
            {"label": "Should be", "number": True},
            {"label": "Used", "number": True},
            {"label": "%", "number": True},
        ]
    columns += [{"label": NAMES.get(name, name), "number": True} for name in shown]
    columns.append({"label": "Variance", "number": True})
    orders = {}
    if asked["group"] == "order":
        keys = [row["key"] for row in found["rows"]]
        orders = dict(WorkOrder.objects.filter(site=site, number__in=keys).values_list("number", "id"))
    rows, symbols = [], dict(Unit.objects.values_list("code", "symbol"))
    for row in found["rows"]:
        unit = symbols.get(row["unit"], row["unit"])
        cells = [lists.text(row["key"], _down(row, asked, orders), code=True), lists.text(row["name"])]
        if asked["group"] == "product":
            cells.append(lists.number(row["orders"]))
        if by_component:
            cells += [
                lists.number(row["standard_quantity"], unit),
                lists.number(row["actual_quantity"], unit),
                lists.number(row["percent"]),
            ]
        marks = {part["name"]: part["favourable"] for part in row["parts"]}
        lines = _lines_url(row, asked, orders)
        cells += [
            {"number": written(row["by_part"][name], marks.get(name, ""), site.currency_decimals), "url": lines}
            if name in marks
            else lists.text("")
            for name in shown
        ]
        cells.append({"number": written(row["total"], row["favourable"], site.currency_decimals), "url": lines})
        rows.append({"cells": cells})
    return {
        "columns": columns,
        "rows": rows,
        "count": f"{figure(found['orders'])} order{'s' if found['orders'] != 1 else ''}" if rows else "",
        "export_urls": [{"label": "CSV", "url": f"?{_query(asked, format='csv')}"}] if rows else [],
        "empty": "No order posted in this period.",
        "empty_hint": "Choose a longer period, or another product or line.",
    }


def _down(row: dict[str, Any], asked: dict[str, Any], orders: dict[str, int]) -> str:
    if asked["group"] == "product":
        return f"?{_query(asked, group='order', product=row['key'])}"
    if asked["group"] == "order":
        return reverse("order-variance", args=[orders[row["key"]]])
    return f"{reverse('variance-lines')}?{_query(asked, item=row['key'])}"


def _lines_url(row: dict[str, Any], asked: dict[str, Any], orders: dict[str, int]) -> str:
    if asked["group"] == "order":
        return f"{reverse('variance-lines')}?{urlencode({'order': orders[row['key']]})}"
    which = {"product": row["key"]} if asked["group"] == "product" else {"item": row["key"]}
    return f"{reverse('variance-lines')}?{_query(asked, **which)}"


def _csv(found: dict[str, Any]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="variance.csv"'
    writer = csv.writer(response)
    for place, row in enumerate(board_csv_rows(found)):
        writer.writerow(row if place == 0 else [lists.safe_text(row[0]), lists.safe_text(row[1]), *row[2:]])
    return response
