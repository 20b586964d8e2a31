"""From a plan to ledger lines: one per lot drawn, its quantity by class, its standard share, its cost. Rounded once each.

Text as PostgreSQL reads it, since a batch is a thousand lines.
"""

import uuid
from dataclasses import dataclass

from backflush.rules.drawing import Draw, Pick
from backflush.rules.flush import LineOutcome
from backflush.rules.recipe import Recipe
from masterdata.rules.exact import ONE, ZERO, Fraction
from masterdata.rules.vocabulary import PostingMethod

NANO = 10**9
_NO_CLASS = r"\N"
#: where each class of need stands on a ledger line; `fixed` is base there
_LEDGER_CLASSES = {"base": 0, "loss": 1, "setup": 2, "avoidable": 3, "structural": 4, "rework": 5, "fixed": 0}


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One draw as the ledger keeps it. `classes`: base, loss, setup, avoidable, structural, rework, rounding; tab-separated."""

    component: uuid.UUID
    item: int
    lot: int
    bin: int
    order: int
    quantity: str
    classes: str
    standard_quantity: str
    standard_amount: str
    actual_amount: str


def decimal_of(value: Fraction, places: int = 9) -> str:
    """Decimal text with `places` decimals, half to even; exact where the value has no more of them."""
    scale = 10**places
    scaled = value.numerator * scale
    whole, rest = divmod(scaled, value.denominator)
    if rest:
        twice = 2 * rest
        if twice > value.denominator or (twice == value.denominator and whole % 2):
            whole += 1
    sign = "-" if whole < 0 else ""
    units, part = divmod(abs(whole), scale)
    if not part:
        return f"{sign}{units}"
    return f"{sign}{units}.{part:0{places}d}".rstrip("0")


def issue_lines(outcome: LineOutcome, recipe: Recipe) -> list[IssueLine]:
    """The ledger lines of one BOM line's draws.

    Each class is spread over the draws by what they cover; what rounding added or an earlier report had already covered is
    the class `rounding`. A scanned quantity is base. The standard quantity stands on the first draw.
    """
    draws = [(pick, draw) for pick in outcome.picks for draw in pick.draws]
    covered = outcome.covered
    lines = []
    for index, (pick, draw) in enumerate(draws):
        item = recipe.items[pick.item]
        standard = ZERO if index else outcome.standard if pick.factor is ONE else outcome.standard * pick.factor
        lines.append(
            IssueLine(
                component=outcome.line.component,
                item=pick.item,
                lot=draw.stock.lot,
                bin=draw.stock.bin,
                order=draw.stock.order,
                quantity=decimal_of(draw.quantity),
                classes=_classes(outcome, pick, draw, covered),
                standard_quantity=decimal_of(standard),
                standard_amount=decimal_of(draw.quantity * item.standard_cost, recipe.currency_decimals),
                actual_amount=decimal_of(draw.quantity * draw.stock.unit_cost, recipe.currency_decimals),
            )
        )
    return lines


def _classes(outcome: LineOutcome, pick: Pick, draw: Draw, covered: Fraction) -> str:
    quantity = draw.quantity
    if outcome.line.method != PostingMethod.BACKFLUSH or not covered:
        return _as_text([_nano(quantity), 0, 0, 0, 0, 0, 0])
    # this draw's share of the line's need, in this item's units
    whole = len(outcome.picks) == 1 and pick.factor is ONE and len(pick.draws) == 1
    times = ONE if whole else quantity / covered
    parts = [0] * len(_LEDGER_CLASSES)
    for name, need in outcome.needs.items():
        parts[_LEDGER_CLASSES[name]] += _nano(need if whole else need * times)
    return _as_text([*parts[:-1], _nano(quantity) - sum(parts)])


def _nano(value: Fraction) -> int:
    """Billionths, half to even."""
    if NANO % value.denominator == 0:
        return value.numerator * (NANO // value.denominator)
    return round(value * NANO)


def _as_text(parts: list[int]) -> str:
    return "\t".join(_NO_CLASS if not part else _nano_text(part) for part in parts)


def _nano_text(value: int) -> str:
    units, part = divmod(abs(value), NANO)
    sign = "-" if value < 0 else ""
    return f"{sign}{units}.{part:09d}" if part else f"{sign}{units}"
