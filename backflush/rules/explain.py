"""The arithmetic of a plan in words and numbers, step by step, as the posting page and previews show it."""

from backflush.rules.drawing import Pick, rounded
from backflush.rules.explain_scan import scan_steps
from backflush.rules.explanation_parts import ExplainedLine, Step, number
from backflush.rules.facts import OrderFact
from backflush.rules.flush import LineOutcome
from backflush.rules.progress import CLASSES
from backflush.rules.recipe import Recipe
from backflush.rules.requirement import fixed_quantity
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.usage import UsageLine, plain_text
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
_FROM_REPORT = {
    "avoidable": "the report's scrap",
    "structural": "the report's scrap",
    "rework": "the report's rework",
}


def explain_line(outcome: LineOutcome, order: OrderFact, recipe: Recipe) -> ExplainedLine:
    """Every step from output to lots: needs by class, cumulative need, rounding, what was posted before, what is drawn.

    Of a scan, from the order's target to how much of it is reached.
    """
    line = outcome.line
    item = recipe.items[line.item]
    if line.method == PostingMethod.BACKFLUSH:
        steps = _flush_steps(outcome, order, recipe)
    elif outcome.picks:
        steps = scan_steps(outcome, order, recipe)
    else:
        steps = [
            Step("needed so far", number(outcome.need)),
            Step("scanned before", number(outcome.before.covered)),
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
        nothing_drawn="" if outcome.picks else why_nothing(outcome, order, recipe),
    )


def why_nothing(outcome: LineOutcome, order: OrderFact, recipe: Recipe) -> str:
    """Why a report drew nothing for a line: nothing is owed, it was covered before, or it rounds to nothing as yet."""
    line, own = outcome.line, outcome.required.own
    if line.method != PostingMethod.BACKFLUSH:
        return "It is issued by scans, not by reports of output."
    if own <= 0 and outcome.need <= outcome.before.covered:
        why = _owed_when(line, order.quantity * recipe.factor, outcome.before.needs.get("fixed", ZERO))
        return f"Nothing is owed by this report: {why}."
    if outcome.before.sources and outcome.need <= outcome.before.covered:
        return "Earlier postings of this order covered it."
    return "What is owed so far rounds to nothing; later reports settle it."


def _owed_when(line: UsageLine, order_quantity: Fraction, owed_before: Fraction) -> str:
    if line.handling_unit_kind is not None and line.per_unit_closed:
        return f"it is owed for each full {line.handling_unit_kind.replace('_', ' ')}, and none was closed"
    if line.steps and not fixed_quantity(line, order_quantity):
        return f"the order's size falls in the {_step_of(line, order_quantity)}"
    if line.fixed or line.steps:
        return "it is owed once per order, and was" if owed_before else "it is owed with the first output"
    if line.setup and not line.plain:
        return "it is owed for each setup, and none counted"
    return "what was reported needs none of it"


def _step_of(line: UsageLine, order_quantity: Fraction) -> str:
    """The step that the order's size falls in: `step from 2000: 20`."""
    start = max((start for start, _ in line.steps if order_quantity >= start), default=ZERO)
    return f"step from {plain_text(start)}: {plain_text(fixed_quantity(line, order_quantity))}"


def _remark(name: str, line: UsageLine, order_quantity: Fraction, unit: str) -> str:
    """What stands beside a class of the need: where its figure comes from, if not from the quantity of the line alone."""
    if name == "fixed" and line.steps:
        return _step_of(line, order_quantity)
    if name == "avoidable" and line.full_avoidable:
        return "the report's scrap, and planned losses marked avoidable"
    return _FROM_REPORT.get(name, unit)


def _flush_steps(outcome: LineOutcome, order: OrderFact, recipe: Recipe) -> list[Step]:
    item = recipe.items[outcome.line.item]
    steps = [
        Step(_CLASS_WORDS[name], number(need), _remark(name, outcome.line, order.quantity * recipe.factor, item.unit))
        for name in CLASSES
        if (need := outcome.needs.get(name, ZERO)) or name == "base"
    ]
    if outcome.before.need:
        steps.append(Step("needed by earlier reports", number(outcome.before.need), "standing reports of this order"))
    steps.append(Step("needed so far", number(outcome.need), "exact, not rounded"))
    if outcome.before.covered:
        steps.append(Step("less already posted", number(outcome.before.covered)))
    steps.extend(_pick_steps(pick, recipe) for pick in outcome.picks)
    if not outcome.picks:
        steps.append(Step("to post now", "0", why_nothing(outcome, order, recipe)))
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
