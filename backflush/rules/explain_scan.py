"""The arithmetic of a scan-issue: the order's target, what the scan counts for, and how much of the target is reached."""

from backflush.rules.explanation_parts import Step, number
from backflush.rules.facts import OrderFact
from backflush.rules.flush import LineOutcome
from backflush.rules.recipe import Recipe
from backflush.rules.requirement import fixed_quantity
from backflush.rules.scan_issue import target_of
from masterdata.rules.exact import ONE, Fraction
from masterdata.rules.usage import plain_text
from masterdata.rules.vocabulary import OutputBasis, PostingMethod


def scan_steps(outcome: LineOutcome, order: OrderFact, recipe: Recipe) -> list[Step]:
    """Target, this scan, and the scans so far, in the line's stock unit; potency in per cent where it counts."""
    before = outcome.before.covered
    after = before + outcome.covered
    steps = [] if outcome.line.method == PostingMethod.FORWARD else _target(outcome, order, recipe)
    steps.append(Step("scanned before", number(before), "earlier scans of this order"))
    steps += _counted(outcome, recipe)
    return [*steps, Step("scanned so far", number(after), _reached(outcome, after, order, recipe))]


def _target(outcome: LineOutcome, order: OrderFact, recipe: Recipe) -> list[Step]:
    line, basis = outcome.line, _basis(recipe)
    planned = basis == OutputBasis.GOOD
    per_unit = (line.full if planned else line.kept) * recipe.factor
    target = target_of(line, order.quantity * recipe.factor, basis)
    losses = "planned losses included" if per_unit != line.plain * recipe.factor else "no planned losses"
    steps = [Step("order quantity", number(order.quantity)), Step("× per unit of the order", number(per_unit), losses)]
    fixed = fixed_quantity(line, order.quantity * recipe.factor)
    if fixed:
        steps.append(Step("per order", number(fixed)))
    share = line.tolerance / 100
    item = recipe.items[line.item]
    at = "" if item.label_potency is None else f"at the label's potency of {_percent(item.label_potency)}"
    return [
        *steps,
        Step("target", number(target), at),
        Step("least allowed", number(target * (ONE - share)), f"target less {plain_text(line.tolerance)} %"),
        Step("most allowed", number(target * (ONE + share)), f"target and {plain_text(line.tolerance)} %"),
    ]


def _counted(outcome: LineOutcome, recipe: Recipe) -> list[Step]:
    """What this scan took, and what that counts for: its potency over the label's, or over an alternate's factor."""
    steps = []
    for pick in outcome.picks:
        item = recipe.items[pick.item]
        steps.append(Step("scanned now", number(pick.quantity), item.code))
        potency = pick.draws[0].stock.potency if pick.draws else None
        how = number(pick.quantity)
        if potency is not None and item.label_potency is not None:
            steps.append(Step("lot potency", _percent(potency), "measured, of the lot"))
            steps.append(Step("label potency", _percent(item.label_potency), f"of {item.code}"))
            how += f" × {_percent(potency)} ÷ {_percent(item.label_potency)}"
        if pick.factor != ONE:
            how += f" ÷ {number(pick.factor)}"
        steps.append(Step("counts for", number(pick.covered), how))
    return steps


def _reached(outcome: LineOutcome, after: Fraction, order: OrderFact, recipe: Recipe) -> str:
    if outcome.line.method == PostingMethod.FORWARD:
        return "as picked"
    target = target_of(outcome.line, order.quantity * recipe.factor, _basis(recipe))
    if not target:
        return "there is no target"
    share = round(after / target * 10_000)
    least = target * (ONE - outcome.line.tolerance / 100)
    return f"{_percent(Fraction(share, 10_000))} of the target; " + (
        "within tolerance" if after >= least else f"{number(least - after)} more are needed at least"
    )


def _basis(recipe: Recipe) -> OutputBasis:
    return recipe.trigger.basis if recipe.trigger else OutputBasis.GOOD


def _percent(share: Fraction) -> str:
    return f"{plain_text(share * 100)} %"
