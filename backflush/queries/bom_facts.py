"""Governed figures as rules want them: BOM versions, item figures, units and factors, read once and kept by revision.

Approved BOM versions never change, so they may be kept for good; everything else is dropped when the master-data revision
has moved on.
"""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction

from masterdata.models import (
    BomAlternate,
    BomLine,
    BomLineStep,
    BomOutput,
    BomVersion,
    ScrapFactor,
    Unit,
    UnitFactor,
)
from masterdata.rules import vocabulary as v
from masterdata.rules.units import ItemFactor, UnitFact, conversion
from masterdata.rules.usage import (
    ONE,
    ZERO,
    Alternate,
    BomFact,
    BomLineFact,
    BomOutputFact,
    RunningLoss,
)


def iso(moment: datetime) -> str:
    """A moment as facts carry it: ISO text in UTC with microseconds and `Z`, which sorts as time does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def bom_fact(version_id: int) -> BomFact:
    """One BOM version with its lines, alternates, steps, outputs and scrap factors. Raises BomVersion.DoesNotExist."""
    version = BomVersion.objects.select_related("base_unit").get(pk=version_id)
    scrap = list(ScrapFactor.objects.filter(version_id=version_id))
    running = {f.line_id: f for f in scrap if f.level == v.ScrapLevel.COMPONENT and f.kind == v.ScrapKind.RUNNING}
    setups = {f.line_id: f for f in scrap if f.kind == v.ScrapKind.SETUP}
    assembly = next((f for f in scrap if f.level == v.ScrapLevel.ASSEMBLY), None)
    operations = {f.operation_number: _loss(f) for f in scrap if f.level == v.ScrapLevel.OPERATION}
    steps: dict[int, list[tuple[Fraction, Fraction]]] = {}
    for step in BomLineStep.objects.filter(line__version_id=version_id).order_by("from_quantity"):
        steps.setdefault(step.line_id, []).append((Fraction(step.from_quantity), Fraction(step.quantity)))
    alternates: dict[int, list[Alternate]] = {}
    for alternate in BomAlternate.objects.filter(line__version_id=version_id).order_by("rank"):
        alternates.setdefault(alternate.line_id, []).append(_alternate(alternate))
    lines = tuple(
        BomLineFact(
            identity=line.identity,
            item=line.item_id,
            quantity=Fraction(line.quantity),
            unit=line.unit.code,
            operation=line.operation_number,
            per=v.Per(line.per),
            handling_unit_kind=v.HandlingUnitKind(line.handling_unit_kind) if line.handling_unit_kind else None,
            method=v.PostingMethod(line.method),
            pieces=Fraction(line.pieces),
            tolerance=Fraction(line.tolerance),
            scrap=_loss(running[line.pk]) if line.pk in running else None,
            setup=Fraction(setups[line.pk].quantity) if line.pk in setups else ZERO,
            steps=tuple(steps.get(line.pk, ())),
            strategy=v.AlternateStrategy(line.alternate_strategy) if line.alternate_strategy else None,
            whole_assemblies=line.whole_assemblies,
            alternates=tuple(alternates.get(line.pk, ())),
        )
        for line in BomLine.objects.filter(version_id=version_id).select_related("unit").order_by("position")
    )
    outputs = tuple(
        BomOutputFact(
            identity=output.identity,
            item=output.item_id,
            quantity=Fraction(output.quantity),
            unit=output.unit.code,
            operation=output.operation_number,
            kind=v.OutputKind(output.kind),
        )
        for output in BomOutput.objects.filter(version_id=version_id).select_related("unit").order_by("position")
    )
    return BomFact(
        version=version.pk,
        item=version.item_id,
        base=Fraction(version.base_quantity),
        base_unit=version.base_unit.code,
        phantom=version.phantom,
        assembly=_loss(assembly) if assembly else None,
        operations=operations,
        lines=lines,
        outputs=outputs,
    )


def _loss(factor: ScrapFactor) -> RunningLoss:
    return RunningLoss(Fraction(factor.percent), v.Convention(factor.convention), v.Loss(factor.loss), factor.net)


def _alternate(alternate: BomAlternate) -> Alternate:
    return Alternate(
        item=alternate.item_id,
        factor=Fraction(alternate.factor),
        percent=None if alternate.percent is None else Fraction(alternate.percent),
        quantity_limit=None if alternate.quantity_limit is None else Fraction(alternate.quantity_limit),
        valid_until=None if alternate.valid_until is None else iso(alternate.valid_until),
    )


class Conversions:
    """Exact conversions at one moment, and which factor rows they used."""

    def __init__(self, items: Iterable[int], at: datetime) -> None:
        self.units = {
            unit.code: UnitFact(unit.code, unit.dimension, Fraction(int(unit.numerator), int(unit.denominator)))
            for unit in Unit.objects.all()
        }
        self.dimensions = {code: unit.dimension for code, unit in self.units.items()}
        self.factors: dict[int, list[ItemFactor]] = {}
        self.used: set[int] = set()
        newest: dict[tuple[int, str, str], UnitFactor] = {}
        rows = UnitFactor.objects.filter(
            item_id__in=list(items), state=v.RecordState.APPROVED, effective_from__lte=at
        ).select_related("from_unit", "to_unit")
        for row in rows.order_by("effective_from", "version"):
            if row.effective_to is None or row.effective_to > at:
                newest[(row.item_id, row.from_unit.code, row.to_unit.code)] = row
        for row in newest.values():
            factor = ItemFactor(
                row.from_unit.code,
                row.to_unit.code,
                Fraction(int(row.numerator), int(row.denominator)),
                reference=str(row.pk),
            )
            self.factors.setdefault(row.item_id, []).append(factor)

    def __call__(self, item: int, from_unit: str, to_unit: str) -> Fraction | None:
        """Units of `to_unit` per `from_unit` for the item, or None where no approved path exists."""
        if from_unit == to_unit:
            return ONE
        factors = self.factors.get(item, [])
        found = conversion(from_unit, to_unit, self.units, factors)
        if found is None:
            return None
        steps = set(zip(found.path, found.path[1:], strict=False))
        for factor in factors:
            if (factor.from_unit, factor.to_unit) in steps or (factor.to_unit, factor.from_unit) in steps:
                self.used.add(int(factor.reference))
        return found.factor

    def density(self, item: int) -> Fraction | None:
        """Kilograms per litre by the item's own approved factor, if there is one."""
        return conversion_factor(self.units, self.factors.get(item, []), "LTR", "KGM")


def conversion_factor(
    units: dict[str, UnitFact], factors: list[ItemFactor], from_unit: str, to_unit: str
) -> Fraction | None:
    found = conversion(from_unit, to_unit, units, factors)
    return found.factor if found else None
