"""The variance board: a period's orders, the whole and its parts, by product, order or component; down to the ledger."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from masterdata.models import Item, ProductionLine, Site, Unit
from masterdata.pages import lists
from masterdata.pages.access import desk_page, the_site
from masterdata.pages.figures import day, figure
from masterdata.rules.duties import Duty
from traceability.models import WorkOrder
from traceability.rules.vocabulary import OrderState
from variance.queries import variance_board
from variance.queries.boards import NO_COMPONENT
from variance.web.board_csv import FIRST_COLUMN, board_csv
from variance.web.charts import chart_rows, parts_chart, written
from variance.web.tables import NOT_OF_A_COMPONENT, figures_row, rest_name

GROUPS = [("product", "By product"), ("order", "By order"), ("component", "By component")]
STATES: list[tuple[str, str]] = [(OrderState.CLOSED, "closed: final"), (OrderState.RELEASED, "open: still moving")]
DAYS = 30


@desk_page(Duty.READ_VARIANCE)
def board(request: HttpRequest) -> HttpResponse:
    """The board; with `?format=csv` its rows as a file."""
    site = the_site(request)
    asked = asked_for(request, site)
    found = variance_board(
        site,
        start=asked["start"],
        end=asked["end"],
        product=asked["product"] or None,
        line=int(asked["line"]) if asked["line"] else None,
        state=asked["state"] or None,
        group=asked["group"],
    )
    if request.GET.get("format") == "csv":
        return lists.not_exported(asked["filters"]) or board_csv(found, asked, site)
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
            decimals=site.currency_decimals,
        )
        if found["parts"]
        else "",
        "chart_columns": ["Cause", "Amount"],
        "chart_rows": chart_rows(found["parts"], found["total"], found["favourable"], site.currency_decimals),
        "period": f"{day(asked['first'])} to {day(asked['last'])}, {site.currency}",
        "tabs": [
            {"label": label, "url": f"?{_query(asked, group=name)}", "current": name == asked["group"]}
            for name, label in GROUPS
        ],
        "filters": asked["filters"],
        "notes": lists.notes_of(asked["filters"]),
        "closed_url": f"?{_query(asked, state=OrderState.CLOSED)}",
        **_table(found, asked, site),
    }
    return render(request, "variance/board.html", context)


def asked_for(request: HttpRequest, site: Site) -> dict[str, Any]:
    """The period (whole days at the site) and filters; what is not understood gives the last thirty days and all, and the
    filter says so."""
    today = timezone.localdate()
    filters = _filters(request, site, today - timedelta(days=DAYS - 1), today)
    given = lists.values(filters)
    group = request.GET.get("group", "product")
    first, last = lists.as_day(given["from"]) or today, lists.as_day(given["to"]) or today
    return {
        "filters": filters,
        "first": first,
        "last": last,
        "start": lists.day_begins(first),
        "end": lists.day_begins(last + timedelta(days=1)),
        "product": given["product"],
        "line": given["line"],
        "state": given["state"],
        "group": group if group in dict(GROUPS) else "product",
    }


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


def _filters(request: HttpRequest, site: Site, first: date, last: date) -> list[lists.Filter]:
    made = Item.objects.filter(pk__in=WorkOrder.objects.filter(site=site).values("item_id")).order_by("code")
    lines = ProductionLine.objects.filter(site=site).order_by("code")
    days = [
        lists.Filter("from", "From", kind="date", value=first.isoformat(), instead=f"Shown from {day(first)}."),
        lists.Filter("to", "To", kind="date", value=last.isoformat(), instead=f"Shown to {day(last)}."),
    ]
    others = [
        lists.Filter("product", "Product", [(item.code, f"{item.code} {item.name}") for item in made]),
        lists.Filter("line", "Line", [(str(line.pk), line.name) for line in lines]),
        lists.Filter("state", "Orders", STATES),
    ]
    return lists.filtered(request, [*days, *others])


def _table(found: dict[str, Any], asked: dict[str, Any], site: Site) -> dict[str, Any]:
    """Each total leads to its ledger lines, each name one level down."""
    orders = {}
    if asked["group"] == "order":
        keys = [row["key"] for row in found["rows"]]
        orders = dict(WorkOrder.objects.filter(site=site, number__in=keys).values_list("number", "id"))
    symbols, decimals = dict(Unit.objects.values_list("code", "symbol")), site.currency_decimals
    by_product = asked["group"] == "product"
    rows = []
    for row in found["rows"]:
        of_none = asked["group"] == "component" and row["key"] == NO_COMPONENT
        lines_url = _lines_url(row, asked, orders)
        rows.append(
            figures_row(
                row,
                code=NOT_OF_A_COMPONENT if of_none else row["key"],
                plain=of_none,
                name=rest_name(row["parts"]) if of_none else row["name"],
                url=_down(row, asked, orders) or lines_url,
                lines_url=lines_url,
                decimals=decimals,
                unit=symbols.get(row["unit"], row["unit"]),
                orders=row["orders"] if by_product else None,
            )
        )
    return {
        "first": FIRST_COLUMN[asked["group"]],
        "orders": by_product,
        "quantities": asked["group"] == "component",
        "rows": rows,
        "whole": figures_row(
            found, code="Total", name="", plain=True, decimals=decimals, orders=found["orders"] if by_product else None
        ),
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
    return ""


def _lines_url(row: dict[str, Any], asked: dict[str, Any], orders: dict[str, int]) -> str:
    which: dict[str, str]
    if asked["group"] == "order":
        return f"{reverse('variance-lines')}?{urlencode({'order': orders[row['key']]})}"
    if asked["group"] == "product":
        which = {"product": row["key"]}
    else:
        which = {"none": "1"} if row["key"] == NO_COMPONENT else {"item": row["key"]}
    return f"{reverse('variance-lines')}?{_query(asked, **which)}"
