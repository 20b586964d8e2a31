"""What to fetch for an order: from which lots and bins, and what will be missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from masterdata.rules.exact import Fraction
from masterdata.rules.units import RoundingRule, round_quantity
from masterdata.rules.usage import UsageLine
from traceability.rules.allocation import NO_EXPIRY, ranked


@dataclass(frozen=True, slots=True)
class Shelf:
    """Unbound, usable stock of a lot in a bin where material for lines is fetched."""

    lot: int
    bin: int
    lot_code: str
    bin_code: str
    walking_order: int
    expires_on: str = NO_EXPIRY
    received_at: str = ""
    rank: int = 0
    potency: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """Fetch `quantity` (stock unit) from a shelf."""

    shelf: Shelf
    quantity: Fraction


def order_need(line: UsageLine, output: Fraction) -> Fraction:
    """What a line takes for the whole order of `output` base units, unrounded: planned losses, fixed, one setup.

    Source: consumption.md section 3. What is taken per handling unit is known only when they are closed, and left out.
    """
    need = output * line.full + line.fixed + line.setup
    reached = [quantity for start, quantity in line.steps if start <= output]
    return need + (reached[-1] if reached else Fraction(0))


def picks_for(
    need: Fraction, bound: Fraction, stock: Sequence[tuple[Shelf, Fraction]], rule: RoundingRule, strategy: str
) -> tuple[Fraction, list[Pick], Fraction]:
    """The rounded need; picks for what is not bound yet, in the order of walking; and what will be missing."""
    needed = round_quantity(need, rule)
    left = needed - bound
    picks = []
    for shelf, quantity in ranked(stock, strategy, max(left, Fraction(0))):
        if left <= 0:
            break
        taken = min(left, quantity)
        picks.append(Pick(shelf, taken))
        left -= taken
    picks.sort(key=lambda pick: (pick.shelf.walking_order, pick.shelf.bin_code, pick.shelf.lot_code))
    return needed, picks, max(left, Fraction(0))
