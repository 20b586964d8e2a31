"""The lives of the demo plant's orders, told as data and played through the floor: released, staged, reported, closed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from backflush.management.demo.floor import Floor, shelf_of
from traceability.models import WorkOrder
from traceability.rules.vocabulary import OrderState

#: (quantity, reason code)
Scrap = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """What an operation reported: good units, one report each; scrap and further setups by the place of the report."""

    operation: str
    good: tuple[str, ...]
    scrap: Mapping[int, Scrap] = field(default_factory=dict)
    setups: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """An order of the demo plant and how far it came. `hours`: how long ago it was released."""

    number: str
    item: str
    quantity: str
    hours: float
    shifts: tuple[Shift, ...] = ()
    lines: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False
    stages_next: tuple[str, ...] = ()
    allocation: str = "fefo"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Lots of an item: days ago that they came, days that they keep from then on (0: they do not expire), cost."""

    item: str
    supplier: str
    quantity: str
    lots: tuple[tuple[float, int, str], ...]
    extra: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


def deliver(floor: Floor, deliveries: Iterable[Delivery], now: datetime) -> None:
    """Receive every lot on its day; `extra` are certificate values by the place of the lot."""
    for delivery in deliveries:
        for place, (days_ago, keeps, cost) in enumerate(delivery.lots):
            floor.receive(
                delivery.item,
                f"{delivery.item}-{place + 1:03d}",
                delivery.quantity,
                now - timedelta(days=days_ago),
                place=shelf_of(floor.plant.item(delivery.item)),
                supplier=delivery.supplier,
                days=keeps or None,
                unit_cost=Decimal(cost),
                **delivery.extra.get(place, {}),
            )


def play(floor: Floor, run: Run, now: datetime) -> WorkOrder:
    """Bring the order to where its story stands; a closed one is not touched again."""
    at = now - timedelta(hours=run.hours)
    order = floor.order(
        run.number,
        run.item,
        run.quantity,
        at - timedelta(days=2),
        due_at=at + timedelta(days=2),
        allocation=run.allocation,
    )
    if order.state == OrderState.CLOSED:
        return order
    order = floor.release(order, at, dict(run.lines))
    for shift in run.shifts:
        at = play_shift(floor, order, shift, at)
    if run.stages_next:
        floor.stage(order, at + timedelta(minutes=5), run.stages_next)
    if run.closed:
        floor.return_residuals(order, at + timedelta(minutes=20))
        floor.close(order, at + timedelta(hours=2))
    return order


def play_shift(floor: Floor, order: WorkOrder, shift: Shift, at: datetime) -> datetime:
    """Stage, clear, scan and report one operation; returns when it ended."""
    at += timedelta(minutes=10)
    floor.stage(order, at, [shift.operation], spare="1.25" if shift.setups else "1.04")
    operation = order.operations.select_related("line").get(number=shift.operation)
    if operation.requires_clearance:
        floor.clear(order, operation.line, at + timedelta(minutes=2))
    scans = floor.scan_all(order, shift.operation, at + timedelta(minutes=4))
    at += timedelta(minutes=5, seconds=20 * scans)
    for place, good in enumerate(shift.good):
        at += timedelta(minutes=12)
        floor.report(
            order.number,
            shift.operation,
            good,
            at,
            event=f"shift {place}",
            scrap=tuple((Decimal(quantity), reason) for quantity, reason in shift.scrap.get(place, ())),
            setup_events=shift.setups.get(place, 0),
        )
    floor.post()
    return at
