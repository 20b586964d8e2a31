"""What one unit of output takes of every component: phantoms exploded, losses compounded, nothing rounded.

The figures are exact fractions per one base unit of the order's product. Source of the rules: SAP component and assembly
scrap (losses compound), Oracle component yield (divide convention), net operation scrap in place of assembly scrap.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from masterdata.rules.exact import ONE, ZERO, Fraction
from masterdata.rules.vocabulary import (
    AlternateStrategy,
    Convention,
    HandlingUnitKind,
    Loss,
    OutputKind,
    Per,
    PostingMethod,
)

#: converts an item's quantity: (item id, from unit, to unit) -> factor, or None where no approved path exists
Convert = Callable[[int, str, str], Fraction | None]


@dataclass(frozen=True, slots=True)
class RunningLoss:
    """A planned running loss. `percent` as written (10 is 10 %)."""

    percent: Fraction
    convention: Convention = Convention.GROSS_UP
    loss: Loss = Loss.STRUCTURAL
    net: bool = False

    def factor(self) -> Fraction:
        """What the quantity is multiplied by: 1 + s (gross-up) or 1 / (1 - s) (divide; s below 100 %)."""
        share = self.percent / 100
        return ONE + share if self.convention == Convention.GROSS_UP else ONE / (ONE - share)


@dataclass(frozen=True, slots=True)
class Alternate:
    """A substitute: `factor` stock units of it replace one stock unit of the main item."""

    item: int
    factor: Fraction
    percent: Fraction | None = None
    quantity_limit: Fraction | None = None
    valid_until: str | None = None


@dataclass(frozen=True, slots=True)
class BomLineFact:
    """A line of a BOM version as written; quantities in `unit`."""

    identity: uuid.UUID
    item: int
    quantity: Fraction
    unit: str
    operation: str
    per: Per = Per.BASE
    handling_unit_kind: HandlingUnitKind | None = None
    method: PostingMethod = PostingMethod.BACKFLUSH
    pieces: Fraction = ONE
    tolerance: Fraction = ZERO
    scrap: RunningLoss | None = None
    setup: Fraction = ZERO
    steps: tuple[tuple[Fraction, Fraction], ...] = ()
    strategy: AlternateStrategy | None = None
    whole_assemblies: bool = False
    alternates: tuple[Alternate, ...] = ()


@dataclass(frozen=True, slots=True)
class BomOutputFact:
    """A by- or co-product of a BOM version; quantity per base, in `unit`."""

    identity: uuid.UUID
    item: int
    quantity: Fraction
    unit: str
    operation: str
    kind: OutputKind = OutputKind.BY_PRODUCT


@dataclass(frozen=True, slots=True)
class BomFact:
    """A BOM version as written. `operations` holds the operation-level losses by operation number."""

    version: int
    item: int
    base: Fraction
    base_unit: str
    phantom: bool
    assembly: RunningLoss | None
    operations: Mapping[str, RunningLoss]
    lines: tuple[BomLineFact, ...]
    outputs: tuple[BomOutputFact, ...] = ()


@dataclass(frozen=True, slots=True)
class UsageLine:
    """A component of the exploded BOM, in the component's stock unit. `component`: the line's identity, a UUID as text.

    Per one base unit of output: `plain` without any loss; `kept` with the losses that always apply (component scrap and
    phantoms' own); `full` with assembly and operation losses too. `full_avoidable` and `kept_avoidable` are the shares of
    those that come from factors marked avoidable. `fixed`: owed once per order, `steps`: by order size (from, quantity),
    `per_unit_closed`: for each handling unit closed; `setup`: for each setup. `crosses`: +1 where the line is dosed by volume
    and stocked by mass, -1 the other way round (a lot's own density then counts), else 0.
    """

    component: str
    item: int
    operation: str
    method: PostingMethod
    plain: Fraction
    kept: Fraction
    full: Fraction
    kept_avoidable: Fraction
    full_avoidable: Fraction
    fixed: Fraction
    steps: tuple[tuple[Fraction, Fraction], ...]
    per_unit_closed: Fraction
    handling_unit_kind: HandlingUnitKind | None
    setup: Fraction
    tolerance: Fraction
    strategy: AlternateStrategy | None
    whole_assemblies: bool
    alternates: tuple[Alternate, ...]
    crosses: int
    written: str


@dataclass(frozen=True, slots=True)
class UsageOutput:
    """A by- or co-product per one base unit of output, in its stock unit."""

    component: str
    item: int
    operation: str
    quantity: Fraction
    kind: OutputKind


@dataclass(frozen=True, slots=True)
class MissingFigure:
    """A figure that usage cannot do without: code `no_conversion` or `no_effective_bom`, and for which item."""

    code: str
    item: int
    detail: str


@dataclass(frozen=True, slots=True)
class Usage:
    """An exploded BOM: its lines, outputs, and what was missing."""

    lines: tuple[UsageLine, ...]
    outputs: tuple[UsageOutput, ...]
    missing: tuple[MissingFigure, ...]


def plain_text(value: Fraction) -> str:
    """A fraction as people write it: 12.5, or 1/3 where it has no finite decimal."""
    if value.denominator == 1:
        return str(value.numerator)
    scaled = value * 10**9
    if scaled.denominator == 1:
        whole, part = divmod(abs(scaled.numerator), 10**9)
        return f"{'-' if value < 0 else ''}{whole}.{part:09d}".rstrip("0")
    return f"{value.numerator}/{value.denominator}"


def readable(value: Fraction) -> str:
    """A figure in a sentence: exact where it has a finite decimal, else to six decimals with `about`."""
    text = plain_text(value)
    return text if "/" not in text else f"about {plain_text(Fraction(round(value * 10**6), 10**6))}"
