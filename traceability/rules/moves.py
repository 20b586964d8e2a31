"""A move of goods, and what a set of moves does to the balances. Nothing here knows a database.

A move takes a positive quantity of one lot from one place to another. A place is a bin and the order that the quantity is
bound to there (0: unbound). Bins outside the plant (supplier, consumed, adjustment, customer) are not counted.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

UNBOUND = 0
#: quantities are stored with nine decimals
_LEAST = Decimal("0.000000001")


class BalanceKey(NamedTuple):
    """Names one balance of a site. Its own order is the order in which balances are locked, everywhere."""

    bin_id: int
    lot_id: int
    order_id: int


@dataclass(frozen=True, slots=True)
class Move:
    """`quantity` of a lot, in its item's stock unit, from one place to another.

    `order_id`, `component` and `output_lot_id` are for lines that are an order's usage or output: which order, which BOM
    line, into which lot. `mirrors` names the ledger line that this move reverses. Amounts left out are computed from the
    lot's and the item's cost when the move is recorded. `standard_quantity` and `classes` are carried
    over by a mirror. Raises ValueError where a law of moves is broken.
    """

    lot_id: int
    item_id: int
    from_bin_id: int
    from_order: int
    to_bin_id: int
    to_order: int
    quantity: Decimal
    order_id: int | None = None
    component: uuid.UUID | None = None
    output_lot_id: int | None = None
    standard_amount: Decimal | None = None
    actual_amount: Decimal | None = None
    mirrors: int | None = None
    standard_quantity: Decimal | None = None
    classes: tuple[Decimal | None, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.quantity, Decimal) or not self.quantity.is_finite():
            raise ValueError(f"A moved quantity is a finite Decimal, not {self.quantity!r}.")
        if self.quantity <= 0:
            raise ValueError(f"A move is of more than zero, not {self.quantity}.")
        if self.quantity % _LEAST:
            raise ValueError(f"A quantity has at most nine decimals: {self.quantity} has more.")
        if (self.from_bin_id, self.from_order) == (self.to_bin_id, self.to_order):
            raise ValueError("A move goes somewhere else: both ends are the same.")

    @property
    def source(self) -> BalanceKey:
        return BalanceKey(self.from_bin_id, self.lot_id, self.from_order)

    @property
    def target(self) -> BalanceKey:
        return BalanceKey(self.to_bin_id, self.lot_id, self.to_order)


@dataclass(frozen=True, slots=True)
class Shortage:
    """A balance that would fall below zero: `needed` is what the moves take from it, `there` what it has for them."""

    key: BalanceKey
    there: Decimal
    needed: Decimal


def touched(moves: Iterable[Move], uncounted: Collection[int]) -> dict[BalanceKey, int]:
    """Every counted balance that the moves touch, with its item id, sorted as balances are locked."""
    found: dict[BalanceKey, int] = {}
    for move in moves:
        if move.from_bin_id not in uncounted:
            found[move.source] = move.item_id
        if move.to_bin_id not in uncounted:
            found[move.target] = move.item_id
    return dict(sorted(found.items()))


def net_changes(moves: Iterable[Move], uncounted: Collection[int]) -> dict[BalanceKey, Decimal]:
    """What the moves, taken together, add to each counted balance. Balances that end as they were are left out."""
    changes: dict[BalanceKey, Decimal] = {}
    for move in moves:
        if move.from_bin_id not in uncounted:
            changes[move.source] = changes.get(move.source, Decimal(0)) - move.quantity
        if move.to_bin_id not in uncounted:
            changes[move.target] = changes.get(move.target, Decimal(0)) + move.quantity
    return {key: change for key, change in sorted(changes.items()) if change}


def shortages(
    moves: Iterable[Move], balances: Mapping[BalanceKey, Decimal], uncounted: Collection[int]
) -> list[Shortage]:
    """Balances that the moves, one after the other, would take below zero at any step; each named once, the worst step.

    A balance that is not in `balances` has nothing.
    """
    standing = dict(balances)
    short: dict[BalanceKey, Shortage] = {}
    for move in moves:
        if move.to_bin_id not in uncounted:
            standing[move.target] = standing.get(move.target, Decimal(0)) + move.quantity
        if move.from_bin_id in uncounted:
            continue
        left = standing.get(move.source, Decimal(0)) - move.quantity
        standing[move.source] = left
        if left < 0:
            there = balances.get(move.source, Decimal(0))
            short[move.source] = Shortage(move.source, there, there - left)
    return list(short.values())


def plain(quantity: Decimal) -> str:
    """A quantity as people write it: no exponent, no trailing zeros."""
    text = format(quantity, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
