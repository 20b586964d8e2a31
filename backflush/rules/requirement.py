"""What one report needs of one BOM line, by class, exactly. Nothing is rounded here.

need = consuming output × quantity ÷ base (× pieces), with losses      (consumption.md, section 3)
"""

from dataclasses import dataclass
from fractions import Fraction

from backflush.rules.progress import CLASSES, LineProgress
from masterdata.rules.usage import UsageLine
from masterdata.rules.vocabulary import OutputBasis

ZERO = Fraction(0)
FIXED = CLASSES.index("fixed")


@dataclass(frozen=True, slots=True)
class Counts:
    """What a report counts at its operation, in BOM base units. `setups` includes the one taken at the first report."""

    good: Fraction = ZERO
    avoidable: Fraction = ZERO
    structural: Fraction = ZERO
    rework: Fraction = ZERO
    setups: int = 0
    first_setup: bool = False
    unit_closed: str = ""
    has_output: bool = False
    order_quantity: Fraction = ZERO


def needs_of(line: UsageLine, counts: Counts, basis: OutputBasis, before: LineProgress) -> list[Fraction]:
    """The classes of `progress.CLASSES` that this report adds, in the component's nominal stock units.

    Assembly and operation factors multiply good units only, and only where losses are not reported (basis `good`);
    component scrap and phantoms' own losses always apply. A fixed quantity is owed once, from the first output on.
    """
    if basis == OutputBasis.GOOD:
        per_good, per_good_avoidable = line.full, line.full_avoidable
        structural = ZERO
    else:
        per_good, per_good_avoidable = line.kept, line.kept_avoidable
        structural = counts.structural * line.kept if counts.structural else ZERO
    good = counts.good
    base = good * line.plain
    loss = good * (per_good - line.plain - per_good_avoidable) if per_good != line.plain else ZERO
    avoidable = good * per_good_avoidable if per_good_avoidable else ZERO
    if counts.avoidable:
        avoidable += counts.avoidable * line.kept
    rework = counts.rework * line.kept if counts.rework else ZERO
    if counts.unit_closed and line.per_unit_closed and line.handling_unit_kind == counts.unit_closed:
        base += line.per_unit_closed
    setup = line.setup * counts.setups if counts.setups else ZERO
    fixed = ZERO
    if counts.has_output and (line.fixed or line.steps):
        fixed = fixed_quantity(line, counts.order_quantity) - before.needs[FIXED]
    return [base, loss, avoidable, structural, rework, setup, fixed]


def fixed_quantity(line: UsageLine, order_quantity: Fraction) -> Fraction:
    """What the line owes once per order: its fixed quantity, or that of the step its order quantity falls in."""
    if not line.steps:
        return line.fixed
    owed = ZERO
    for start, quantity in line.steps:
        if order_quantity >= start:
            owed = quantity
    return owed


def standard_of(line: UsageLine, counts: Counts, fixed: Fraction) -> Fraction:
    """Standard quantity of the report: base and fixed, structural losses by full planned factors, one planned setup."""
    units = counts.good + counts.rework
    standard = units * (line.full - line.full_avoidable) + fixed
    if counts.unit_closed and line.per_unit_closed and line.handling_unit_kind == counts.unit_closed:
        standard += line.per_unit_closed
    if counts.first_setup:
        standard += line.setup
    return standard
