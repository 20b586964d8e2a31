"""What an order still has to have brought to its lines, by the same recipes that posting uses. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from backflush.queries.batch import Batch, ReportRow
from backflush.queries.recipes import RecipeBook
from backflush.rules.progress import UNTOUCHED, Progress
from backflush.rules.recipe import ItemFigures, Recipe
from backflush.rules.requirement import fixed_quantity
from backflush.rules.scan_issue import target_of
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.usage import UsageLine
from masterdata.rules.vocabulary import AlternateStrategy, OutputBasis, PostingMethod
from traceability.models import MaterialLot, OrderOperation, StockBalance, WorkOrder

#: cases that an order is expected to close, where a line is owed for each
CASES = 12


@dataclass(frozen=True, slots=True)
class Need:
    """`quantity` stock units of an item that are not bound to the order yet; `substitutes` may come in their place."""

    item: ItemFigures
    quantity: Fraction
    scanned: bool
    substitutes: tuple[ItemFigures, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """One operation of an order: how far it is, what it may do next, and what it lacks.

    `ready`: units that may be reported now, by the count point before. `left`: good units still wanted of the order.
    """

    operation: OrderOperation
    recipe: Recipe
    progress: Progress
    ready: Fraction
    left: Fraction
    needs: tuple[Need, ...]
    to_scan: tuple[tuple[ItemFigures, Fraction], ...]
    cleared: bool

    @property
    def done(self) -> bool:
        return self.ready <= 0 and not self.waits

    @property
    def waits(self) -> bool:
        """Nothing to do yet, but units will still come from before."""
        return self.ready <= 0 < self.left


def work_of(order: WorkOrder, now: datetime, book: RecipeBook) -> list[Work]:
    """Every operation of a released order, in sequence. `book` may be kept: it forgets what is not true any more."""
    batch = Batch(book, [order.pk], [])
    bound = _bound(order)
    found = []
    coming = Fraction(order.quantity)
    for operation in batch.orders[order.pk].operations:
        row = _probe(order, operation.number, now)
        recipe = batch.recipe(row)
        assert recipe is not None
        progress = batch.progress(row)
        before = batch.order_fact(row, recipe).good_before
        ready = (Fraction(order.quantity) if before is None else before) - progress.output
        left = max(ZERO, coming - progress.output)
        if operation.count_point:
            coming = min(coming, progress.good + left)
        found.append(
            Work(
                operation=operation,
                recipe=recipe,
                progress=progress,
                ready=max(ZERO, ready),
                left=left,
                needs=tuple(_needs(order, recipe, progress, left, bound)),
                to_scan=tuple(_to_scan(order, recipe, progress)),
                cleared=not operation.requires_clearance or batch.order_fact(row, recipe).line_clear,
            )
        )
    return found


def strength(item: ItemFigures, lot: MaterialLot) -> Fraction:
    """What a stock unit of the lot does of the work of a nominal one: by its potency, or by its measured density."""
    if item.label_potency and lot.potency:
        return Fraction(lot.potency) / item.label_potency
    if item.density and lot.density:
        return item.density / Fraction(lot.density)
    return Fraction(1)


def _bound(order: WorkOrder) -> dict[int, list[tuple[MaterialLot, Fraction]]]:
    """Lots bound to the order and how much of each, by item."""
    balances = StockBalance.objects.filter(site_id=order.site_id, order_id=order.pk, quantity__gt=0)
    lots = MaterialLot.objects.in_bulk([one.lot_id for one in balances])
    found: dict[int, list[tuple[MaterialLot, Fraction]]] = {}
    for one in balances:
        found.setdefault(one.item_id, []).append((lots[one.lot_id], Fraction(one.quantity)))
    return found


def _probe(order: WorkOrder, operation: str, now: datetime) -> ReportRow:
    return ReportRow(
        0, order.site_id, order.pk, order.number, operation, "operation_complete", None, None, now, now, {}
    )


def _needs(
    order: WorkOrder,
    recipe: Recipe,
    progress: Progress,
    left: Fraction,
    bound: dict[int, list[tuple[MaterialLot, Fraction]]],
) -> Iterator[Need]:
    for line in recipe.lines:
        for item_id, wanted in _wanted(line, order, recipe, progress, left):
            item = recipe.items[item_id]
            if item.supermarket:
                continue
            others = () if line.strategy == AlternateStrategy.SHARE else line.alternates
            figures = [item, *(recipe.items[other.item] for other in others)]
            here = sum(
                (quantity * strength(one, lot) for one in figures for lot, quantity in bound.get(one.id, ())), ZERO
            )
            if wanted > here:
                yield Need(
                    item,
                    wanted - here,
                    line.method == PostingMethod.SCAN,
                    tuple(recipe.items[other.item] for other in others),
                )


def _wanted(
    line: UsageLine, order: WorkOrder, recipe: Recipe, progress: Progress, left: Fraction
) -> list[tuple[int, Fraction]]:
    """Stock units of each item of the line that are still to be issued for what is left to make."""
    before = progress.lines.get(line.component) or UNTOUCHED
    quantity = Fraction(order.quantity) * recipe.factor
    basis = recipe.trigger.basis if recipe.trigger else OutputBasis.GOOD
    if line.method == PostingMethod.SCAN:
        return [(line.item, target_of(line, quantity, basis) - before.covered)]
    per_unit = line.full if basis == OutputBasis.GOOD else line.kept
    wanted = before.need - before.covered + left * recipe.factor * per_unit
    if left > 0:
        wanted += line.setup * max(1 if progress.setups == 0 else 0, 0)
        wanted += fixed_quantity(line, quantity) if not progress.output else ZERO
        wanted += line.per_unit_closed * max(0, CASES - len(progress.units_closed))
    if line.strategy != AlternateStrategy.SHARE:
        return [(line.item, wanted)]
    shares = [(other.item, (other.percent or ZERO) / 100) for other in line.alternates]
    main = 1 - sum((share for _, share in shares), ZERO)
    return [(item, wanted * share) for item, share in [(line.item, main), *shares]]


def _to_scan(order: WorkOrder, recipe: Recipe, progress: Progress) -> Iterator[tuple[ItemFigures, Fraction]]:
    """What scanned lines still lack of their target, in nominal stock units."""
    basis = recipe.trigger.basis if recipe.trigger else OutputBasis.GOOD
    for line in recipe.lines:
        if line.method == PostingMethod.SCAN:
            before = progress.lines.get(line.component) or UNTOUCHED
            missing = target_of(line, Fraction(order.quantity) * recipe.factor, basis) - before.covered
            least = target_of(line, Fraction(order.quantity) * recipe.factor, basis) * line.tolerance / 100
            if missing > least:
                yield recipe.items[line.item], missing
