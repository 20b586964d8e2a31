"""The variance board: orders of a period, their parts added up, grouped by product, order or component."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from backflush.models import Posting
from traceability.models import WorkOrder
from traceability.rules.vocabulary import OrderState
from variance.models import OrderVariance
from variance.queries.order_uses import order_uses
from variance.queries.order_variances import order_variance, variance_of
from variance.rules.decomposition import PARTS


def variance_board(
    site_id: int,
    *,
    start: datetime,
    end: datetime,
    product: str | None = None,
    line: int | None = None,
    state: str | None = None,
    group: str = "product",
) -> dict[str, Any]:
    """Variances of the orders that posted between `start` (included) and `end` (not), added up.

    `group`: `product`, `order` or `component`. Every row has the parts by name and the total; the rows add up to the whole.
    `open` counts the orders that are not closed: what they took and have not turned out yet stands in their figures.
    """
    orders = orders_that_posted(site_id, start, end, product, line, state)
    frozen = set(
        OrderVariance.objects.filter(order_id__in=[order.pk for order in orders]).values_list("order_id", flat=True)
    )
    uses = order_uses([order.pk for order in orders if order.pk not in frozen])
    variances = [
        order_variance(order) if order.pk in frozen else variance_of(order, uses[order.pk])
        for order in orders
        if order.pk in frozen or order.pk in uses
    ]
    parts: dict[str, Decimal] = defaultdict(Decimal)
    for variance in variances:
        for part in variance["parts"]:
            parts[part["name"]] += Decimal(part["amount"])
    total = sum(parts.values(), Decimal(0))
    return {
        "total": _money(total),
        "favourable": _mark(total),
        "currency": variances[0]["currency"] if variances else "",
        "parts": _parts(parts),
        "rows": _grouped(variances, orders, group),
        "orders": len(variances),
        "open": sum(1 for order in orders if order.state != OrderState.CLOSED),
    }


def orders_that_posted(
    site_id: int, start: datetime, end: datetime, product: str | None, line: int | None, state: str | None = None
) -> list[WorkOrder]:
    """The orders behind a board's figures, by number; only those of a `state` where one is given."""
    posted = Posting.objects.filter(site_id=site_id, occurred_at__gte=start, occurred_at__lt=end).values("order_id")
    wanted = Q(pk__in=posted.distinct())
    if product:
        wanted &= Q(item__code=product)
    if line:
        wanted &= Q(operations__line_id=line)
    if state:
        wanted &= Q(state=state)
    return list(
        WorkOrder.objects.filter(wanted, site_id=site_id)
        .select_related("site", "item", "unit")
        .distinct()
        .order_by("number")
    )


def _grouped(variances: list[dict[str, Any]], orders: list[WorkOrder], group: str) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    by_number = {order.number: order for order in orders}
    for variance in variances:
        order = by_number[variance["order"]]
        for key, name, unit, amounts, standard, actual in _members(variance, order, group):
            row = rows.setdefault(
                key,
                {
                    "key": key,
                    "name": name,
                    "unit": unit,
                    "amounts": defaultdict(Decimal),
                    "standard": Decimal(0),
                    "actual": Decimal(0),
                    "orders": set(),
                },
            )
            row["orders"].add(order.number)
            row["standard"] += standard
            row["actual"] += actual
            for part, amount in amounts:
                row["amounts"][part] += Decimal(amount)
    return [_row(row) for row in sorted(rows.values(), key=lambda row: -abs(sum(row["amounts"].values())))]


def _members(variance: dict[str, Any], order: WorkOrder, group: str) -> Iterator[tuple[Any, ...]]:
    """(key, name, unit, parts, standard quantity, actual quantity) of a variance, by the grouping."""
    whole = [(part["name"], part["amount"]) for part in variance["parts"]]
    if group == "component":
        for component in variance["components"]:
            amounts = [(part["name"], part["amount"]) for part in component["parts"]]
            yield (
                component["item"],
                component["name"],
                component["unit"],
                amounts,
                Decimal(component["standard_quantity"]),
                Decimal(component["actual_quantity"]),
            )
    elif group == "order":
        yield order.number, order.item.name, "", whole, Decimal(0), Decimal(0)
    else:
        yield order.item.code, order.item.name, "", whole, Decimal(0), Decimal(0)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    total = sum(row["amounts"].values(), Decimal(0))
    standard, actual = row["standard"], row["actual"]
    return {
        "key": row["key"],
        "name": row["name"],
        "unit": row["unit"],
        "orders": len(row["orders"]),
        "standard_quantity": f"{standard.normalize():f}" if standard else "",
        "actual_quantity": f"{actual.normalize():f}" if actual else "",
        "percent": f"{(actual - standard) / standard * 100:.2f}" if standard else "",
        "parts": _parts(row["amounts"]),
        "by_part": {name: _money(row["amounts"].get(name, Decimal(0))) for name in PARTS},
        "total": _money(total),
        "favourable": _mark(total),
    }


def _parts(amounts: dict[str, Decimal]) -> list[dict[str, str]]:
    return [
        {"name": name, "amount": _money(amounts[name]), "favourable": _mark(amounts[name])}
        for name in PARTS
        if amounts.get(name)
    ]


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _mark(amount: Decimal) -> str:
    return "F" if amount < 0 else "U" if amount > 0 else ""


def board_csv_rows(board: dict[str, Any]) -> Iterator[list[str]]:
    """The board as rows of text for CSV: a head, its rows, and the whole."""
    yield ["key", "name", "orders", "standard quantity", "actual quantity", "unit", *PARTS, "total", "F/U"]
    for row in board["rows"]:
        yield [
            row["key"],
            row["name"],
            str(row["orders"]),
            row["standard_quantity"],
            row["actual_quantity"],
            row["unit"],
            *(row["by_part"][name] for name in PARTS),
            row["total"],
            row["favourable"],
        ]
