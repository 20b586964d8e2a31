"""A stored BOM version in the form that it was drafted in: to judge it again, to compare, to copy."""

from masterdata.models import BomLine, BomVersion, Item, ScrapFactor
from masterdata.rules.bom import AlternateDraft, BomDraft, LineDraft, OutputDraft, ScrapDraft, StepDraft
from masterdata.rules.bom_difference import same_figures
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import (
    Convention,
    FigureSource,
    Loss,
    OutputKind,
    Per,
    PostingMethod,
    RecordState,
    ScrapKind,
    ScrapLevel,
)


def draft_of(version: BomVersion) -> BomDraft:
    """A stored version in the form that it was drafted in."""
    losses = list(version.scrap_factors.all())
    lines = version.lines.select_related("item", "unit").prefetch_related("steps", "alternates__item", "scrap_factors")
    return BomDraft(
        item=version.item.code,
        base_quantity=version.base_quantity,
        base_unit=version.base_unit.code,
        phantom=version.phantom,
        lines=tuple(_line_draft(line) for line in lines.order_by("position")),
        outputs=tuple(
            OutputDraft(
                item=output.item.code,
                quantity=output.quantity,
                unit=output.unit.code,
                operation=output.operation_number,
                kind=OutputKind(output.kind),
                cost_share=output.cost_share,
                identity=output.identity,
            )
            for output in version.outputs.select_related("item", "unit").order_by("position")
        ),
        assembly_scrap=next((_loss_draft(loss) for loss in losses if loss.level == ScrapLevel.ASSEMBLY), None),
        operation_scrap=tuple(_loss_draft(loss) for loss in losses if loss.level == ScrapLevel.OPERATION),
    )


def unchanged_refusal(draft: BomDraft, item: Item) -> Refusal | None:
    """Why a version that says the same as the one that it would replace is not wanted; None where it differs."""
    replaced = (
        item.bom_versions.filter(state=RecordState.APPROVED)
        .select_related("item", "base_unit")
        .order_by("-effective_from", "-number")
        .first()
    )
    if replaced is None:
        return None
    codes = {line.item for line in draft.lines} | {output.item for output in draft.outputs}
    units = dict(Item.objects.filter(code__in=codes).values_list("code", "stock_unit__code"))
    if not same_figures(draft_of(replaced), draft, units):
        return None
    return Refusal(
        "nothing_differs",
        f"No figure differs from {replaced}, the version that it would replace.",
        item.code,
        "Change what is to be different, or leave the version in force as it is.",
    )


def _line_draft(line: BomLine) -> LineDraft:
    losses = {loss.kind: loss for loss in line.scrap_factors.all()}
    running, setup = losses.get(ScrapKind.RUNNING), losses.get(ScrapKind.SETUP)
    return LineDraft(
        item=line.item.code,
        quantity=line.quantity,
        unit=line.unit.code,
        operation=line.operation_number,
        per=Per(line.per),
        handling_unit_kind=line.handling_unit_kind,
        method=PostingMethod(line.method),
        pieces=line.pieces,
        tolerance=line.tolerance,
        scrap=_loss_draft(running) if running else None,
        setup=_loss_draft(setup) if setup else None,
        steps=tuple(
            StepDraft(step.from_quantity, step.quantity)
            for step in sorted(line.steps.all(), key=lambda step: step.from_quantity)
        ),
        strategy=line.alternate_strategy,
        whole_assemblies=line.whole_assemblies,
        alternates=tuple(
            AlternateDraft(
                one.item.code,
                one.factor,
                one.percent,
                one.quantity_limit,
                one.valid_until.isoformat() if one.valid_until else None,
            )
            for one in sorted(line.alternates.all(), key=lambda one: one.rank)
        ),
        identity=line.identity,
    )


def _loss_draft(loss: ScrapFactor) -> ScrapDraft:
    return ScrapDraft(
        percent=loss.percent,
        quantity=loss.quantity,
        operation=loss.operation_number,
        convention=Convention(loss.convention),
        net=loss.net,
        loss=Loss(loss.loss),
        source=FigureSource(loss.source),
        source_note=loss.source_note,
    )
