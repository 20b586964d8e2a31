"""From an owed need to draws of lots: main item or alternates by strategy, rounded once by each item's own rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from backflush.rules.progress import LineProgress, add_up
from backflush.rules.recipe import ItemFigures
from masterdata.rules.exact import ONE, ZERO, Fraction
from masterdata.rules.units import RoundingRule, round_quantity
from masterdata.rules.usage import UsageLine
from masterdata.rules.vocabulary import AlternateStrategy, Rounding
from traceability.rules.allocation import ranked
from traceability.rules.eligibility import StockFact


@dataclass(frozen=True, slots=True)
class Draw:
    """`quantity` stock units taken from one balance."""

    stock: StockFact
    quantity: Fraction


@dataclass(slots=True)
class Pick:
    """What one item contributes: `wanted` stock units after rounding, `draws`, and the need `covered` (main units)."""

    item: int
    factor: Fraction
    posted_before: Fraction
    owed: Fraction
    wanted: Fraction
    draws: list[Draw] = field(default_factory=list)
    covered: Fraction = ZERO
    short: Fraction = ZERO

    @property
    def quantity(self) -> Fraction:
        return self.draws[0].quantity if len(self.draws) == 1 else add_up([draw.quantity for draw in self.draws])


@dataclass(frozen=True, slots=True)
class Source:
    """An item that may cover a line: the eligible stock left of it, at most `cap` of it still allowed."""

    item: int
    factor: Fraction
    offers: Sequence[tuple[StockFact, Fraction]]
    cap: Fraction | None = None

    @property
    def available(self) -> Fraction:
        stock = sum((left for _, left in self.offers), ZERO)
        return stock if self.cap is None else min(stock, self.cap)


def rounded(value: Fraction, item: ItemFigures) -> Fraction:
    """`value` by the item's own rounding rule."""
    if item.multiple is None and 10**item.decimals % value.denominator == 0:
        return value
    return round_quantity(value, _rule(item.decimals, item.multiple, item.rounding))


@lru_cache(maxsize=1024)
def _rule(decimals: int, multiple: Fraction | None, mode: str) -> RoundingRule:
    return RoundingRule(decimals, multiple, Rounding(mode))


def wanted_of(item: ItemFigures, posted: Fraction, owed: Fraction, factor: Fraction) -> Fraction:
    """x = round(P + owed × f) − P: what is still to post of an item (consumption.md, section 4). Never negative."""
    if not owed:
        return ZERO
    more = owed if factor is ONE else owed * factor
    if not posted:
        return rounded(more, item)
    return max(ZERO, rounded(posted + more, item) - posted)


def draw_from(pick: Pick, source: Source, item: ItemFigures, strategy: str) -> None:
    """Draw `pick.wanted` from the source's lots in the order of the allocation strategy; what is missing is `short`."""
    for stock, _ in source.offers:
        if stock.ratio is not ONE and stock.ratio != ONE:
            _draw_measured(pick, source, item, strategy)
            return
    remaining = pick.wanted if source.cap is None else min(pick.wanted, source.cap)
    for stock, left in ranked(source.offers, strategy, remaining):
        if not remaining:
            break
        if left < remaining:
            pick.draws.append(Draw(stock, left))
            remaining -= left
        else:
            pick.draws.append(Draw(stock, remaining))
            remaining = ZERO
    drawn = pick.quantity
    pick.short = ZERO if drawn is pick.wanted else pick.wanted - drawn
    pick.covered = drawn if pick.factor is ONE else drawn / pick.factor


def _draw_measured(pick: Pick, source: Source, item: ItemFigures, strategy: str) -> None:
    """Lots with their own density or potency: each offers its stock by its own ratio; only the last draw is rounded."""
    nominal = pick.owed * pick.factor
    for stock, left in ranked(source.offers, strategy, nominal):
        if nominal <= 0:
            break
        here = nominal * stock.ratio
        if left < here:
            quantity, did = left, left / stock.ratio
        else:
            quantity = min(rounded(here, item), left)
            did = max(nominal, quantity / stock.ratio)
        if quantity > 0:
            pick.draws.append(Draw(stock, quantity))
            pick.covered += quantity / stock.ratio / pick.factor
        nominal -= did
    pick.short = max(ZERO, nominal)
    pick.wanted = pick.quantity + pick.short


def pick_line(
    line: UsageLine,
    sources: Sequence[Source],
    before: LineProgress,
    need: Fraction,
    items: Mapping[int, ItemFigures],
    strategy: str,
) -> list[Pick]:
    """Cover a line's cumulative `need` (main item's nominal stock units) from its sources, main item first.

    *priority*: the first source that covers it alone. *mix*: each in turn what it has (in whole assemblies, where so
    marked). *share*: each its percentage, cumulative by itself. What cannot be covered stands as `short` in the picks.
    """
    covered = before.covered
    owed = (need - covered if need > covered else ZERO) if covered else need
    if len(sources) == 1 or line.strategy is None:
        return [_whole(sources[0], before, owed, items, strategy)]
    if line.strategy == AlternateStrategy.SHARE:
        return _share(line, sources, before, need, items, strategy)
    if line.strategy == AlternateStrategy.MIX:
        return _mix(line, sources, before, owed, items, strategy)
    picks = [_whole(source, before, owed, items, strategy) for source in sources]
    for pick in picks:
        if pick.short == 0:
            return [pick]
    return picks[:1]


def _posted(before: LineProgress, item: int) -> Fraction:
    return before.sources[item][0] if item in before.sources else ZERO


def _whole(
    source: Source, before: LineProgress, owed: Fraction, items: Mapping[int, ItemFigures], strategy: str
) -> Pick:
    posted = _posted(before, source.item)
    item = items[source.item]
    pick = Pick(source.item, source.factor, posted, owed, wanted_of(item, posted, owed, source.factor))
    if pick.wanted:
        draw_from(pick, source, item, strategy)
    return pick


def _share(
    line: UsageLine,
    sources: Sequence[Source],
    before: LineProgress,
    need: Fraction,
    items: Mapping[int, ItemFigures],
    strategy: str,
) -> list[Pick]:
    percents = {alternate.item: alternate.percent or ZERO for alternate in line.alternates}
    main_share = ONE - sum(percents.values(), ZERO) / 100
    picks = []
    for source in sources:
        share = percents[source.item] / 100 if source.item in percents else main_share
        covered = before.sources[source.item][1] if source.item in before.sources else ZERO
        owed = max(ZERO, need * share - covered)
        picks.append(_whole(source, before, owed, items, strategy))
    return picks


def _mix(
    line: UsageLine,
    sources: Sequence[Source],
    before: LineProgress,
    owed: Fraction,
    items: Mapping[int, ItemFigures],
    strategy: str,
) -> list[Pick]:
    picks: list[Pick] = []
    for source in sources:
        whole = _whole(source, before, owed, items, strategy)
        if whole.short == 0:
            return [*picks, whole] if whole.quantity > 0 or not picks else picks
        part = _partly(line, source, before, owed, items, strategy)
        if part.quantity > 0:
            picks.append(part)
            owed = max(ZERO, owed - part.covered)
    main = sources[0]
    taken = sum((pick.quantity for pick in picks if pick.item == main.item), ZERO)
    missing = wanted_of(items[main.item], _posted(before, main.item) + taken, owed, main.factor)
    if missing > 0:
        picks.append(Pick(main.item, main.factor, ZERO, owed, missing, short=missing))
    return picks


def _partly(
    line: UsageLine,
    source: Source,
    before: LineProgress,
    owed: Fraction,
    items: Mapping[int, ItemFigures],
    strategy: str,
) -> Pick:
    """As much as this source has; in whole assemblies, no more than makes whole units of output."""
    available = source.available
    posted = _posted(before, source.item)
    pick = Pick(source.item, source.factor, posted, owed, available)
    if line.whole_assemblies and line.full > 0:
        per_unit = line.full * source.factor
        units = available // per_unit
        pick.wanted = max(ZERO, rounded(posted + units * per_unit, items[source.item]) - posted)
    if pick.wanted > 0:
        pick.owed = pick.wanted / source.factor
        draw_from(pick, source, items[source.item], strategy)
    pick.short = ZERO
    return pick
