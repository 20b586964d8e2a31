"""Explodes a BOM into exact usage: phantoms in their place, losses compounded, nothing rounded.

Source of the rules: SAP component and assembly scrap (losses compound), Oracle component yield (divide convention), net
operation scrap in place of assembly scrap.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from masterdata.rules.exact import ONE, ZERO, Fraction
from masterdata.rules.usage import (
    BomFact,
    BomLineFact,
    Convert,
    MissingFigure,
    RunningLoss,
    Usage,
    UsageLine,
    UsageOutput,
    plain_text,
)
from masterdata.rules.vocabulary import Convention, Dimension, HandlingUnitKind, Loss, OutputKind, Per


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
    dimension: Mapping[str, str],
) -> Usage:
    """Explode `top` through its phantoms, to any depth.

    `bom_of(item)` is the BOM version that a component is exploded by; a component whose version is not a phantom, or
    that has none, is a leaf. `dimension` maps unit codes to their dimension. Missing conversions are listed, all at once, and
    their lines left out. The BOM is free of cycles: that is refused at submission.
    """
    explosion = _Explosion(bom_of, stock_unit, convert, dimension)
    explosion.descend(top, _scaled(_TOP, ONE / top.base))
    return Usage(tuple(explosion.lines), tuple(explosion.outputs), tuple(explosion.missing))


@dataclass(slots=True)
class _Explosion:
    """One explosion: what it may ask, and what it has found so far."""

    bom_of: Callable[[int], BomFact | None]
    stock_unit: Mapping[int, str]
    convert: Convert
    dimension: Mapping[str, str]
    lines: list[UsageLine] = field(default_factory=list)
    outputs: list[UsageOutput] = field(default_factory=list)
    missing: list[MissingFigure] = field(default_factory=list)

    def descend(self, bom: BomFact, level: _Level) -> None:
        """Every line of a BOM: a phantom's lines in its place, a leaf as it is. Then its by- and co-products."""
        for line in bom.lines:
            entered = _enter(bom, line, level)
            inner = self._phantom(line.item)
            factor = self._factor(line.item, line.unit, inner)
            if factor is None:
                continue
            if inner is not None:
                self.descend(inner, _scaled(entered, factor / inner.base))
                continue
            stocked = self.stock_unit[line.item]
            crosses = _crosses(self.dimension.get(line.unit), self.dimension.get(stocked))
            told = _written(bom, line, entered, f"1 {line.unit} = {plain_text(factor)} {stocked}")
            self.lines.append(_leaf(line, entered, factor, crosses, told))
        if level.per == Per.BASE:
            for output in bom.outputs:
                self._make(
                    output.item,
                    output.unit,
                    level.plain * output.quantity,
                    (*level.path, output.identity),
                    level.operation or output.operation,
                    output.kind,
                )

    def _make(
        self,
        item: int,
        unit: str,
        quantity: Fraction,
        path: tuple[uuid.UUID, ...],
        operation: str,
        kind: OutputKind,
    ) -> None:
        """An output of `quantity` `unit`; a phantom stands for what it is made of."""
        inner = self._phantom(item)
        factor = self._factor(item, unit, inner)
        if factor is None:
            return
        if inner is None:
            self.outputs.append(UsageOutput(component_of(path), item, operation, quantity * factor, kind))
            return
        for part in inner.lines:
            times = quantity * factor / inner.base * part.quantity * part.pieces
            self._make(part.item, part.unit, times, (*path, part.identity), operation, kind)

    def _phantom(self, item: int) -> BomFact | None:
        inner = self.bom_of(item)
        return inner if inner is not None and inner.phantom else None

    def _factor(self, item: int, unit: str, inner: BomFact | None) -> Fraction | None:
        """To the phantom's base unit, or to the item's stock unit; a missing path is noted."""
        wanted = inner.base_unit if inner is not None else self.stock_unit[item]
        factor = self.convert(item, unit, wanted)
        if factor is None:
            self.missing.append(MissingFigure("no_conversion", item, f"{unit} → {wanted}"))
        return factor


def component_of(path: tuple[uuid.UUID, ...]) -> str:
    """The name under which usage of a line adds up: its identity, or one made from the path through phantoms."""
    if len(path) == 1:
        return str(path[0])
    return str(uuid.uuid5(path[0], "/".join(str(step) for step in path[1:])))


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


def _crosses(written: str | None, stocked: str | None) -> int:
    if (written, stocked) == (Dimension.VOLUME, Dimension.MASS):
        return 1
    return -1 if (written, stocked) == (Dimension.MASS, Dimension.VOLUME) else 0


def _leaf(line: BomLineFact, entered: _Level, factor: Fraction, crosses: int, told: str) -> UsageLine:
    scaled = _scaled(entered, factor)
    running = scaled.per == Per.BASE
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
        alternates=line.alternates,
        crosses=crosses,
        written=told,
    )


def _written(bom: BomFact, line: BomLineFact, entered: _Level, conversion: str) -> str:
    """The line as the engineer wrote it, for the page that explains a posting; `conversion` to the stock unit."""
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
    return text if conversion == f"1 {line.unit} = 1 {line.unit}" else f"{text}, {conversion}"
