"""What one unit of output takes of every component: phantoms exploded, losses compounded, nothing rounded.

The figures are exact fractions per one base unit of the order's product. Source of the rules: SAP component and assembly
scrap (losses compound), Oracle component yield (divide convention), net operation scrap in place of assembly scrap.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from masterdata.rules.vocabulary import (
    AlternateStrategy,
    Convention,
    HandlingUnitKind,
    Loss,
    OutputKind,
    Per,
    PostingMethod,
)

ONE = Fraction(1)
ZERO = Fraction(0)

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
    """A component of the exploded BOM, in the component's stock unit.

    Per one base unit of output: `plain` without any loss; `kept` with the losses that always apply (component scrap and
    phantoms' own); `full` with assembly and operation losses too. `full_avoidable` and `kept_avoidable` are the shares of
    those that come from factors marked avoidable. `fixed`: owed once per order, `steps`: by order size (from, quantity),
    `per_unit_closed`: for each handling unit closed; `setup`: for each setup.
    """

    component: uuid.UUID
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
    written: str


@dataclass(frozen=True, slots=True)
class UsageOutput:
    """A by- or co-product per one base unit of output, in its stock unit."""

    component: uuid.UUID
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


@dataclass(frozen=True, slots=True)
class _Level:
    """Where the explosion stands: multipliers gathered on the way down from the top BOM."""

    path: tuple[uuid.UUID, ...]
    operation: str | None  # the phantom line's operation takes the place of its components' own
    plain: Fraction
    kept: Fraction
    full: Fraction
    kept_avoidable: Fraction
    full_avoidable: Fraction
    per: Per
    steps: tuple[tuple[Fraction, Fraction], ...]
    handling_unit_kind: HandlingUnitKind | None


_TOP = _Level((), None, ONE, ONE, ONE, ZERO, ZERO, Per.BASE, (), None)


def explode(
    top: BomFact,
    bom_of: Callable[[int], BomFact | None],
    stock_unit: Mapping[int, str],
    convert: Convert,
) -> Usage:
    """Explode `top` through its phantoms, to any depth.

    `bom_of(item)` is the BOM version that a component is exploded by; a component whose version is not a phantom, or
    that has none, is a leaf. Missing conversions are listed, all at once, and their lines left out. The BOM is free of cycles:
    that is refused at submission.
    """
    lines: list[UsageLine] = []
    outputs: list[UsageOutput] = []
    missing: list[MissingFigure] = []

    def descend(bom: BomFact, level: _Level) -> None:
        for line in bom.lines:
            inner = bom_of(line.item)
            entered = _enter(bom, line, level)
            if inner is not None and inner.phantom:
                factor = convert(line.item, line.unit, inner.base_unit)
                if factor is None:
                    missing.append(MissingFigure("no_conversion", line.item, f"{line.unit} → {inner.base_unit}"))
                    continue
                descend(inner, _scaled(entered, factor / inner.base))
                continue
            factor = convert(line.item, line.unit, stock_unit[line.item])
            if factor is None:
                missing.append(MissingFigure("no_conversion", line.item, f"{line.unit} → {stock_unit[line.item]}"))
                continue
            lines.append(_leaf(bom, line, level, entered, factor))
        if level.per == Per.BASE:
            outputs.extend(_outputs(bom, level.plain, level.path, level.operation))

    def _outputs(
        bom: BomFact, times: Fraction, path: tuple[uuid.UUID, ...], operation: str | None
    ) -> list[UsageOutput]:
        found: list[UsageOutput] = []
        for output in bom.outputs:
            per_unit = times * output.quantity
            here = (*path, output.identity)
            at = operation or output.operation
            inner = bom_of(output.item)
            if inner is not None and inner.phantom:
                factor = convert(output.item, output.unit, inner.base_unit)
                if factor is None:
                    missing.append(MissingFigure("no_conversion", output.item, f"{output.unit} → {inner.base_unit}"))
                    continue
                for part in inner.lines:
                    found.extend(_output_part(part, per_unit * factor / inner.base, here, at))
                continue
            found.extend(_output_leaf(output.item, output.unit, per_unit, here, at, output.kind))
        return found

    def _output_part(
        part: BomLineFact, times: Fraction, path: tuple[uuid.UUID, ...], operation: str
    ) -> list[UsageOutput]:
        here = (*path, part.identity)
        per_unit = times * part.quantity * part.pieces
        inner = bom_of(part.item)
        if inner is not None and inner.phantom:
            factor = convert(part.item, part.unit, inner.base_unit)
            if factor is None:
                missing.append(MissingFigure("no_conversion", part.item, f"{part.unit} → {inner.base_unit}"))
                return []
            return [
                leaf
                for deeper in inner.lines
                for leaf in _output_part(deeper, per_unit * factor / inner.base, here, operation)
            ]
        return _output_leaf(part.item, part.unit, per_unit, here, operation, OutputKind.BY_PRODUCT)

    def _output_leaf(
        item: int, unit: str, per_unit: Fraction, path: tuple[uuid.UUID, ...], operation: str, kind: OutputKind
    ) -> list[UsageOutput]:
        factor = convert(item, unit, stock_unit[item])
        if factor is None:
            missing.append(MissingFigure("no_conversion", item, f"{unit} → {stock_unit[item]}"))
            return []
        return [UsageOutput(component_of(path), item, operation, per_unit * factor, kind)]

    descend(top, _scaled(_TOP, ONE / top.base))
    return Usage(tuple(lines), tuple(outputs), tuple(missing))


def component_of(path: tuple[uuid.UUID, ...]) -> uuid.UUID:
    """The name under which usage of a line adds up: its identity, or one made from the path through phantoms."""
    if len(path) == 1:
        return path[0]
    return uuid.uuid5(path[0], "/".join(str(step) for step in path[1:]))


def _scaled(level: _Level, times: Fraction) -> _Level:
    return replace(
        level,
        plain=level.plain * times,
        kept=level.kept * times,
        full=level.full * times,
        kept_avoidable=level.kept_avoidable * times,
        full_avoidable=level.full_avoidable * times,
        steps=tuple((start, quantity * times) for start, quantity in level.steps),
    )


def _with_loss(level: _Level, loss: RunningLoss, *, kept: bool) -> _Level:
    """Compound one loss onto the multipliers; what it adds is booked to its own class."""
    more = loss.factor() - ONE
    avoidable = loss.loss == Loss.AVOIDABLE
    full_added, kept_added = level.full * more, level.kept * more
    # what an avoidable loss adds, and what later losses add on top of an avoidable share, stay avoidable
    full_avoidable = level.full_avoidable * (ONE + more) if not avoidable else level.full_avoidable + full_added
    kept_avoidable = level.kept_avoidable * (ONE + more) if not avoidable else level.kept_avoidable + kept_added
    changed = replace(level, full=level.full + full_added, full_avoidable=full_avoidable)
    if kept:
        changed = replace(changed, kept=level.kept + kept_added, kept_avoidable=kept_avoidable)
    return changed


def _output_losses(bom: BomFact, line: BomLineFact) -> list[RunningLoss]:
    """Assembly then operation loss of one BOM for a line; a net operation factor replaces the assembly's."""
    operation = bom.operations.get(line.operation)
    losses = []
    if bom.assembly is not None and not (operation is not None and operation.net):
        losses.append(bom.assembly)
    if operation is not None:
        losses.append(operation)
    return losses


def _enter(bom: BomFact, line: BomLineFact, level: _Level) -> _Level:
    """Multipliers for one line: quantity × pieces, then losses. In a phantom (depth > 0) its own losses always apply."""
    entered = replace(level, path=(*level.path, line.identity), operation=level.operation or line.operation)
    if line.per == Per.BASE:
        entered = _scaled(entered, line.quantity * line.pieces)
    else:
        # fixed quantities are not multiplied on the way down, and take no percentage
        quantity = line.quantity * line.pieces
        return replace(
            entered,
            plain=quantity,
            kept=quantity,
            full=quantity,
            kept_avoidable=ZERO,
            full_avoidable=ZERO,
            per=line.per,
            steps=line.steps,
            handling_unit_kind=line.handling_unit_kind,
        )
    for loss in _output_losses(bom, line):
        entered = _with_loss(entered, loss, kept=bool(level.path))
    if line.scrap is not None:
        entered = _with_loss(entered, line.scrap, kept=True)
    return entered


def _leaf(bom: BomFact, line: BomLineFact, level: _Level, entered: _Level, factor: Fraction) -> UsageLine:
    scaled = _scaled(entered, factor)
    running = scaled.per == Per.BASE
    alternates = line.alternates
    return UsageLine(
        component=component_of(entered.path),
        item=line.item,
        operation=entered.operation or line.operation,
        method=line.method,
        plain=scaled.plain if running else ZERO,
        kept=scaled.kept if running else ZERO,
        full=scaled.full if running else ZERO,
        kept_avoidable=scaled.kept_avoidable if running else ZERO,
        full_avoidable=scaled.full_avoidable if running else ZERO,
        fixed=scaled.full if scaled.per == Per.ORDER else ZERO,
        steps=tuple(sorted(scaled.steps)) if scaled.per == Per.STEPS else (),
        per_unit_closed=scaled.full if scaled.per == Per.HANDLING_UNIT else ZERO,
        handling_unit_kind=scaled.handling_unit_kind,
        setup=line.setup * factor,
        tolerance=line.tolerance,
        strategy=line.strategy,
        whole_assemblies=line.whole_assemblies,
        alternates=alternates,
        written=_written(bom, line, entered, factor),
    )


def _written(bom: BomFact, line: BomLineFact, entered: _Level, factor: Fraction) -> str:
    """The line as the engineer wrote it, for the page that explains a posting."""
    text = f"{plain_text(line.quantity)} {line.unit}"
    if line.pieces != ONE:
        text += f" × {plain_text(line.pieces)} pieces"
    text += {
        Per.BASE: f" per {plain_text(bom.base)} {bom.base_unit}",
        Per.ORDER: " per order",
        Per.STEPS: " by order size",
        Per.HANDLING_UNIT: f" per {line.handling_unit_kind or 'handling unit'}",
    }[line.per]
    for name, loss in (
        ("assembly scrap", bom.assembly),
        ("operation scrap", bom.operations.get(line.operation)),
        ("component scrap", line.scrap),
    ):
        if loss is not None and line.per == Per.BASE and loss in (*_output_losses(bom, line), line.scrap):
            sign = "+" if loss.convention == Convention.GROSS_UP else "÷"
            text += f", {name} {sign}{plain_text(loss.percent)} %"
    if line.setup:
        text += f", setup {plain_text(line.setup)} {line.unit}"
    if len(entered.path) > 1:
        text += f" (through {len(entered.path) - 1} phantom level{'s' if len(entered.path) > 2 else ''})"
    if factor != ONE:
        text += f", 1 {line.unit} = {factor.numerator}/{factor.denominator} stock units"
    return text


def plain_text(value: Fraction) -> str:
    """A fraction as people write it: 12.5, or 1/3 where it has no finite decimal."""
    if value.denominator == 1:
        return str(value.numerator)
    scaled = value * 10**9
    if scaled.denominator == 1:
        whole, part = divmod(abs(scaled.numerator), 10**9)
        return f"{'-' if value < 0 else ''}{whole}.{part:09d}".rstrip("0")
    return f"{value.numerator}/{value.denominator}"
