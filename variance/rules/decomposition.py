"""Splits what an order cost against its standard into parts that add up exactly. Formulas: consumption.md, section 9.

Per line group, in main equivalents: q_i = AQ_i ÷ f_i, standard shares m_i (main item 1, or the percentages of a share group),
A = Σ q_i, p* = Σ m_i × p_i with p_i = P_i × f_i. Positive is unfavourable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from masterdata.rules.exact import ONE, ZERO, Fraction

#: parts in the order in which a waterfall shows them
PARTS = (
    "standard",
    "price",
    "mix",
    "substitution",
    "usage",
    "yield",
    "setup",
    "running",
    "avoidable",
    "rework",
    "count",
    "by_product",
    "downgrade",
    "rounding",
)


@dataclass(frozen=True, slots=True)
class SourceUse:
    """One item of a line group: actual quantity AQ (stock units, net of reversals) with its amounts, and its figures.

    `factor`: f, stock units that replace one of the main item; `share`: m, its standard share of the need.
    """

    item: int
    quantity: Fraction
    standard_amount: Fraction
    actual_amount: Fraction
    standard_price: Fraction
    factor: Fraction = ONE
    share: Fraction = ZERO


@dataclass(frozen=True, slots=True)
class LineUse:
    """One BOM line of an order. `classes`: A by class in main units (base includes fixed), without rounding.

    `base`, `losses`, `setup`: B, L and U of the standard quantity SQ = B + L + U. `shared`: the alternates are a share group.
    """

    component: str
    sources: Sequence[SourceUse]
    classes: Mapping[str, Fraction]
    base: Fraction
    losses: Fraction
    setup: Fraction
    shared: bool = False
    scanned: bool = False

    @property
    def actual(self) -> Fraction:
        """A: what was used, in main units."""
        return sum((source.quantity / source.factor for source in self.sources), ZERO)

    @property
    def standard(self) -> Fraction:
        """SQ: what should have been used, in main units."""
        return self.base + self.losses + self.setup

    @property
    def price(self) -> Fraction:
        """p*: the standard price of a main unit."""
        return sum((source.share * source.standard_price * source.factor for source in self.sources), ZERO)


@dataclass(frozen=True, slots=True)
class OutputUse:
    """A by-product: Y made, Y due by standard, its standard price."""

    quantity: Fraction
    standard_quantity: Fraction
    price: Fraction


@dataclass(slots=True)
class Decomposition:
    """Parts by name, exact; they add up to `total`. `by_component` holds each line's own parts."""

    total: Fraction
    parts: dict[str, Fraction]
    by_component: dict[str, dict[str, Fraction]] = field(default_factory=dict)


def line_parts(line: LineUse) -> dict[str, Fraction]:
    """The parts of one line group. Together with SQ × p* they are its issues at actual cost."""
    price = line.price
    at_standard = sum((source.quantity * source.standard_price for source in line.sources), ZERO)
    standard_amount = sum((source.standard_amount for source in line.sources), ZERO)
    actual_amount = sum((source.actual_amount for source in line.sources), ZERO)
    classes = dict(line.classes)
    used = sum(classes.values(), ZERO)
    rounding = line.actual - used
    if line.scanned:  # what was scanned beyond the need is base
        classes["base"] = classes.get("base", ZERO) + rounding
        rounding = ZERO
    base = classes.get("base", ZERO)
    running = classes.get("loss", ZERO) + classes.get("structural", ZERO)
    parts = {
        "price": actual_amount - standard_amount,
        "mix" if line.shared else "substitution": at_standard - line.actual * price,
        "yield" if line.shared else "usage": (base - line.base) * price,
        "setup": (classes.get("setup", ZERO) - line.setup) * price,
        "running": (running - line.losses) * price,
        "avoidable": classes.get("avoidable", ZERO) * price,
        "rework": classes.get("rework", ZERO) * price,
        "count": classes.get("count", ZERO) * price,
        "rounding": rounding * price + standard_amount - at_standard,
    }
    return {name: amount for name, amount in parts.items() if amount}


def decompose(
    lines: Sequence[LineUse], outputs: Sequence[OutputUse], units: Fraction, unit_standard: Fraction
) -> Decomposition:
    """Decompose an order: `units` received (good and to rework) at the product's frozen standard `unit_standard`.

    total = issues at actual − Y × P_y − N × S. The identity is checked; ValueError would be a fault of this module.
    """
    parts = dict.fromkeys(PARTS, ZERO)
    by_component: dict[str, dict[str, Fraction]] = {}
    issued = ZERO
    standard = -units * unit_standard
    for line in lines:
        own = line_parts(line)
        by_component[line.component] = own
        for name, amount in own.items():
            parts[name] += amount
        standard += line.standard * line.price
        issued += sum((source.actual_amount for source in line.sources), ZERO)
    made = ZERO
    for output in outputs:
        parts["by_product"] += (output.standard_quantity - output.quantity) * output.price
        standard -= output.standard_quantity * output.price
        made += output.quantity * output.price
    parts["standard"] = standard
    total = issued - made - units * unit_standard
    if sum(parts.values(), ZERO) != total:
        raise ValueError(f"the parts add up to {sum(parts.values(), ZERO)}, the total is {total}")
    return Decomposition(total, parts, by_component)


def in_minor_units(
    parts: Mapping[str, Fraction], total: Fraction, decimals: int
) -> tuple[dict[str, Fraction], Fraction]:
    """Parts and total rounded to the currency's minor unit; what rounding them leaves over goes to the part `rounding`."""
    scale = 10**decimals
    rounded = {name: Fraction(round(amount * scale), scale) for name, amount in parts.items()}
    whole = Fraction(round(total * scale), scale)
    rounded["rounding"] = rounded.get("rounding", ZERO) + whole - sum(rounded.values(), ZERO)
    return rounded, whole


def not_of_a_component(
    parts: Mapping[str, Fraction], components: Sequence[Mapping[str, Fraction]]
) -> dict[str, Fraction]:
    """What of an order's rounded parts none of its components' rounded parts holds, so that rows add up to the whole.

    The standard, by-products and downgrades belong to the product; the rest is the cents of rounding each row for itself.
    """
    rest = dict(parts)
    for own in components:
        for name, amount in own.items():
            rest[name] = rest.get(name, ZERO) - amount
    return {name: amount for name, amount in rest.items() if amount}


def favourable(amount: Fraction) -> str:
    """F where less was spent than standard, U where more, empty for nothing."""
    return "F" if amount < 0 else "U" if amount > 0 else ""
