"""What every part of the simulator shares: the floor, the doors, chance, and how long things take at this speed."""

import random
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from backflush.management.demo import cast
from backflush.management.demo.floor import Floor
from backflush.management.demo.needs import Work, work_of
from backflush.management.demo.simulator.doors import HEARTBEATS, REPORTS, SCANS, Doors
from backflush.models import OperationReport
from backflush.rules.vocabulary import ReportState
from traceability.models import MaterialLot, WorkOrder
from traceability.rules.vocabulary import OrderState

_TOKENS = {device.code: device.token for device in cast.DEVICES}
_BADGES = {person.username: person.badge for person in cast.PEOPLE}


class Player:
    """Plays devices through HTTP and people through the floor's actions."""

    def __init__(self, floor: Floor, doors: Doors, chance: random.Random, *, speed: float = 1.0) -> None:
        self.floor = floor
        self.plant = floor.plant
        self.doors = doors
        self.chance = chance
        self.speed = speed

    def now(self) -> datetime:
        return timezone.now()

    def long_ago(self, seconds: float) -> datetime:
        """The moment so many seconds ago, fewer where the plant is played faster."""
        return self.now() - timedelta(seconds=seconds / self.speed)

    def happens(self, percent: float) -> bool:
        return self.chance.uniform(0, 100) < percent

    # What stands

    def open_orders(self) -> list[WorkOrder]:
        """Released orders in a new mix every time."""
        orders = list(
            WorkOrder.objects.filter(site=self.plant.site, state=OrderState.RELEASED).select_related("item", "site")
        )
        self.chance.shuffle(orders)
        return orders

    def work(self, order: WorkOrder) -> list[Work]:
        return work_of(order, self.now(), self.floor.book)

    def waits_for_posting(self, order: WorkOrder) -> bool:
        return OperationReport.objects.filter(order_id=order.pk, state=ReportState.RECEIVED).exists()

    # What machines say

    def report(
        self,
        order: str,
        operation: str,
        good: Decimal,
        device: str,
        *,
        ahead: timedelta = timedelta(0),
        scrap: Sequence[tuple[Decimal, str]] = (),
        setup_events: int = 0,
        **more: Any,
    ) -> None:
        """A report of a device, as its controller would send it; its clock may be `ahead`."""
        body = {
            "event_id": str(uuid.uuid4()),
            "kind": "operation_complete",
            "order": order,
            "operation": operation,
            "occurred_at": _text(self.now() + ahead),
            "good": plain(good),
            "operator": _BADGES[self.chance.choice(("mara", "tomas", "yuki"))],
            **more,
        }
        if scrap:
            body["scrap"] = [{"quantity": plain(quantity), "reason": reason} for quantity, reason in scrap]
        if setup_events:
            body["setup_events"] = setup_events
        self.doors.send(REPORTS, _TOKENS[device], body)

    def scan(self, order: WorkOrder, operation: str, lot: MaterialLot, quantity: Decimal, device: str) -> None:
        """A scan-issue at a terminal."""
        body = {
            "event_id": str(uuid.uuid4()),
            "order": order.number,
            "operation": operation,
            "occurred_at": _text(self.now()),
            "item": lot.item.code,
            "lot": lot.code,
            "quantity": plain(quantity),
            "unit": lot.item.stock_unit.code,
            "operator": _BADGES["yuki"],
        }
        self.doors.send(SCANS, _TOKENS[device], body)

    def beat(self, device: str, ahead: timedelta = timedelta(0)) -> None:
        """A heartbeat, by a clock that may be `ahead`."""
        self.doors.send(HEARTBEATS, _TOKENS[device], {"sent_at": _text(self.now() + ahead)})


def plain(quantity: Decimal) -> str:
    """A quantity as devices write it: no exponent, no trailing zeros."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
