"""The arithmetic of a plan in words and numbers, step by step, as the posting page and previews show it."""

from dataclasses import dataclass

from backflush.rules.drawing import Pick, rounded
from backflush.rules.flush import LineOutcome
from backflush.rules.progress import CLASSES
from backflush.rules.recipe import Recipe
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.usage import plain_text, readable
from masterdata.rules.vocabulary import PostingMethod

_CLASS_WORDS = {
    "base": "output × quantity ÷ base",
    "loss": "planned losses",
    "avoidable": "avoidable scrap",
    "structural": "structural scrap",
    "rework": "rework",
    "setup": "setup",
    "fixed": "per order",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the arithmetic: what it is, the figure, and a remark."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One BOM line of a plan, explained. `quantity` is what is drawn in all, in `unit`, of `item` (code)."""

    component: str
    item: int
    item_code: str
    unit: str
    written: str
    method: str
    steps: tuple[Step, ...]
    draws: tuple[tuple[int, int, int, str], ...]
    quantity: str


def number(value: Fraction) -> str:
    """A figure as people read it: decimal where it is finite, else the fraction with its decimal neighbour."""
    text = plain_text(value)
    return text if "/" not in text else f"{text} ≈ {readable(value).removeprefix('about ')}"


def explain_line(outcome: LineOutcome, recipe: Recipe) -> ExplainedLine:
    """Every step from output to lots: needs by class, cumulative need, rounding, what was posted before, what is drawn."""
    line = outcome.line
    item = recipe.items[line.item]
    if line.method == PostingMethod.BACKFLUSH:
        steps = _flush_steps(outcome, recipe)
    else:
        steps = [
            Step("needed so far", number(outcome.need), item.unit),
            Step("scanned before", number(outcome.before.covered), item.unit),
        ]
    draws = tuple(
        (pick.item, draw.stock.lot, draw.stock.bin, plain_text(draw.quantity))
        for pick in outcome.picks
        for draw in pick.draws
    )
    total = sum((pick.quantity for pick in outcome.picks if pick.item == line.item), ZERO)
    return ExplainedLine(
        component=line.component,
        item=line.item,
        item_code=item.code,
        unit=item.unit,
        written=line.written,
        method=line.method,
        steps=tuple(steps),
        draws=draws,
        quantity=plain_text(total),
    )


def _flush_steps(outcome: LineOutcome, recipe: Recipe) -> list[Step]:
    item = recipe.items[outcome.line.item]
    steps = [
        Step(_CLASS_WORDS[name], number(need), item.unit)
        for name in CLASSES
        if (need := outcome.needs.get(name, ZERO)) or name == "base"
    ]
    if outcome.before.need:
        steps.append(Step("needed by earlier reports", number(outcome.before.need), "standing reports of this order"))
    steps.append(Step("needed so far", number(outcome.need), "exact, not rounded"))
    if outcome.before.covered:
        steps.append(Step("less already posted", number(outcome.before.covered), ""))
    steps.extend(_pick_steps(pick, recipe) for pick in outcome.picks)
    if not outcome.picks:
        steps.append(Step("to post now", "0", "earlier postings cover it"))
    return steps


def _pick_steps(pick: Pick, recipe: Recipe) -> Step:
    item = recipe.items[pick.item]
    how = f"multiples of {plain_text(item.multiple)}" if item.multiple else f"{item.decimals} decimals"
    exact = pick.posted_before + pick.owed * pick.factor
    note = f"{number(exact)} rounded {item.rounding.replace('_', ' ')} to {how} is {number(rounded(exact, item))}"
    if pick.posted_before:
        note += f", less {number(pick.posted_before)} posted"
    if pick.factor != 1:
        note += f"; {number(pick.factor)} of {item.code} replaces one"
    return Step(f"to post now: {item.code}", number(pick.wanted), note)
