"""The ledger lines behind any figure of variance: with signs, and with a foot that ends at that figure."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from masterdata.models import Item, Unit
from masterdata.pages import lists
from masterdata.pages.access import desk_page, the_site
from masterdata.pages.figures import day
from masterdata.rules.duties import Duty
from traceability.rules.vocabulary import OrderState
from variance.queries.boards import orders_that_posted
from variance.queries.ledger_lines import (
    LinesBehind,
    lines_of_component,
    lines_of_item,
    lines_of_no_component,
    lines_of_orders,
)
from variance.web.boards import asked_for
from variance.web.charts import NAMES, written
from variance.web.order_variances import released_order

MOST_ORDERS = 200
SIGNS = "Used counts +, given back −; what was made counts −, for it takes cost off the order."
ROUNDING = "cents of rounding line by line"
LESS_STANDARD = "less what should have been used, at standard"
PLUS_STANDARD = "plus what the components should have been, at standard"


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the lines stand behind, in words; the lines; and the words for what lies between their sum and the variance."""

    told: str
    behind: LinesBehind
    between: str
    filters: list[lists.Filter]
    several: bool = True


@desk_page(Duty.READ_VARIANCE)
def variance_lines(request: HttpRequest) -> HttpResponse:
    """Ledger lines behind a figure: of one order (and component), or of a period's orders by product or item."""
    site = the_site(request)
    chosen = _chosen(request)
    symbols = dict(Unit.objects.values_list("code", "symbol"))
    decimals, currency = site.currency_decimals, site.currency

    several = chosen.several

    def money(value: Any) -> lists.Cell:
        return lists.amount(value, decimals=decimals)

    listing = lists.Listing(
        name="ledger lines",
        rows=chosen.behind.lines,
        order="posting",
        file="ledger_lines",
        empty="No ledger line stands behind this figure.",
        per_page=100,
        columns=[one for one in _columns(symbols, money, currency) if several or one.label != "Order"],
        understood=chosen.filters,
        foot=lambda rows: _foot(chosen, symbols, money),
        context={
            "title": "Ledger lines",
            "intro": f"{chosen.told} {_parts(chosen.behind, decimals, currency)} {SIGNS}",
            "trail": [{"label": "Variance", "url": reverse("variance-board")}, {"label": "Ledger lines"}],
        },
    )
    return lists.show_list(request, listing)


def _columns(symbols: dict[str, str], money: Any, currency: str) -> list[lists.Column]:
    return [
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
        lists.Column("Direction", lambda row: lists.text(row["direction"]), sort="direction"),
        lists.Column(
            "Quantity",
            lambda row: lists.number(row["quantity"], symbols.get(row["unit"], row["unit"])),
            number=True,
        ),
        lists.Column("At standard", lambda row: money(row["standard_amount"]), number=True, unit=currency),
        lists.Column("Actual", lambda row: money(row["actual_amount"]), number=True, unit=currency),
        lists.Column(
            "Happened",
            lambda row: lists.moment(row["occurred_at"]),
            sort="happened",
            by=lambda row: row["occurred_at"],
        ),
    ]


def _foot(chosen: _Chosen, symbols: dict[str, str], money: Any) -> list[list[lists.Cell]]:
    """The sum of all lines, what lies between it and the variance, and the variance. Only one unit has a quantity."""
    behind = chosen.behind
    units = {(line["item"], line["unit"]) for line in behind.lines}
    quantity = lists.text("")
    if len(units) == 1:
        [(_, unit)] = units
        quantity = lists.number(sum(line["quantity"] for line in behind.lines), symbols.get(unit, unit))

    def row(words: str, quantity: lists.Cell, standard: lists.Cell, actual: lists.Cell) -> list[lists.Cell]:
        blank = lists.text("")
        before = [blank] * (4 if chosen.several else 3)
        return [*before, lists.text(words), quantity, standard, actual, blank]

    none = lists.text("")
    return [
        row("total", quantity, money(behind.standard), money(behind.actual)),
        row(chosen.between, none, none, money(behind.expected)),
        row("variance", none, none, money(behind.variance)),
    ]


def _parts(behind: LinesBehind, decimals: int, currency: str) -> str:
    """The figures that led here, in a sentence."""

    def told(amount: Any) -> str:
        return written(amount, "F" if amount < 0 else "U" if amount > 0 else "", decimals)

    parts = ", ".join(f"{NAMES[name].lower()} {told(amount)}" for name, amount in behind.parts.items())
    return f"Variance {told(behind.variance)} {currency}{f' ({parts})' if parts else ''}."


def _chosen(request: HttpRequest) -> _Chosen:
    pk = lists.asked(request, "order")
    return _of_one_order(request, pk) if pk else _of_a_period(request)


def _of_one_order(request: HttpRequest, pk: str) -> _Chosen:
    order = released_order(request, int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 18 else 0)
    component = lists.asked(request, "component")
    if component:
        try:
            wanted = str(UUID(component))
        except ValueError as error:
            raise Http404("There is no such component.") from error
        told = f"Of order {order.number}, one component with its alternates."
        return _Chosen(told, lines_of_component(order, wanted), LESS_STANDARD, [], several=False)
    if lists.asked(request, "none"):
        told = f"Of order {order.number}, what is not of a component."
        return _Chosen(told, lines_of_no_component([order]), PLUS_STANDARD, [], several=False)
    return _Chosen(f"Of order {order.number}.", lines_of_orders([order]), ROUNDING, [], several=False)


def _of_a_period(request: HttpRequest) -> _Chosen:
    site = the_site(request)
    asked = asked_for(request, site)
    item = Item.objects.filter(code=lists.asked(request, "item")).first()
    line = int(asked["line"]) if asked["line"] else None
    orders = orders_that_posted(
        site.pk, asked["start"], asked["end"], asked["product"] or None, line, asked["state"] or None
    )
    some = f"{len(orders)}{' closed' if asked['state'] == OrderState.CLOSED else ''} order{'s' if len(orders) != 1 else ''}"
    told = f"Of {some} that posted from {day(asked['first'])} to {day(asked['last'])}"
    told += f", product {asked['product']}" if asked["product"] else ""
    if len(orders) > MOST_ORDERS:
        told += f"; the first {MOST_ORDERS} are shown and added up: choose a shorter period for the others"
        orders = orders[:MOST_ORDERS]
    if item:
        told += f", component {item.code} with its alternates."
        return _Chosen(told, lines_of_item(orders, item.code), LESS_STANDARD, asked["filters"])
    if lists.asked(request, "none"):
        return _Chosen(
            f"{told}, what is not of a component.", lines_of_no_component(orders), PLUS_STANDARD, asked["filters"]
        )
    return _Chosen(f"{told}.", lines_of_orders(orders), ROUNDING, asked["filters"])
