"""Pilots: for a period, what a product's operation really takes is measured beside what backflush computes.

A pilot posts nothing. The ledger goes on as each BOM line says, so nothing is consumed twice; what is measured is kept apart.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from masterdata.rules.refusal import Refusal


class PilotState(StrEnum):
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"


#: What a pilot may become. A cancelled one counts for nothing; what was measured stays readable.
MOVES = frozenset({(PilotState.RUNNING, PilotState.ENDED), (PilotState.RUNNING, PilotState.CANCELLED)})


def flow_refusal(before: str, after: str, name: str) -> Refusal | None:
    if (before, after) in MOVES:
        return None
    return Refusal("pilot_is_over", f"{name} is {before}: it stays as it was found.", name, "Look at what it found.")


def running_refusal(state: str, name: str) -> Refusal | None:
    """Why nothing is measured for it any more."""
    if state == PilotState.RUNNING:
        return None
    return Refusal(
        "pilot_is_over", f"{name} is {state}: nothing is measured for it any more.", name, "Report as usual."
    )


def reason_refusal(reason: str, name: str) -> Refusal | None:
    if reason.strip():
        return None
    return Refusal("reason_missing", "Say why.", name, "Write a sentence.")


@dataclass(frozen=True, slots=True)
class OrderAtHand:
    """An order as somebody would measure at it. `earlier`: output was posted there before the pilot began."""

    number: str
    released: bool
    of_the_product: bool
    has_operation: bool
    earlier: bool
    completed: bool


def order_refusals(order: OrderAtHand, product: str, operation: str) -> list[Refusal]:
    """Every reason why nothing is measured at this order."""
    number, found = order.number, []
    if not order.of_the_product:
        found.append(
            Refusal(
                "other_product", f"Order {number} does not make {product}.", number, "Measure at an order that does."
            )
        )
    if not order.has_operation:
        found.append(
            Refusal(
                "operation_unknown", f"Order {number} has no operation {operation}.", number, "Choose another order."
            )
        )
    if not order.released:
        found.append(
            Refusal("order_not_open", f"Order {number} is not open.", number, "Measure while the order is released.")
        )
    if order.earlier:
        found.append(
            Refusal(
                "order_began_earlier",
                f"Order {number} had output at operation {operation} before the pilot began: half of it was never measured.",
                number,
                "Begin with the next order.",
            )
        )
    if order.completed:
        found.append(
            Refusal(
                "measuring_completed",
                f"Measuring of order {number} is completed.",
                number,
                "If something is missing, choose “Measure on” first.",
            )
        )
    return found


def quantity_refusal(quantity: Decimal | None, item: str) -> Refusal | None:
    """A measured quantity is above zero, and no finer than the ledger keeps it."""
    if quantity is None or not quantity.is_finite() or quantity <= 0:
        return Refusal("quantity_missing", f"Say how much of {item} was used.", item, "Enter a number above zero.")
    if quantity >= 10**15:
        return Refusal("quantity_too_large", f"{quantity:f} of {item} is too much to be true.", item, "Enter it again.")
    if -int(quantity.normalize().as_tuple().exponent) > 9:
        return Refusal(
            "quantity_too_fine", f"{quantity:f} has more than nine decimals.", item, "Enter it as the scale shows it."
        )
    return None
