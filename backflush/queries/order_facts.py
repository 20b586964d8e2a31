"""Orders with what their reports need: operations, pins, clearance and progress.

A worker meets the same orders batch after batch. What it made of a row's text it keeps by that text, so nothing it keeps
can be stale: another row is another text.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from backflush.rules.progress import LineProgress, Progress, read_lines
from masterdata.rules.exact import Fraction
from traceability.models import OrderOperation, OrderPin, WorkOrder
from traceability.queries.arrays import array_of

#: orders, and progress texts, that a process keeps
KEPT = 2000

#: everything that is read of an order, as text; pins are insert-only, so their ids say it
_ORDERS = """
SELECT o.id, o::text,
    (SELECT string_agg(p::text, ' ' ORDER BY p.id) FROM traceability_orderoperation p WHERE p.order_id = o.id),
    (SELECT string_agg(n.id::text, ' ' ORDER BY n.id) FROM traceability_orderpin n WHERE n.order_id = o.id),
    (SELECT string_agg(c.line_id::text, ' ') FROM traceability_lineclearance c
        WHERE c.order_id = o.id AND c.revoked_at IS NULL)
FROM traceability_workorder o WHERE o.id = ANY(%s::bigint[]) ORDER BY o.id
"""
_PROGRESS = """
SELECT order_id, operation_number, good, structural_scrap, avoidable_scrap, rework, setups, reports, lines
FROM backflush_orderprogress WHERE order_id = ANY(%s::bigint[])
"""


@dataclass(slots=True)
class OrderFacts:
    """An order with what its reports need: operations in sequence, pins by time, progress by operation number."""

    order: WorkOrder
    operations: list[OrderOperation] = field(default_factory=list)
    pins: list[OrderPin] = field(default_factory=list)
    progress: dict[str, Progress] = field(default_factory=dict)
    cleared_lines: set[int] = field(default_factory=set)

    def operation(self, number: str) -> OrderOperation | None:
        return next((operation for operation in self.operations if operation.number == number), None)

    def count_point_before(self, operation: OrderOperation) -> OrderOperation | None:
        before = [o for o in self.operations if o.sequence < operation.sequence and o.count_point]
        return before[-1] if before else None

    def pin_at(self, moment: datetime) -> OrderPin | None:
        """The pin applicable at a moment; the first one also covers what was reported just before the release."""
        applicable = [pin for pin in self.pins if pin.applicable_from <= moment]
        return applicable[-1] if applicable else (self.pins[0] if self.pins else None)


class _Latest(OrderedDict[Any, Any]):
    """A mapping that keeps the `KEPT` entries used last."""

    def find(self, key: Any) -> Any:
        if key in self:
            self.move_to_end(key)
            return self[key]
        return None

    def keep(self, key: Any, value: Any) -> None:
        self[key] = value
        self.move_to_end(key)
        if len(self) > KEPT:
            self.popitem(last=False)


class OrderBook:
    """The orders that this process met."""

    def __init__(self) -> None:
        self._orders = _Latest()
        self._lines = _Latest()

    def forget(self) -> None:
        """Master data moved on: sites and units are read with the orders."""
        self._orders.clear()

    def load(self, order_ids: list[int]) -> dict[int, OrderFacts]:
        """The orders as they stand, with the progress of their operations."""
        if not order_ids:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(_ORDERS, [array_of(order_ids)])
            rows = cursor.fetchall()
            cursor.execute(_PROGRESS, [array_of(order_ids)])
            progress = cursor.fetchall()
        unknown = [row[0] for row in rows if self._orders.find(row[:4]) is None]
        if unknown:
            read = _read(unknown)
            for row in rows:
                if row[0] in read:
                    self._orders.keep(row[:4], read[row[0]])
        facts = {}
        for row in rows:
            order, operations, pins = self._orders[row[:4]]
            facts[row[0]] = OrderFacts(
                order, operations, pins, cleared_lines={int(line) for line in (row[4] or "").split()}
            )
        for order_id, number, good, structural, avoidable, rework, setups, reports, text in progress:
            counted = (Fraction(good), Fraction(structural), Fraction(avoidable), Fraction(rework))
            facts[order_id].progress[number] = self._read_progress(Progress(*counted, setups, reports), text)
        return facts

    def _read_progress(self, progress: Progress, text: str) -> Progress:
        kept: tuple[tuple[str, ...], str, Mapping[str, LineProgress]] | None = self._lines.find(text)
        if kept is None:
            read_lines(progress, text)
            self.keep_progress(text, progress)
        else:
            progress.units_closed, progress.output_lot, progress.lines = kept
        return progress

    def keep_progress(self, text: str, progress: Progress) -> None:
        """Remember what `text` says: the next batch need not read it."""
        self._lines.keep(text, (progress.units_closed, progress.output_lot, progress.lines))


def _read(order_ids: list[int]) -> dict[int, tuple[WorkOrder, list[OrderOperation], list[OrderPin]]]:
    read: dict[int, tuple[WorkOrder, list[OrderOperation], list[OrderPin]]] = {
        order.pk: (order, [], []) for order in WorkOrder.objects.filter(pk__in=order_ids).select_related("site", "unit")
    }
    for operation in OrderOperation.objects.filter(order_id__in=order_ids).order_by("sequence"):
        read[operation.order_id][1].append(operation)
    for pin in OrderPin.objects.filter(order_id__in=order_ids).order_by("applicable_from"):
        read[pin.order_id][2].append(pin)
    return read
