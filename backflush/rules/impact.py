"""What proposed figures would have changed: an order's standing reports decided twice, by the figures of then and the proposed.

Both decisions are `decide`, on the same reports and on the stock that was there; so the arithmetic is that of posting, cumulative
per order and line. Where the proposal takes more than was there, what is missing is lent from a lot that was not there: how
much of it is drawn is the shortage, and the next report goes on as if it had been staged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from backflush.rules.decide import decide
from backflush.rules.drawing import rounded
from backflush.rules.facts import OrderFact, ReportFact
from backflush.rules.flush import Plan, Stock
from backflush.rules.order_usage import OrderUsage
from backflush.rules.progress import UNTOUCHED, LineProgress, Progress
from backflush.rules.recipe import ItemFigures, Recipe
from backflush.rules.vocabulary import ReportKind
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import BinKind, PostingMethod
from traceability.rules.eligibility import StockFact
from traceability.rules.vocabulary import LotStatus

#: codes of lots that were not there: what the proposal would have left over of earlier reports, and what it lacks
LEFT_OVER, LENT = "\uffff 1 left over", "\uffff 2 lent"
#: how often a shortage is lent before so much is lent that nothing can be short
TRIES = 6
_AMPLE = Fraction(10**15)
_LONG_AGO = "0001-01-01T00:00:00.000000Z"
_COMES_LAST = "9999-12-31T23:59:59.999999Z"
Quantities = dict[int, Fraction]


@dataclass(frozen=True, slots=True)
class Case:
    """A standing posting: what was reported, the figures that decided it, the proposed ones, and the stock that was there.

    `counted`: false for reports from before the days that are replayed; later ones of their order add up on them.
    """

    number: int
    operation: str
    report: ReportFact
    order: OrderFact
    stock: Stock
    then: Recipe
    proposed: Recipe
    counted: bool = True


@dataclass(slots=True)
class Difference:
    """One report both ways, by item in stock units: what it used, what it made, and what would have been short.

    `refusals`: why it would not post by the proposed figures. `left_out`: not even the figures of then post it without the
    reversed reports that once stood before it, so nothing can be said of it.
    """

    case: Case
    used_then: Quantities = field(default_factory=dict)
    used: Quantities = field(default_factory=dict)
    made_then: Quantities = field(default_factory=dict)
    made: Quantities = field(default_factory=dict)
    short: Quantities = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()
    left_out: bool = False


def proposed_recipe(
    then: Recipe,
    made: OrderUsage,
    *,
    versions: tuple[int, ...],
    factors: tuple[int, ...],
    items: Mapping[int, ItemFigures],
) -> Recipe:
    """The recipe of then with what the proposal makes of the order's usage; gate, places and trigger stay as they were."""
    number = then.operation.number
    return replace(
        then,
        versions=versions,
        factors=factors,
        factor=made.factor,
        receipt_factor=made.receipt,
        lines=tuple(line for line in made.usage.lines if line.operation == number),
        outputs=tuple(output for output in made.usage.outputs if output.operation == number),
        items=items,
        missing=made.missing,
    )


class OrderReplay:
    """Replays one order's standing postings in the order of their numbers."""

    def __init__(self) -> None:
        self._then, self._proposed = _Course(), _Course()

    def replay(self, case: Case) -> Difference:
        """The same report both ways."""
        items = self._then.taken.keys() | self._proposed.taken.keys()
        kept = {item: self._then.taken.get(item, ZERO) - self._proposed.taken.get(item, ZERO) for item in items}
        then = self._then.play(case, case.then, {})
        proposed = self._proposed.play(case, case.proposed, {item: more for item, more in kept.items() if more})
        if then.plan.refusals:
            return Difference(case, left_out=True)
        if proposed.plan.refusals:
            return Difference(case, refusals=tuple(proposed.plan.refusals))
        lent = {item: more - then.lent.get(item, ZERO) for item, more in proposed.lent.items()}
        return Difference(
            case,
            used_then=_used(then.plan, case.then),
            used=_used(proposed.plan, case.proposed),
            made_then=_made(then.plan),
            made=_made(proposed.plan),
            short={item: more for item, more in lent.items() if more > 0},
        )


@dataclass(slots=True)
class _Played:
    plan: Plan
    lent: Quantities


class _Course:
    """How an order goes by one set of figures: progress by operation, and what was taken of each item that was there."""

    def __init__(self) -> None:
        self._progress: dict[str, Progress] = {}
        self.taken: Quantities = {}

    def play(self, case: Case, recipe: Recipe, kept: Mapping[int, Fraction]) -> _Played:
        """Decide a report here. `kept`: what is there more (or less, below zero) than was there in truth."""
        progress = self._progress.get(case.operation) or Progress()
        if case.report.kind == ReportKind.SCAN_ISSUE:  # this lot was scanned, whatever else would have been drawn
            kept = {}
        lent: Quantities = {}
        scanned: Quantities = {}
        for attempt in range(1, TRIES + 1):
            plan = decide(case.report, case.order, recipe, progress, _stock_with(case, recipe, kept, lent))
            short = _short(plan)
            serials = _serials_missing(plan, recipe)
            if not short and not serials:
                break
            for item, more in short.items():
                lent[item] = _AMPLE if attempt >= TRIES - 1 else lent.get(item, ZERO) + more
            progress = _as_if_scanned(progress, serials)
            for component, more in serials.items():
                item = next(line.item for line in recipe.lines if line.component == component)
                scanned[item] = scanned.get(item, ZERO) + more
        if plan.refusals:
            return _Played(plan, {})
        self._progress[case.operation] = plan.after
        return _Played(plan, _added(self._draw(plan), scanned))

    def _draw(self, plan: Plan) -> Quantities:
        """Note what was taken of what was there; returns what was lent."""
        lent: Quantities = {}
        for outcome in plan.outcomes:
            for pick in outcome.picks:
                for draw in pick.draws:
                    drawn = lent if draw.stock.lot_code == LENT else self.taken
                    drawn[pick.item] = drawn.get(pick.item, ZERO) + draw.quantity
        return lent


def _stock_with(case: Case, recipe: Recipe, kept: Mapping[int, Fraction], lent: Mapping[int, Fraction]) -> Stock:
    """The stock that was there, with what the proposal left over or took already, and what is lent."""
    stock = case.stock
    if not kept and not lent:
        return Stock(stock.offers, stock.left)
    offers = {key: list(facts) for key, facts in stock.offers.items()}
    left = dict(stock.left)
    for item, more in kept.items():
        if more > 0:
            _add(offers, left, _not_there(LEFT_OVER, item, case, recipe), more)
        else:
            _take_away(offers, left, item, case.order.id, -more)
    for item, more in lent.items():
        _add(offers, left, _not_there(LENT, item, case, recipe), more)
    return Stock(offers, left)


def _add(
    offers: dict[tuple[int, int], list[StockFact]],
    left: dict[tuple[int, int, int], Fraction],
    fact: StockFact,
    quantity: Fraction,
) -> None:
    offers.setdefault((fact.item, fact.order), []).append(fact)
    left[fact.key] = quantity


def _take_away(
    offers: Mapping[tuple[int, int], list[StockFact]],
    left: dict[tuple[int, int, int], Fraction],
    item: int,
    order: int,
    quantity: Fraction,
) -> None:
    """What earlier reports would have taken beyond what they took is not there any more."""
    for fact in [*offers.get((item, order), ()), *offers.get((item, 0), ())]:
        gone = min(quantity, left.get(fact.key, ZERO))
        left[fact.key] = left.get(fact.key, ZERO) - gone
        quantity -= gone


def _not_there(lot: str, item: int, case: Case, recipe: Recipe) -> StockFact:
    """A balance that was not there, good in every way, drawn after all that was."""
    return StockFact(
        lot=-2 * item if lot == LEFT_OVER else 1 - 2 * item,  # a balance has no item in its key
        item=item,
        bin=recipe.serving[0] if recipe.serving else 0,
        order=case.order.id,
        lot_code=lot,
        bin_code="\uffff",
        bin_kind=BinKind.STAGING,
        status=LotStatus.RELEASED,
        released_since=_LONG_AGO,
        received_at=_COMES_LAST,
        rank=2**31,
    )


def _short(plan: Plan) -> Quantities:
    found: Quantities = {}
    for outcome in plan.outcomes:
        for pick in outcome.picks:
            if pick.short:
                found[pick.item] = found.get(pick.item, ZERO) + pick.short
    return found


def _serials_missing(plan: Plan, recipe: Recipe) -> dict[str, Fraction]:
    """By line: serials that are not scanned for the units reported."""
    if not any(refusal.code == "serials_missing" for refusal in plan.refusals):
        return {}
    found = {}
    for outcome in plan.outcomes:
        item = recipe.items[outcome.line.item]
        if outcome.line.method == PostingMethod.SCAN and item.serial:
            missing = rounded(outcome.need, item) - outcome.before.covered
            if missing > 0:
                found[outcome.line.component] = missing
    return found


def _as_if_scanned(progress: Progress, serials: Mapping[str, Fraction]) -> Progress:
    if not serials:
        return progress
    lines = dict(progress.lines)
    for component, more in serials.items():
        before = lines.get(component, UNTOUCHED)
        posted, covered = before.sources.get(0, (ZERO, ZERO))
        lines[component] = LineProgress(
            before.needs, {**before.sources, 0: (posted + more, covered + more)}, before.last
        )
    return replace(progress, lines=lines)


def _used(plan: Plan, recipe: Recipe) -> Quantities:
    """What a plan uses: of backflushed lines what is drawn, of scanned ones what their need comes to."""
    used: Quantities = {}
    for outcome in plan.outcomes:
        line = outcome.line
        if line.method == PostingMethod.BACKFLUSH:
            for pick in outcome.picks:
                used[pick.item] = used.get(pick.item, ZERO) + pick.quantity
        elif outcome.required.own:
            item = recipe.items[line.item]
            more = rounded(outcome.need, item) - rounded(outcome.before.need, item)
            used[line.item] = used.get(line.item, ZERO) + more
    return used


def _made(plan: Plan) -> Quantities:
    made: Quantities = {}
    for receipt in plan.receipts:
        made[receipt.item] = made.get(receipt.item, ZERO) + receipt.quantity
    return made


def _added(one: Quantities, other: Quantities) -> Quantities:
    return {item: one.get(item, ZERO) + other.get(item, ZERO) for item in one.keys() | other.keys()}


def replay_order(cases: Iterable[Case]) -> list[Difference]:
    """The counted reports of one order, its cases in the order of their postings' numbers."""
    replay = OrderReplay()
    differences = [replay.replay(case) for case in cases]
    return [one for one in differences if one.case.counted]
