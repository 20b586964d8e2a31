"""Stored BOM versions in the form that the rule of usage wants, many at a time."""

from collections.abc import Collection

from masterdata.models import BomAlternate, BomLine, BomOutput, BomVersion, ScrapFactor
from masterdata.rules import vocabulary as v
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.usage import Alternate, BomFact, BomLineFact, BomOutputFact, RunningLoss


def bom_facts(version_ids: Collection[int]) -> dict[int, BomFact]:
    """BOM versions by id, whole, in six statements whatever their number."""
    if not version_ids:
        return {}
    lines: dict[int, list[BomLineFact]] = {}
    rows = BomLine.objects.filter(version_id__in=version_ids).select_related("unit")
    for line in rows.prefetch_related("steps", "alternates", "scrap_factors").order_by("position"):
        lines.setdefault(line.version_id, []).append(_line_fact(line))
    outputs: dict[int, list[BomOutputFact]] = {}
    for output in BomOutput.objects.filter(version_id__in=version_ids).select_related("unit").order_by("position"):
        outputs.setdefault(output.version_id, []).append(_output_fact(output))
    losses: dict[int, list[ScrapFactor]] = {}
    for factor in ScrapFactor.objects.filter(version_id__in=version_ids, kind=v.ScrapKind.RUNNING).order_by("id"):
        losses.setdefault(factor.version_id, []).append(factor)
    return {
        version.pk: BomFact(
            version=version.pk,
            item=version.item_id,
            base=Fraction(version.base_quantity),
            base_unit=version.base_unit.code,
            phantom=version.phantom,
            assembly=next(
                (_loss(one) for one in losses.get(version.pk, ()) if one.level == v.ScrapLevel.ASSEMBLY), None
            ),
            operations={
                one.operation_number: _loss(one)
                for one in losses.get(version.pk, ())
                if one.level == v.ScrapLevel.OPERATION
            },
            lines=tuple(lines.get(version.pk, ())),
            outputs=tuple(outputs.get(version.pk, ())),
        )
        for version in BomVersion.objects.filter(id__in=version_ids).select_related("base_unit")
    }


def _line_fact(line: BomLine) -> BomLineFact:
    factors = list(line.scrap_factors.all())
    running = [factor for factor in factors if factor.kind == v.ScrapKind.RUNNING]
    return BomLineFact(
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
        scrap=_loss(running[0]) if running else None,
        setup=sum((Fraction(one.quantity) for one in factors if one.kind == v.ScrapKind.SETUP), ZERO),
        steps=tuple(sorted((Fraction(step.from_quantity), Fraction(step.quantity)) for step in line.steps.all())),
        strategy=v.AlternateStrategy(line.alternate_strategy) if line.alternate_strategy else None,
        whole_assemblies=line.whole_assemblies,
        alternates=tuple(_alternate(one) for one in sorted(line.alternates.all(), key=lambda one: one.rank)),
    )


def _alternate(alternate: BomAlternate) -> Alternate:
    return Alternate(
        item=alternate.item_id,
        factor=Fraction(alternate.factor),
        percent=None if alternate.percent is None else Fraction(alternate.percent),
        quantity_limit=None if alternate.quantity_limit is None else Fraction(alternate.quantity_limit),
        valid_until=None if alternate.valid_until is None else alternate.valid_until.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    )


def _output_fact(output: BomOutput) -> BomOutputFact:
    return BomOutputFact(
        identity=output.identity,
        item=output.item_id,
        quantity=Fraction(output.quantity),
        unit=output.unit.code,
        operation=output.operation_number,
        kind=v.OutputKind(output.kind),
    )


def _loss(factor: ScrapFactor) -> RunningLoss:
    return RunningLoss(Fraction(factor.percent), v.Convention(factor.convention), v.Loss(factor.loss), factor.net)
