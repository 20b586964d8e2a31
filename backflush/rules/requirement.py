"""What one report needs of one BOM line, by class, exactly. Nothing is rounded here.

need = consuming output × quantity ÷ base (× pieces), with losses      (consumption.md, section 3)
"""

from dataclasses import dataclass

from backflush.rules.progress import LineProgress, Needs
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.usage import UsageLine
from masterdata.rules.vocabulary import OutputBasis


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


def needs_of(line: UsageLine, counts: Counts, basis: OutputBasis, before: LineProgress) -> Needs:
    """What this report adds, by the classes of `progress.CLASSES`, in the component's nominal stock units.

    Assembly and operation factors multiply good units only, and only where losses are not reported (basis `good`);
    component scrap and phantoms' own losses always apply. A fixed quantity is owed once, from the first output on.
    """
    good, needs = counts.good, {}
    full = basis == OutputBasis.GOOD
    if good and line.plain:
        needs["base"] = good * line.plain
        per_good, avoidable = (line.full, line.full_avoidable) if full else (line.kept, line.kept_avoidable)
        if per_good != line.plain:
            needs["loss"] = good * (per_good - line.plain - avoidable)
        if avoidable:
            needs["avoidable"] = good * avoidable
    if counts.unit_closed and line.per_unit_closed and line.handling_unit_kind == counts.unit_closed:
        needs["base"] = needs.get("base", ZERO) + line.per_unit_closed
    if counts.avoidable and line.kept:
        needs["avoidable"] = needs.get("avoidable", ZERO) + counts.avoidable * line.kept
    if counts.structural and line.kept and not full:
        needs["structural"] = counts.structural * line.kept
    if counts.rework and line.kept:
        needs["rework"] = counts.rework * line.kept
    if counts.setups and line.setup:
        needs["setup"] = line.setup * counts.setups
    if counts.has_output and (line.fixed or line.steps):
        fixed = fixed_quantity(line, counts.order_quantity) - before.needs.get("fixed", ZERO)
        if fixed:
            needs["fixed"] = fixed
    return {name: need for name, need in needs.items() if need} if len(needs) > 1 else needs


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
    units = counts.good + counts.rework if counts.rework else counts.good
    per_unit = line.full - line.full_avoidable if line.full_avoidable else line.full
    standard = units * per_unit if units and per_unit else ZERO
    if fixed:
        standard += fixed
    if counts.unit_closed and line.per_unit_closed and line.handling_unit_kind == counts.unit_closed:
        standard += line.per_unit_closed
    if counts.first_setup:
        standard += line.setup
    return standard
