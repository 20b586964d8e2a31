"""From a plan to ledger lines: one per lot drawn, its quantity by class, its standard share, its cost. Rounded once each.

Whole numbers of the scales that the ledger keeps: a batch is a thousand lines.
"""

from typing import NamedTuple

from backflush.rules.drawing import Draw, Pick
from backflush.rules.flush import LineOutcome
from backflush.rules.recipe import Recipe
from masterdata.rules.exact import ONE, Fraction, billionths, minor_units, scaled_text
from masterdata.rules.vocabulary import PostingMethod

#: where each class of need stands among a ledger line's classes; `fixed` is base there
_PLACES = {"base": 0, "loss": 1, "setup": 2, "avoidable": 3, "structural": 4, "rework": 5, "fixed": 0}
_ROUNDING = 6


class IssueLine(NamedTuple):
    """One draw as the ledger keeps it. Quantities in billionths of the stock unit, amounts in the currency's minor unit.

    `classes`: base, loss, setup, avoidable, structural, rework, rounding; they add up to `quantity`.
    """

    component: str
    item: int
    lot: int
    bin: int
    order: int
    quantity: int
    classes: list[int]
    standard_quantity: int
    standard_amount: int
    actual_amount: int


def decimal_of(value: Fraction, places: int = 9) -> str:
    """Decimal text with at most `places` decimals, half to even; exact where the value has no more of them."""
    return scaled_text(minor_units(value, ONE, places), places)


def issue_lines(outcome: LineOutcome, recipe: Recipe) -> list[IssueLine]:
    """The ledger lines of one BOM line's draws.

    Each class is spread over the draws by what they cover; what rounding added or an earlier report had already covered is
    the class `rounding`. A scanned quantity is base. The standard quantity stands on the first draw.
    """
    component, decimals = outcome.line.component, recipe.currency_decimals
    lines: list[IssueLine] = []
    for pick in outcome.picks:
        price = recipe.items[pick.item].standard_cost
        for draw in pick.draws:
            stock, quantity = draw.stock, draw.quantity
            standard = 0
            if not lines:
                planned = outcome.required.standard
                standard = billionths(planned if pick.factor is ONE else planned * pick.factor)
            amount = minor_units(quantity, price, decimals)
            cost = stock.unit_cost
            lines.append(
                IssueLine(
                    component,
                    pick.item,
                    stock.lot,
                    stock.bin,
                    stock.order,
                    billionths(quantity),
                    _classes(outcome, pick, draw),
                    standard,
                    amount,
                    amount if cost == price else minor_units(quantity, cost, decimals),
                )
            )
    return lines


def _classes(outcome: LineOutcome, pick: Pick, draw: Draw) -> list[int]:
    quantity = billionths(draw.quantity)
    parts = [0] * (_ROUNDING + 1)
    if outcome.line.method != PostingMethod.BACKFLUSH:
        parts[0] = quantity
        return parts
    # this draw's share of the line's need, in this item's units
    whole = len(outcome.picks) == 1 and pick.factor is ONE and len(pick.draws) == 1
    if whole:
        for name, need in outcome.required.needs.items():
            parts[_PLACES[name]] += billionths(need)
    elif covered := outcome.covered:
        times = draw.quantity / covered
        for name, need in outcome.required.needs.items():
            parts[_PLACES[name]] += billionths(need * times)
    else:
        parts[0] = quantity
    parts[_ROUNDING] = quantity - sum(parts)
    return parts
