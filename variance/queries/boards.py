"""The variance board: orders of a period, their parts added up, grouped by product, order or component."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from backflush.models import Posting
from backflush.queries.postings import plain_decimal
from masterdata.models import Site
from traceability.models import WorkOrder
from traceability.rules.vocabulary import OrderState
from variance.queries.order_variances import order_variances, plain_money
from variance.rules.decomposition import PARTS

#: The row of the grouping by component that holds what belongs to the product, and the cents of rounding each row.
NO_COMPONENT = ""


def variance_board(
    site: Site,
    *,
    start: datetime,
    end: datetime,
    product: str | None = None,
    line: int | None = None,
    state: str | None = None,
    group: str = "product",
) -> dict[str, Any]:
    """Variances of the orders that posted between `start` (included) and `end` (not), added up.

    `group`: `product`, `order` or `component`. Every row has the parts by name and the total; the rows add up to the whole,
    by component together with the row `NO_COMPONENT`.
    `open` counts the orders that are not closed: what they took and have not turned out yet stands in their figures.
    """
    orders = orders_that_posted(site.pk, start, end, product, line, state)
    variances = order_variances(orders)
    parts: dict[str, Decimal] = defaultdict(Decimal)
    for variance in variances.values():
        for part in variance["parts"]:
            parts[part["name"]] += Decimal(part["amount"])
    total = sum(parts.values(), Decimal(0))
    decimals = site.currency_decimals
    return {
        "total": plain_money(total, decimals),
        "favourable": _mark(total),
        "currency": site.currency,
        "parts": _parts(parts, decimals),
        "rows": _grouped([(order, variances[order.pk]) for order in orders], group, decimals),
        "orders": len(orders),
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


def _grouped(variances: list[tuple[WorkOrder, dict[str, Any]]], group: str, decimals: int) -> list[dict[str, Any]]:
    """The rows, the largest first; what is of no component stands last."""
    rows: dict[str, dict[str, Any]] = {}
    for order, variance in variances:
        for key, name, unit, of, standard, actual in _members(variance, order, group):
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
            for part in of["parts"]:
                row["amounts"][part["name"]] += Decimal(part["amount"])
    by_size = sorted(rows.values(), key=lambda row: (row["key"] == NO_COMPONENT, -abs(sum(row["amounts"].values()))))
    return [_row(row, decimals) for row in by_size]


def _members(variance: dict[str, Any], order: WorkOrder, group: str) -> Iterator[tuple[Any, ...]]:
    """(key, name, unit, what has its parts, standard quantity, actual quantity) of a variance, by the grouping."""
    nothing = Decimal(0)
    if group == "component":
        for one in variance["components"]:
            standard, actual = Decimal(one["standard_quantity"]), Decimal(one["actual_quantity"])
            yield one["item"], one["name"], one["unit"], one, standard, actual
        if variance["not_of_a_component"]["parts"]:
            yield NO_COMPONENT, "", "", variance["not_of_a_component"], nothing, nothing
    elif group == "order":
        yield order.number, order.item.name, "", variance, nothing, nothing
    else:
        yield order.item.code, order.item.name, "", variance, nothing, nothing


def _row(row: dict[str, Any], decimals: int) -> dict[str, Any]:
    total = sum(row["amounts"].values(), Decimal(0))
    standard, actual = row["standard"], row["actual"]
    used = bool(row["unit"])
    return {
        "key": row["key"],
        "name": row["name"],
        "unit": row["unit"],
        "orders": len(row["orders"]),
        "standard_quantity": plain_decimal(standard) if used else "",
        "actual_quantity": plain_decimal(actual) if used else "",
        "difference": plain_decimal(actual - standard) if used else "",
        "percent": f"{(actual - standard) / standard * 100:.2f}" if standard else "",
        "parts": _parts(row["amounts"], decimals),
        "total": plain_money(total, decimals),
        "favourable": _mark(total),
    }


def _parts(amounts: dict[str, Decimal], decimals: int) -> list[dict[str, str]]:
    return [
        {"name": name, "amount": plain_money(amounts[name], decimals), "favourable": _mark(amounts[name])}
        for name in PARTS
        if amounts.get(name)
    ]


def _mark(amount: Decimal) -> str:
    return "F" if amount < 0 else "U" if amount > 0 else ""
