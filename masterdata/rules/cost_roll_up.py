"""What a BOM version costs at standard: line by line, through phantoms and losses, as exact fractions.

Every line is exploded by the same rule that usage is posted by, so that the cost shown is that of what will be taken. What
is owed with every unit (running) is kept apart from what is owed once: per order, by order size, per setup, per handling unit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.explosion import explode
from masterdata.rules.usage import BomFact, BomLineFact, Convert, RunningLoss, UsageLine
from masterdata.rules.vocabulary import Convention


@dataclass(frozen=True, slots=True)
class Taken:
    """A component that a line comes to, in its stock unit. `cost` is of `quantity`; None where the item has no cost."""

    item: int
    quantity: Fraction
    cost: Fraction | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a figure is missing: `no_cost`, `no_conversion`, `nothing_left` (a loss of everything), `made_of_itself`
    or `unknown_item`."""

    code: str
    item: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LineCost:
    """One line, by its number in the version. `running` is per base quantity; the others are owed once for what they name.

    `taken` is what one base quantity takes with every loss: a phantom's components where the line is one (`phantom`).
    `steps`: (from order size, cost); `closed`: cost for each handling unit closed.
    """

    number: int
    phantom: bool
    running: Fraction = ZERO
    order: Fraction = ZERO
    setup: Fraction = ZERO
    closed: Fraction = ZERO
    steps: tuple[tuple[Fraction, Fraction], ...] = ()
    taken: tuple[Taken, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class RollUp:
    """A whole version. What has a gap counts as nothing, so a total with gaps is a least cost."""

    base: Fraction
    lines: tuple[LineCost, ...]

    @property
    def per_base(self) -> Fraction:
        return sum((line.running for line in self.lines), ZERO)

    @property
    def per_unit(self) -> Fraction:
        """Per one base unit."""
        return self.per_base / self.base

    @property
    def per_order(self) -> Fraction:
        return sum((line.order for line in self.lines), ZERO)

    @property
    def per_setup(self) -> Fraction:
        return sum((line.setup for line in self.lines), ZERO)

    @property
    def per_closed(self) -> Fraction:
        return sum((line.closed for line in self.lines), ZERO)

    @property
    def gaps(self) -> tuple[tuple[int, Gap], ...]:
        """Every gap with the number of its line."""
        return tuple((line.number, gap) for line in self.lines for gap in line.gaps)


def roll_up(
    top: BomFact,
    bom_of: Callable[[int], BomFact | None],
    stock_unit: Mapping[int, str],
    standard_cost: Mapping[int, Fraction],
    convert: Convert,
    dimension: Mapping[str, str],
) -> RollUp:
    """The cost of `top` at standard; arguments as `explode` takes them. A standard cost of zero is none.

    A line whose item is not in `stock_unit` is a gap of its own: it was drafted with a code that nobody knows.
    """
    costed = []
    for number, line in enumerate(top.lines, start=1):
        gap = _hindrance(top, line, bom_of, stock_unit)
        if gap is not None:
            costed.append(LineCost(number, phantom=False, gaps=(gap,)))
            continue
        usage = explode(replace(top, lines=(line,), outputs=()), bom_of, stock_unit, convert, dimension)
        inner = bom_of(line.item)
        missing = tuple(dict.fromkeys(Gap(one.code, one.item, one.detail) for one in usage.missing))
        costed.append(
            _line_cost(
                LineCost(number, phantom=inner is not None and inner.phantom, gaps=missing),
                usage.lines,
                top.base,
                standard_cost,
            )
        )
    return RollUp(top.base, tuple(costed))


def _line_cost(
    line: LineCost, used: tuple[UsageLine, ...], base: Fraction, standard_cost: Mapping[int, Fraction]
) -> LineCost:
    """A line with the cost of everything that it was exploded into."""
    without = dict.fromkeys(one.item for one in used if not standard_cost[one.item])
    steps: dict[Fraction, Fraction] = {}
    for one in used:
        for start, quantity in one.steps:
            steps[start] = steps.get(start, ZERO) + quantity * standard_cost[one.item]
    return replace(
        line,
        running=sum((one.full * base * standard_cost[one.item] for one in used), ZERO),
        order=sum((one.fixed * standard_cost[one.item] for one in used), ZERO),
        setup=sum((one.setup * standard_cost[one.item] for one in used), ZERO),
        closed=sum((one.per_unit_closed * standard_cost[one.item] for one in used), ZERO),
        steps=tuple(sorted(steps.items())),
        taken=tuple(
            Taken(
                one.item,
                one.full * base,
                one.full * base * standard_cost[one.item] if standard_cost[one.item] else None,
            )
            for one in used
        ),
        gaps=(*line.gaps, *(Gap("no_cost", item) for item in without)),
    )


def _hindrance(
    top: BomFact, line: BomLineFact, bom_of: Callable[[int], BomFact | None], stock_unit: Mapping[int, str]
) -> Gap | None:
    """Why a line cannot be exploded at all: a draft may still say what a submitted version may not."""
    if line.item not in stock_unit:
        return Gap("unknown_item", line.item)
    operation = top.operations.get(line.operation)
    if any(_takes_all(loss) for loss in (line.scrap, top.assembly, operation)):
        return Gap("nothing_left", line.item)
    inner = bom_of(line.item)
    if inner is not None and inner.phantom and inner.item == top.item:
        return Gap("made_of_itself", line.item)
    return None


def _takes_all(loss: RunningLoss | None) -> bool:
    return loss is not None and loss.convention == Convention.DIVIDE and loss.percent >= 100
