"""Open orders that a change would touch. Orders belong to a layer above: it says which there are, and whether they can move."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from masterdata.rules.refusal import Refusal


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """`name`: `SITE ORDER`; `quantity` and `made` with their unit, as text; `version`: what it is made by now."""

    order_id: int
    name: str
    number: str
    product: str
    quantity: str
    made: str
    version: str


Finder = Callable[[str, Any], list[OpenOrder]]
MoveFaults = Callable[[int, Any], list[Refusal]]
_told: dict[str, Any] = {}


def tell_of_open_orders(find: Finder, move_faults: MoveFaults) -> None:
    """Called once, when the layer starts. `find(kind, record)`; `move_faults(order id, record)`: why it cannot move."""
    _told["find"], _told["faults"] = find, move_faults


def open_orders(kind: str, record: Any) -> list[OpenOrder]:
    """Released orders that are made by an earlier version of this record; none for kinds that go by event time."""
    find: Finder | None = _told.get("find")
    return find(kind, record) if find is not None and record is not None else []


def move_faults(order_id: int, record: Any) -> list[Refusal]:
    """Why an order cannot go over to a version; empty where it can."""
    faults: MoveFaults | None = _told.get("faults")
    return faults(order_id, record) if faults is not None else []
