"""WIP and stock: what they were worth at any moment, from the ledger alone, with totals that tie; down to the lines."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from masterdata.models import Site
from masterdata.pages import lists
from masterdata.pages.access import desk_page, the_site
from masterdata.pages.figures import money, when
from masterdata.rules.duties import Duty
from variance.queries.value import OrderValue, Reconciled, StockValue, reconciled, stock_value, work_in_process

TABS = [("wip", "WIP by order"), ("item", "Stock by item"), ("bin", "Stock by bin"), ("lot", "Stock by lot")]


@desk_page(Duty.READ_VARIANCE)
def value(request: HttpRequest) -> HttpResponse:
    """One tab of the page, or of it a file; `at` is the moment, now where it is left empty."""
    site = the_site(request)
    tab = request.GET.get("by", "")
    tab = tab if tab in dict(TABS) else "wip"
    filters = lists.filtered(request, _filters(tab))
    asked = lists.values(filters)
    at = lists.as_moment(asked["at"]) or timezone.now()
    orders = work_in_process(site.pk, at)
    listing = _orders(site, at, orders, asked) if tab == "wip" else _stock(site, at, tab)
    listing.filters = filters
    listing.all_url = f"?{urlencode({'by': tab})}"
    given = {"at": asked["at"]} if asked["at"] else {}
    listing.context = {
        "title": "WIP and stock",
        "intro": f"As the ledger stood on {when(at, seconds=True)}, in {site.currency}. What is told of a moment never changes.",
        "kept": {"by": tab},
        "tabs": [
            {"label": label, "url": f"?{urlencode({**given, 'by': name})}", "current": name == tab}
            for name, label in TABS
        ],
        "ties": _ties(reconciled(site.pk, at, orders), site),
        "currency": site.currency,
    }
    return lists.show_list(request, listing, template="variance/value.html")


def _filters(tab: str) -> list[lists.Filter]:
    found = [lists.Filter("at", "At", kind="datetime-local", instead="Shown as of now.")]
    if tab == "wip":
        found.append(lists.Filter("show", "Orders", [("holding", "with work in process")]))
    return found


def _ties(whole: Reconciled, site: Site) -> list[dict[str, Any]]:
    """Where everything received is: one sum, and what it consists of."""
    rows = [
        ("In stock", whole.stock),
        ("Work in process", whole.in_process),
        ("Taken by variances at the close of orders", whole.settled),
        ("Used for no order", whole.other_use),
        ("Scrapped and adjusted", whole.adjusted),
        ("Shipped", whole.shipped),
        ("Not accounted for", whole.difference),
    ]
    shown = [
        {"words": words, "amount": money(amount, site.currency_decimals)}
        for words, amount in rows
        if amount or words in ("In stock", "Work in process")
    ]
    return [*shown, {"words": "Received", "amount": money(whole.received, site.currency_decimals), "total": True}]


def lines_url(at: datetime, **of: Any) -> str:
    """The ledger lines behind a figure of this moment, to the microsecond."""
    asked = {name: one for name, one in of.items() if one not in ("", None)}
    return f"{reverse('value-lines')}?{urlencode({**asked, 'at': at.isoformat()})}"


def _orders(site: Site, at: datetime, orders: list[OrderValue], asked: dict[str, str]) -> lists.Listing:
    def amount(name: str) -> Any:
        return lambda row: lists.amount(getattr(row, name), decimals=site.currency_decimals)

    figures = [
        ("Used at standard", "issued_standard"),
        ("Used, actual", "issued_actual"),
        ("Made", "received"),
        ("Taken at close", "settled_actual"),
        ("WIP at standard", "standard"),
    ]
    rows = [one for one in orders if one.actual or one.standard] if asked["show"] else orders

    def foot(of: list[OrderValue]) -> list[list[lists.Cell]]:
        names = [*(name for _, name in figures), "actual"]
        return [
            [
                lists.text("Total"),
                lists.text(""),
                *(
                    lists.amount(sum(getattr(one, name) for one in of), decimals=site.currency_decimals)
                    for name in names
                ),
            ]
        ]

    return lists.Listing(
        name="orders",
        rows=rows,
        order="order",
        file=f"work_in_process_{at:%Y-%m-%dT%H%M%SZ}",
        empty="No order had used or made anything by then.",
        empty_hint="Choose a later time, or all orders.",
        foot=foot,
        columns=[
            lists.Column(
                "Order",
                lambda row: lists.text(row.number, reverse("order", args=[row.order_id]), code=True),
                sort="order",
                by=lambda row: row.number,
            ),
            lists.Column("Product", lambda row: lists.text(row.item, code=True), sort="item", by=lambda row: row.item),
            *(lists.Column(label, amount(name), number=True, unit=site.currency) for label, name in figures),
            lists.Column(
                "WIP, actual",
                lambda row: lists.amount(
                    row.actual, lines_url(at, order=row.order_id), decimals=site.currency_decimals
                ),
                sort="wip",
                by=lambda row: row.actual,
                number=True,
                unit=site.currency,
            ),
        ],
    )


def _places(group: str) -> list[lists.Column]:
    """The columns that say where, as finely as the rows are grouped."""
    places = []
    if group in ("bin", "lot"):
        places.append(
            lists.Column("Bin", lambda row: lists.text(row.bin, code=True), sort="bin", by=lambda row: row.bin)
        )
    if group == "lot":
        places.append(
            lists.Column(
                "Lot",
                lambda row: lists.text(row.lot, reverse("lot", args=[row.lot_id]), code=True),
                sort="lot",
                by=lambda row: row.lot,
            )
        )
    return places


def _stock(site: Site, at: datetime, group: str) -> lists.Listing:
    decimals, currency = site.currency_decimals, site.currency

    def lines_of(row: StockValue) -> str:
        return lines_url(at, item=row.item_id, bin=row.bin, lot=row.lot_id)

    places = _places(group)
    names = ("standard", "exact", "rounding", "actual")

    def foot(of: list[StockValue]) -> list[list[lists.Cell]]:
        sums = [lists.amount(sum(getattr(one, name) for one in of), decimals=decimals) for name in names]
        return [[lists.text("Total"), *[lists.text("")] * (1 + len(places)), *sums]]

    return lists.Listing(
        name="rows",
        rows=stock_value(site.pk, at, group),
        order="item",
        file=f"stock_value_by_{group}_{at:%Y-%m-%dT%H%M%SZ}",
        empty="Nothing was in stock then.",
        empty_hint="Choose a later time.",
        foot=foot,
        columns=[
            lists.Column(
                "Item",
                lambda row: lists.text(row.item, reverse("item", args=[row.item_id]), code=True),
                sort="item",
                by=lambda row: (row.item, row.bin, row.lot),
            ),
            *places,
            lists.Column("Quantity", lambda row: lists.number(row.quantity, row.unit), number=True),
            lists.Column(
                "At standard", lambda row: lists.amount(row.standard, decimals=decimals), number=True, unit=currency
            ),
            lists.Column(
                "Quantity × lot cost",
                lambda row: lists.amount(row.exact, decimals=decimals),
                number=True,
                unit=currency,
            ),
            lists.Column(
                "Cents of rounding",
                lambda row: lists.amount(row.rounding, decimals=decimals),
                number=True,
                unit=currency,
            ),
            lists.Column(
                "Value, actual",
                lambda row: lists.amount(row.actual, lines_of(row), decimals=decimals),
                sort="value",
                by=lambda row: row.actual,
                number=True,
                unit=currency,
            ),
        ],
    )
