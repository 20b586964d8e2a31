"""What an order's operation takes by scan: targets, what is covered, and how much of a staged lot is still to weigh.

Figures are those that the scan-issue itself is judged by (`backflush.rules.scan_issue`); nothing is decided here.
"""

from dataclasses import dataclass
from datetime import datetime

from backflush.queries.batch import Batch
from backflush.queries.readiness import probe_of
from backflush.queries.recipes import RecipeBook
from backflush.rules.flush import Stock
from backflush.rules.progress import UNTOUCHED, Progress
from backflush.rules.recipe import ItemFigures, Recipe
from backflush.rules.scan_issue import strength, target_of
from masterdata.models import Item
from masterdata.rules.exact import Fraction
from masterdata.rules.units import RoundingRule, round_quantity
from masterdata.rules.usage import UsageLine
from masterdata.rules.vocabulary import OutputBasis, PostingMethod, Rounding
from traceability.models import WorkOrder
from traceability.rules.eligibility import StockFact

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class LotAtHand:
    """A lot that is offered to the operation. `strength`: what a stock unit of it counts for, `factor`: as a substitute."""

    lot: int
    code: str
    item: int
    bin_code: str
    quantity: Fraction
    potency: Fraction | None
    strength: Fraction
    factor: Fraction
    expires_on: str


@dataclass(frozen=True, slots=True)
class ScanLine:
    """A line that is issued by scan, in nominal stock units of its item.

    `target` (None: free) is for the whole order, `least` and `most` with its tolerance. `owed`: what the units reported so far
    need; `per_unit`: what one more unit of the order needs. `codes`: of its item and of those that may take its place.
    """

    item: Item
    method: str
    serial: bool
    target: Fraction | None
    least: Fraction
    most: Fraction
    covered: Fraction
    owed: Fraction
    per_unit: Fraction
    tolerance: Fraction
    label_potency: Fraction | None
    codes: frozenset[str]
    lots: tuple[LotAtHand, ...]

    @property
    def to_go(self) -> Fraction:
        return max((self.target or ZERO) - self.covered, ZERO)

    def amount_of(self, lot: LotAtHand, nominal: Fraction) -> Fraction:
        """How much of a lot covers a nominal quantity, unrounded: less of a strong lot, more of a weak one."""
        return nominal * lot.factor / lot.strength if lot.strength else nominal

    def missing_for_next(self, *, scanned: int, pending: int) -> int:
        """Serials still to scan before one more unit can be reported, of which `scanned` are in the unit already.

        `pending` of those are not posted yet. What other units still owe counts too.
        """
        figures = RoundingRule(self.item.decimals, _multiple(self.item), Rounding(self.item.rounding))
        owed = round_quantity(self.owed + self.per_unit, figures) - self.covered - pending
        own = round_quantity(self.per_unit, figures) - scanned
        return max(int(owed), int(own), 0)


def scan_lines(order: WorkOrder, operation_number: str, now: datetime) -> list[ScanLine]:
    """The operation's scanned lines in the order of the BOM; empty where it has none or the order was never released."""
    row = probe_of(order, operation_number, now)
    batch = Batch(RecipeBook(), [order.pk], [row])
    recipe = batch.recipe(row)
    if recipe is None:
        return []
    batch.load_stock([recipe], lock=False)
    items = Item.objects.select_related("stock_unit").in_bulk([line.item for line in recipe.lines])
    stock, progress = batch.stock(), batch.progress(row)
    found = []
    for line in recipe.lines:
        if line.method == PostingMethod.BACKFLUSH:
            continue
        lots = []
        for item_id, factor in ((line.item, ONE), *((one.item, one.factor) for one in line.alternates)):
            figures = recipe.items[item_id]
            lots += [_lot(fact, stock, figures, factor) for fact in stock.there(figures, order.pk)]
        found.append(_line(order, line, recipe, progress, items[line.item], tuple(lots)))
    return found


def _line(
    order: WorkOrder,
    line: UsageLine,
    recipe: Recipe,
    progress: Progress,
    item: Item,
    lots: tuple[LotAtHand, ...],
) -> ScanLine:
    before = progress.lines.get(line.component) or UNTOUCHED
    basis = recipe.trigger.basis if recipe.trigger else OutputBasis.GOOD
    target = None
    if line.method == PostingMethod.SCAN:
        target = target_of(line, Fraction(order.quantity) * recipe.factor, basis)
    return ScanLine(
        item=item,
        method=line.method,
        serial=recipe.items[line.item].serial,
        target=target,
        least=(target or ZERO) * (ONE - line.tolerance / 100),
        most=(target or ZERO) * (ONE + line.tolerance / 100),
        covered=before.covered,
        owed=before.need,
        per_unit=(line.full if basis == OutputBasis.GOOD else line.kept) * recipe.factor,
        tolerance=line.tolerance,
        label_potency=recipe.items[line.item].label_potency,
        codes=frozenset(recipe.items[pk].code for pk in (line.item, *(one.item for one in line.alternates))),
        lots=lots,
    )


def _lot(fact: StockFact, stock: Stock, figures: ItemFigures, factor: Fraction) -> LotAtHand:
    return LotAtHand(
        lot=fact.lot,
        code=fact.lot_code,
        item=fact.item,
        bin_code=fact.bin_code,
        quantity=stock.remaining(fact),
        potency=fact.potency,
        strength=strength(fact, figures),
        factor=factor,
        expires_on=fact.expires_on,
    )


def _multiple(item: Item) -> Fraction | None:
    return None if item.multiple is None else Fraction(item.multiple)
