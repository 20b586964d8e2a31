"""The decision: what one report of output takes, from which lots, and what it makes. Pure; start reading here.

`plan_flush` gathers every reason at once. A plan with refusals moves nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from backflush.rules.drawing import Draw, Pick, Source, pick_line, rounded
from backflush.rules.facts import BalanceKey, OrderFact, ReportFact
from backflush.rules.gate import FINAL, gate
from backflush.rules.ledger_bounds import ledger_refusals
from backflush.rules.progress import UNTOUCHED, LineProgress, Needs, Progress, add_up, added
from backflush.rules.recipe import ItemFigures, Recipe
from backflush.rules.requirement import Counts, Requirement, with_fixed
from backflush.rules.shortage import shortage_refusals
from backflush.rules.vocabulary import TRUE_UP, ReportKind
from masterdata.rules.densities import comparable
from masterdata.rules.exact import ONE, ZERO, Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.usage import UsageLine, plain_text
from masterdata.rules.vocabulary import PostingMethod
from traceability.rules.eligibility import StockFact, lot_refusals, may_be_offered

UNBOUND = 0


@dataclass(slots=True)
class LineOutcome:
    """One BOM line of a plan: what the report requires, what that makes cumulatively, and what covers it."""

    line: UsageLine
    before: LineProgress
    required: Requirement
    need: Fraction
    picks: list[Pick]
    carried: tuple[int, ...] = ()

    @property
    def needs(self) -> Needs:
        return self.required.needs

    @property
    def covered(self) -> Fraction:
        return add_up([pick.covered for pick in self.picks])


@dataclass(frozen=True, slots=True)
class Receipt:
    """Stock units of a product, by-product or rework received into a lot. `held`: rework waits for its order."""

    item: int
    lot_code: str
    quantity: Fraction
    component: str = ""
    held: bool = False


@dataclass(slots=True)
class Plan:
    """The answer. `refusals` empty: post `outcomes` and `receipts`, and `after` is the new progress.

    `eligible`: the stock that was eligible of each item that was looked at, before anything was taken.
    """

    refusals: list[Refusal] = field(default_factory=list)
    outcomes: list[LineOutcome] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    after: Progress = field(default_factory=Progress)
    output_lot: str = ""
    good: Fraction = ZERO
    note: str = ""
    eligible: dict[int, list[StockFact]] = field(default_factory=dict)

    @property
    def final(self) -> bool:
        return any(refusal.code in FINAL for refusal in self.refusals)


@dataclass(slots=True)
class Stock:
    """What may be drawn, by (item, order; 0: unbound); `left` is what is left of each balance after earlier reports."""

    offers: Mapping[tuple[int, int], Sequence[StockFact]]
    left: Mapping[BalanceKey, Fraction]
    taken: dict[BalanceKey, Fraction] = field(default_factory=dict)

    def offered(self, item: ItemFigures, order: int) -> Sequence[StockFact]:
        """Balances of an item that an order may be offered: its own, and unbound ones in a supermarket."""
        own = self.offers.get((item.id, order), ())
        if not item.supermarket:
            return own
        shelf = self.offers.get((item.id, UNBOUND), ())
        return [*own, *(fact for fact in shelf if may_be_offered(fact, item.supermarket))]

    def there(self, item: ItemFigures, order: int) -> list[StockFact]:
        """Of what is offered, balances that held something before this report; a returned lot leaves an empty one behind."""
        return [fact for fact in self.offered(item, order) if self.left.get(fact.key, ZERO) > 0]

    def remaining(self, stock: StockFact) -> Fraction:
        key = stock.key
        left = self.left.get(key, ZERO)
        return left - self.taken[key] if key in self.taken else left

    def take(self, draws: Sequence[Draw]) -> None:
        for draw in draws:
            key = draw.stock.key
            self.taken[key] = self.taken.get(key, ZERO) + draw.quantity


@dataclass(slots=True)
class _Decision:
    """What one report is decided on, and the plan as far as it has come."""

    report: ReportFact
    order: OrderFact
    recipe: Recipe
    progress: Progress
    stock: Stock
    counts: Counts
    plan: Plan


def plan_flush(report: ReportFact, order: OrderFact, recipe: Recipe, progress: Progress, stock: Stock) -> Plan:
    """Decide one report: gate, usage line by line, serials, outputs. Nothing that is passed in is changed but `stock.taken`.

    Where `refusals` come back, `stock.taken` is meaningless and must be dropped with the plan.
    """
    counts, note = counts_of(report, order, recipe, progress)
    plan = Plan(refusals=gate(report, order, recipe, progress), note=note, good=counts.good / recipe.factor)
    if not counts.anything and note:  # recorded only: it takes nothing, not even what an earlier report still owes
        plan.after = progress
        return plan
    decision = _Decision(report, order, recipe, progress, stock, counts, plan)
    for line, required in zip(recipe.lines, recipe.running(counts), strict=True):
        before = progress.lines.get(line.component, UNTOUCHED)
        if line.fixed or line.steps:
            required = with_fixed(required, line, counts, before)
        if line.method == PostingMethod.BACKFLUSH:
            plan.outcomes.append(_plan_line(line, before, required, decision))
        elif line.method == PostingMethod.SCAN:
            plan.outcomes.append(_scan_need(line, before, required, decision))
    if plan.refusals:
        return plan
    _receive(plan, report, order, recipe, progress, counts)
    plan.after = _advance(plan, report, progress, counts, recipe)
    made = [receipt.quantity for receipt in plan.receipts]
    plan.refusals.extend(ledger_refusals(plan.after, made, order.number))
    return plan


def counts_of(report: ReportFact, order: OrderFact, recipe: Recipe, progress: Progress) -> tuple[Counts, str]:
    """What the report counts (BOM base units), and a sentence where it counts no units.

    One kind of trigger declares output at an operation; setups count from setup reports and from declaring ones. Where none
    was reported at or before the first output, one setup is taken with it. A handling unit counts once. A true-up counts
    nothing but what output that stands owes once.
    """
    quantity = order.quantity * recipe.factor
    closes = closes_unit(report, progress)
    if report.kind == ReportKind.SETUP:
        first = progress.setups == 0 and report.setup_events > 0
        return Counts(setups=report.setup_events, first_setup=first, order_quantity=quantity), ""
    if not closes and report.kind == ReportKind.HANDLING_UNIT_CLOSED and report.handling_unit:
        return Counts(order_quantity=quantity), f"Handling unit {report.handling_unit} was already counted."
    if report.kind == TRUE_UP:
        owed = progress.output > 0
        setups = 1 if owed and progress.setups == 0 else 0
        return Counts(setups=setups, first_setup=setups > 0, has_output=owed, order_quantity=quantity), ""
    closed = report.handling_unit_kind if closes else ""
    if recipe.trigger is None or report.kind != recipe.trigger.kind:
        return _counts_beside(report, recipe, progress, quantity, closed)
    avoidable = sum((amount for amount, loss in report.scrap if loss == "avoidable"), ZERO)
    structural = sum((amount for amount, loss in report.scrap if loss != "avoidable"), ZERO)
    has_output = bool(report.good or avoidable or structural or report.rework)
    setups = report.setup_events
    if has_output and progress.setups == 0 and setups == 0:
        setups = 1
    return (
        Counts(
            good=report.good * recipe.factor,
            avoidable=avoidable * recipe.factor,
            structural=structural * recipe.factor,
            rework=report.rework * recipe.factor,
            setups=setups,
            first_setup=progress.setups == 0 and setups > 0,
            unit_closed=closed,
            has_output=has_output,
            order_quantity=quantity,
        ),
        "",
    )


def _counts_beside(
    report: ReportFact, recipe: Recipe, progress: Progress, quantity: Fraction, closed: str
) -> tuple[Counts, str]:
    """What a kind counts that does not declare output here: a unit closed, what is due at close, or nothing."""
    kind = f" ({recipe.trigger.kind.replace('_', ' ')})" if recipe.trigger else ""
    by = f"declared by another kind of report{kind}."
    number = recipe.operation.number
    if closed:
        note = f"Handling unit {report.handling_unit} is counted; the units in it are {by}"
        return Counts(order_quantity=quantity, unit_closed=closed), note if report.good else ""
    if report.kind == ReportKind.ORDER_CLOSE:
        stands = progress.output > 0
        owed = 1 if stands and progress.setups == 0 else 0
        due = Counts(setups=owed, first_setup=owed > 0, has_output=stands, order_quantity=quantity)
        return due, f"What is due at close is flushed. Output at operation {number} is {by}"
    return Counts(order_quantity=quantity), f"Recorded, and counts nothing: output at operation {number} is {by}"


def closes_unit(report: ReportFact, progress: Progress) -> bool:
    """Whether the report closes a handling unit that was not counted before. Naming one in another report closes nothing."""
    return (
        report.kind == ReportKind.HANDLING_UNIT_CLOSED
        and bool(report.handling_unit)
        and report.handling_unit not in progress.units_closed
    )


def _plan_line(line: UsageLine, before: LineProgress, required: Requirement, decision: _Decision) -> LineOutcome:
    earlier = before.need
    need = earlier + required.own if earlier else required.own
    outcome = LineOutcome(line, before, required, need, [])
    if need <= 0 and not before.sources:
        return outcome
    report, recipe, stock = decision.report, decision.recipe, decision.stock
    sources = [_source(line.item, ONE, None, decision, line.crosses)]
    for alternate in line.alternates:
        cap = _cap(alternate.quantity_limit, alternate.valid_until, before, alternate.item, report)
        sources.append(_source(alternate.item, alternate.factor, cap, decision))
    picks = pick_line(line, sources, before, need, recipe.items, decision.order.allocation)
    outcome.picks = [pick for pick in picks if pick.wanted]
    for pick in outcome.picks:
        if pick.short:
            offered = stock.there(recipe.items[pick.item], decision.order.id)
            refusals = shortage_refusals(pick, report, decision.order, recipe, offered, stock.remaining)
            decision.plan.refusals.extend(refusals)
        stock.take(pick.draws)
    # what is owed once per order or setup is in every lot of the order, though later reports owe nothing of it
    owed_once = decision.counts.has_output and not outcome.picks and bool(line.fixed or line.steps or line.setup)
    if before.last and (owed_once or outcome.covered < required.own):
        outcome.carried = before.last
    return outcome


def _cap(
    limit: Fraction | None, valid_until: str | None, before: LineProgress, item: int, report: ReportFact
) -> Fraction | None:
    """What an alternate's quantity and date limits still allow (None: no limit)."""
    if valid_until is not None and report.occurred_at > valid_until:
        return ZERO
    if limit is None:
        return None
    posted = before.sources[item][0] if item in before.sources else ZERO
    return max(ZERO, limit - posted)


def _source(item: int, factor: Fraction, cap: Fraction | None, decision: _Decision, crosses: int = 0) -> Source:
    """What is eligible of an item, with what is left of each balance."""
    figures = decision.recipe.items[item]
    report, stock, serving = decision.report, decision.stock, decision.recipe.serving
    offers, eligible = [], []
    for fact in stock.offered(figures, decision.order.id):
        left = stock.remaining(fact)
        if left and not lot_refusals(
            fact,
            serving=serving,
            event=report.occurred_at,
            event_day=report.event_day,
            item_code=figures.code,
            accepted=report.accepted_at,
        ):
            eligible.append(fact)
            offers.append((_measured(fact, figures, crosses) if crosses and fact.density else fact, left))
    decision.plan.eligible.setdefault(item, eligible)
    return Source(item, factor, offers, cap)


def _measured(fact: StockFact, item: ItemFigures, crosses: int) -> StockFact:
    """A lot with a measured density does more or less than a nominal stock unit, where the line is dosed across dimensions.

    Densities are compared at the temperature that the item's signed one holds at.
    """
    if fact.density is None or not item.density:
        return fact
    ratio = comparable(fact.density, fact.density_temperature, item.density_at, item.expansion) / item.density
    return replace(fact, ratio=ratio if crosses > 0 else 1 / ratio)


def _scan_need(line: UsageLine, before: LineProgress, required: Requirement, decision: _Decision) -> LineOutcome:
    """A scanned line: its need adds up; what covers it are scans. Serials must all be there before the units."""
    need = before.need + required.own
    item = decision.recipe.items[line.item]
    if item.serial:
        missing = rounded(need, item) - before.covered
        if decision.counts.has_output and missing > 0:
            decision.plan.refusals.append(
                Refusal(
                    "serials_missing",
                    f"{plain_text(missing)} of {item.code} are not scanned for the units reported.",
                    item.code,
                    "Scan each serial at assembly; the report is then retried by itself.",
                )
            )
    return LineOutcome(line, before, required, need, [])


def _receive(
    plan: Plan, report: ReportFact, order: OrderFact, recipe: Recipe, progress: Progress, counts: Counts
) -> None:
    """What the report makes: the finished lot at the last operation, rework as a held lot, by- and co-products."""
    code = report.output_lot or order.output_lot or order.number
    if recipe.operation.last:
        plan.output_lot = code
        product = recipe.items[recipe.product]
        if counts.good > 0:
            quantity = rounded(counts.good * recipe.receipt_factor, product)
            plan.receipts.append(Receipt(recipe.product, code, quantity))
        if counts.rework > 0:
            quantity = rounded(counts.rework * recipe.receipt_factor, product)
            plan.receipts.append(Receipt(recipe.product, f"{code}-R", quantity, held=True))
    elif report.output_lot:
        plan.output_lot = report.output_lot
    for output in recipe.outputs:
        key = output.component
        before = progress.lines.get(key) or UNTOUCHED
        item = recipe.items[output.item]
        made = before.sources[output.item][0] if output.item in before.sources else ZERO
        total = before.need + counts.good * output.quantity
        due = rounded(total, item) - made
        if due > 0:
            plan.receipts.append(Receipt(output.item, code, due, component=key))


def _advance(plan: Plan, report: ReportFact, progress: Progress, counts: Counts, recipe: Recipe) -> Progress:
    """Progress after this report: only lines that changed are new objects."""
    lines = dict(progress.lines)
    single = not plan.output_lot or progress.output_lot in ("", plan.output_lot)
    for outcome in plan.outcomes:
        if not outcome.needs and not outcome.picks:
            continue
        sources = dict(outcome.before.sources)
        for pick in outcome.picks:
            posted, covered = sources.get(pick.item, (ZERO, ZERO))
            quantity = pick.quantity
            sources[pick.item] = (posted + quantity, covered + pick.covered) if posted else (quantity, pick.covered)
        needs = added(outcome.before.needs, outcome.needs)
        lines[outcome.line.component] = LineProgress(needs, sources, _last(outcome))
        if single:
            outcome.carried = ()
    for output in recipe.outputs:
        _advance_output(lines, output.component, output.item, counts.good * output.quantity, plan.receipts)
    units = progress.units_closed
    if closes_unit(report, progress):
        units = (*units, report.handling_unit)
    factor = recipe.factor
    return replace(
        progress,
        good=progress.good + counts.good / factor,
        structural=progress.structural + counts.structural / factor,
        avoidable=progress.avoidable + counts.avoidable / factor,
        rework=progress.rework + counts.rework / factor,
        setups=progress.setups + counts.setups,
        reports=progress.reports + (1 if counts.has_output else 0),
        units_closed=units,
        output_lot=plan.output_lot if single and plan.output_lot else ("*" if plan.output_lot else progress.output_lot),
        lines=lines,
    )


def _advance_output(
    lines: dict[str, LineProgress], key: str, item: int, need: Fraction, receipts: Sequence[Receipt]
) -> None:
    before = lines.get(key) or UNTOUCHED
    made = sum((receipt.quantity for receipt in receipts if receipt.component == key), ZERO)
    posted = before.sources[item][0] if item in before.sources else ZERO
    if need or made:
        lines[key] = LineProgress(added(before.needs, {"base": need}), {item: (posted + made, posted + made)})


def _last(outcome: LineOutcome) -> tuple[int, ...]:
    """Lots of the latest issue; of a line that is owed per order or setup, of every issue."""
    drawn = tuple(dict.fromkeys(draw.stock.lot for pick in outcome.picks for draw in pick.draws))
    line = outcome.line
    if line.fixed or line.steps or line.setup:
        return tuple(dict.fromkeys((*outcome.before.last, *drawn)))
    return drawn or outcome.before.last
