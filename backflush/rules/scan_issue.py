"""A scan-issue: exactly the lot and quantity that somebody scanned or weighed, within the line's tolerance.

Potency-controlled lines add up quantity × potency against the target × label potency (consumption.md, section 5).
"""

from dataclasses import replace

from backflush.rules.drawing import Draw, Pick
from backflush.rules.facts import OrderFact, ReportFact, ScanFact
from backflush.rules.flush import LineOutcome, Plan, Stock
from backflush.rules.gate import gate
from backflush.rules.progress import UNTOUCHED, LineProgress, Progress
from backflush.rules.recipe import ItemFigures, Recipe
from backflush.rules.requirement import NOTHING_MORE, fixed_quantity
from masterdata.rules.exact import ONE, ZERO, Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.usage import UsageLine, readable
from masterdata.rules.vocabulary import OutputBasis, PostingMethod
from traceability.rules.eligibility import StockFact, lot_refusals

_SCANNED = (PostingMethod.SCAN, PostingMethod.FORWARD)


def plan_scan(report: ReportFact, order: OrderFact, recipe: Recipe, progress: Progress, stock: Stock) -> Plan:
    """Decide one scan-issue. The plan has one outcome with one draw, or every reason against it."""
    if report.scan is None:
        raise ValueError("a scan-issue names what was scanned")
    scan = report.scan
    plan = Plan(refusals=gate(report, order, recipe, progress))
    line = _line_of(scan.item, order, recipe, progress)
    item = recipe.items.get(scan.item)
    if line is None or item is None:
        plan.refusals.append(
            Refusal(
                "not_on_bom",
                f"No scanned line of order {order.number} takes this item at operation {recipe.operation.number}.",
                str(scan.item) if item is None else item.code,
                "Scan what the operation asks for, or have the BOM changed.",
            )
        )
        return plan
    before = progress.lines.get(line.component) or UNTOUCHED
    factor = next((alternate.factor for alternate in line.alternates if alternate.item == scan.item), ONE)
    draws = _draws(scan, report, order, recipe, stock, plan.refusals)
    covered = sum((draw.quantity * strength(draw.stock, item) for draw in draws), ZERO) / factor
    # what was scanned is judged, also where less of the lot is there
    beyond = (scan.quantity - sum((draw.quantity for draw in draws), ZERO)) / factor
    whole = covered + beyond * strength(draws[0].stock, item) if draws else covered
    plan.refusals.extend(_beyond_target(line, before, whole, order, recipe))
    posted = before.sources[scan.item][0] if scan.item in before.sources else ZERO
    pick = Pick(scan.item, factor, posted, covered, scan.quantity, draws, covered)
    plan.outcomes = [LineOutcome(line, before, NOTHING_MORE, before.need, [pick])]
    if plan.refusals:
        return plan
    stock.take(draws)
    sources = dict(before.sources)
    old_quantity, old_covered = sources.get(scan.item, (ZERO, ZERO))
    sources[scan.item] = (old_quantity + scan.quantity, old_covered + covered)
    lots = tuple(dict.fromkeys((*before.last, *(draw.stock.lot for draw in draws))))
    plan.after = replace(progress, lines={**progress.lines, line.component: LineProgress(before.needs, sources, lots)})
    return plan


def target_of(line: UsageLine, order_quantity: Fraction, basis: OutputBasis) -> Fraction:
    """What the whole order should take of a scanned line, in nominal stock units; `order_quantity` in BOM base units."""
    per_unit = line.full if basis == OutputBasis.GOOD else line.kept
    return order_quantity * per_unit + fixed_quantity(line, order_quantity)


def strength(stock: StockFact, item: ItemFigures) -> Fraction:
    """What a stock unit of the lot counts for: its potency over the label's, where the item is potency-controlled."""
    if stock.potency is None or item.label_potency is None:
        return ONE
    return stock.potency / item.label_potency


def _line_of(item: int, order: OrderFact, recipe: Recipe, progress: Progress) -> UsageLine | None:
    """The line that a scan of this item is for: of several, the first that has not reached its target."""
    lines = [
        line
        for line in recipe.lines
        if line.method in _SCANNED and (item == line.item or item in [alternate.item for alternate in line.alternates])
    ]
    basis = recipe.trigger.basis if recipe.trigger else OutputBasis.GOOD
    for line in lines[:-1]:
        before = progress.lines.get(line.component) or UNTOUCHED
        if before.covered < target_of(line, order.quantity * recipe.factor, basis):
            return line
    return lines[-1] if lines else None


def _draws(
    scan: ScanFact, report: ReportFact, order: OrderFact, recipe: Recipe, stock: Stock, refusals: list[Refusal]
) -> list[Draw]:
    """The scanned lot's balances, the order's own first; reasons where they do not hold the quantity."""
    item = recipe.items[scan.item]
    found: list[StockFact] = [fact for fact in stock.offered(item, order.id) if fact.lot == scan.lot]
    if not found:
        refusals.append(
            Refusal(
                "not_staged",
                f"This lot of {item.code} is not staged to order {order.number}.",
                item.code,
                "Stage the lot to the order first.",
            )
        )
        return []
    draws: list[Draw] = []
    remaining = scan.quantity
    for fact in sorted(found, key=lambda fact: (-fact.order, fact.bin_code, fact.bin)):
        reasons = lot_refusals(
            fact,
            serving=recipe.serving,
            event=report.occurred_at,
            event_day=report.event_day,
            item_code=item.code,
            accepted=report.accepted_at,
        )
        refusals.extend(reasons)
        left = stock.remaining(fact)
        if not reasons and left > 0 and remaining > 0:
            draws.append(Draw(fact, min(left, remaining)))
            remaining -= draws[-1].quantity
    if remaining > 0 and draws:
        refusals.append(
            Refusal(
                "short",
                f"{readable(scan.quantity)} {item.measure} of {item.code} were scanned; "
                f"{readable(scan.quantity - remaining)} of the lot are staged.",
                item.code,
                f"Stage {readable(remaining)} {item.measure} more of this lot.",
            )
        )
    elif remaining > 0 and not refusals:
        refusals.append(
            Refusal(
                "short",
                f"Nothing of this lot of {item.code} is left at the order.",
                item.code,
                f"Stage {readable(remaining)} {item.measure} more.",
            )
        )
    return draws


def _beyond_target(
    line: UsageLine, before: LineProgress, covered: Fraction, order: OrderFact, recipe: Recipe
) -> list[Refusal]:
    """Refused where the scans would pass target × (1 + tolerance). Forward lines have no target to pass."""
    if line.method == PostingMethod.FORWARD or recipe.trigger is None:
        return []
    target = target_of(line, order.quantity * recipe.factor, recipe.trigger.basis)
    most = target * (ONE + line.tolerance / 100)
    after = before.covered + covered
    if after <= most:
        return []
    item = recipe.items[line.item]
    return [
        Refusal(
            "over_tolerance",
            f"With this scan {readable(after)} {item.measure} of {item.code} would be issued; the target is "
            f"{readable(target)} and at most {readable(most)} is allowed.",
            item.code,
            "Weigh again, or ask an engineer whether the target is right.",
        )
    ]
