"""What one report needs of one BOM line, by class, exactly. Nothing is rounded here.

need = consuming output × quantity ÷ base (× pieces), with losses      (consumption.md, section 3)
"""

from dataclasses import dataclass

from backflush.rules.progress import LineProgress, Needs, add_up
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

    @property
    def anything(self) -> bool:
        return self.has_output or bool(self.unit_closed) or self.setups > 0


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a report adds to a line's need: by class, together, and what it should have been by plan. Nominal stock units."""

    needs: Needs
    own: Fraction
    standard: Fraction


#: of a scan: what it covers was needed by reports of output
NOTHING_MORE = Requirement({}, ZERO, ZERO)


def running_requirement(line: UsageLine, counts: Counts, basis: OutputBasis) -> Requirement:
    """What does not depend on what was reported before: everything but quantities that are owed once per order."""
    needs = _running_needs(line, counts, basis)
    return Requirement(needs, add_up(needs.values()), _running_standard(line, counts))


def with_fixed(running: Requirement, line: UsageLine, counts: Counts, before: LineProgress) -> Requirement:
    """With the fixed quantity that the order still owes of this line, where the report has output."""
    if not counts.has_output:
        return running
    fixed = fixed_quantity(line, counts.order_quantity) - before.needs.get("fixed", ZERO)
    if not fixed:
        return running
    return Requirement({**running.needs, "fixed": fixed}, running.own + fixed, running.standard + fixed)


def _running_needs(line: UsageLine, counts: Counts, basis: OutputBasis) -> Needs:
    """By the classes of `progress.CLASSES`.

    Assembly and operation factors multiply good units only, and only where losses are not reported (basis `good`);
    component scrap and phantoms' own losses always apply.
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
    return {name: need for name, need in needs.items() if need}


def _running_standard(line: UsageLine, counts: Counts) -> Fraction:
    """By plan: base, structural losses by full planned factors, one planned setup."""
    standard = (counts.good + counts.rework) * (line.full - line.full_avoidable)
    if counts.unit_closed and line.handling_unit_kind == counts.unit_closed:
        standard += line.per_unit_closed
    if counts.first_setup:
        standard += line.setup
    return standard


def fixed_quantity(line: UsageLine, order_quantity: Fraction) -> Fraction:
    """What the line owes once per order: its fixed quantity, or that of the step its order quantity falls in."""
    if not line.steps:
        return line.fixed
    owed = ZERO
    for start, quantity in line.steps:
        if order_quantity >= start:
            owed = quantity
    return owed
