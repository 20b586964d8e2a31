"""The ledger lines behind a figure, each with its sign, and how their sum becomes that figure."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from backflush.queries.postings import is_issue, ledger_of_entries
from traceability.models import WorkOrder
from variance.queries.order_variances import order_variances
from variance.rules.decomposition import PARTS
from variance.rules.direction import direction_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LinesBehind:
    """`lines` with signed quantities and amounts; `actual` + `expected` = `variance`.

    `expected`: what stands between the lines and the variance. For a component, less what should have been used at
    standard; for whole orders, only the cents by which lines are rounded one by one.
    """

    lines: list[dict[str, Any]]
    standard: Decimal
    actual: Decimal
    variance: Decimal
    parts: dict[str, Decimal]

    @property
    def expected(self) -> Decimal:
        return self.variance - self.actual


def lines_of_orders(orders: Collection[WorkOrder]) -> LinesBehind:
    """Everything that the orders used and made."""
    variances = order_variances(orders)
    return _behind(orders, lambda line: True, list(variances.values()))


def lines_of_component(order: WorkOrder, component: str) -> LinesBehind:
    """What one BOM line of an order used, its alternates too."""
    found = [one for one in order_variances([order])[order.pk]["components"] if one["component"] == component]
    return _behind([order], lambda line: line["component"] == component, found)


def lines_of_item(orders: Collection[WorkOrder], item: str) -> LinesBehind:
    """What the orders' BOM lines of this item used, their alternates too: as the board adds them up."""
    figures, wanted = [], set()
    for variance in order_variances(orders).values():
        for one in variance["components"]:
            if one["item"] == item:
                figures.append(one)
                wanted.add((variance["order"], one["component"]))
    return _behind(orders, lambda line: (line["order"], line["component"]) in wanted, figures)


def lines_of_no_component(orders: Collection[WorkOrder]) -> LinesBehind:
    """What the orders made: the lines of no component."""
    variances = order_variances(orders)
    components = {(one["order"], line["component"]) for one in variances.values() for line in one["components"]}
    return _behind(
        orders,
        lambda line: (line["order"], line["component"]) not in components,
        [one["not_of_a_component"] for one in variances.values()],
    )


def _behind(
    orders: Collection[WorkOrder], wanted: Callable[[dict[str, Any]], bool], figures: list[dict[str, Any]]
) -> LinesBehind:
    lines = [line for line in _signed_lines({order.pk: order.number for order in orders}) if wanted(line)]
    parts = dict.fromkeys(PARTS, ZERO)
    for one in figures:
        for part in one["parts"]:
            parts[part["name"]] += Decimal(part["amount"])
    return LinesBehind(
        lines=lines,
        standard=sum((line["standard_amount"] for line in lines), ZERO),
        actual=sum((line["actual_amount"] for line in lines), ZERO),
        variance=sum((Decimal(one["total"]) for one in figures), ZERO),
        parts={name: amount for name, amount in parts.items() if amount},
    )


def _signed_lines(numbers: dict[int, str]) -> list[dict[str, Any]]:
    """The lines of orders (numbers by id), the oldest first, each with its posting, its direction and its sign."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT entry_id, order_id FROM traceability_ledgerline WHERE order_id = ANY(%s)", [list(numbers)]
        )
        order_of = dict(cursor.fetchall())
        cursor.execute(
            "SELECT p.entry_id, p.number, p.kind, p.occurred_at, p.recorded_at FROM backflush_posting p"
            " WHERE p.entry_id = ANY(%s)",
            [list(order_of)],
        )
        postings = {row[0]: row[1:] for row in cursor.fetchall()}
    found = []
    for entry_id, lines in sorted(ledger_of_entries(list(order_of)).items()):
        number, kind, occurred_at, recorded_at = postings.get(entry_id, (None, "", None, None))
        for line in lines:
            direction, sign = direction_of(into_use=is_issue(line), mirror=line["mirrors"] is not None)
            found.append(
                {
                    **line,
                    "order": numbers[order_of[entry_id]],
                    "direction": direction,
                    "quantity": sign * Decimal(line["quantity"]),
                    "standard_amount": sign * Decimal(line["standard_amount"]),
                    "actual_amount": sign * Decimal(line["actual_amount"]),
                    "posting": f"P-{number:06d}" if number else "",
                    "kind": kind,
                    "occurred_at": occurred_at,
                    "recorded_at": recorded_at,
                }
            )
    return found
