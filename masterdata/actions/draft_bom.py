"""Draft a BOM version: every row of it, with identities that lines keep from version to version."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.utils.dateparse import parse_datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.define_item import unit_of
from masterdata.actions.record import record, record_all
from masterdata.models import (
    BomAlternate,
    BomLine,
    BomLineStep,
    BomOutput,
    BomVersion,
    Item,
    Person,
    ScrapFactor,
    Unit,
)
from masterdata.rules.bom import BomDraft, LineDraft, OutputDraft, ScrapDraft
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import ScrapKind, ScrapLevel


def draft_bom(
    *,
    item: Item,
    author: Person,
    now: datetime,
    lines: Sequence[LineDraft],
    base_quantity: str | int = "1",
    base_unit: Unit | str | None = None,
    phantom: bool = False,
    outputs: Sequence[OutputDraft] = (),
    assembly_scrap: ScrapDraft | None = None,
    operation_scrap: Sequence[ScrapDraft] = (),
    reason: str = "",
    number: int = 0,
) -> BomVersion:
    """The next version of an item's BOM, as a draft. Faults of the whole are looked for when it is submitted.

    `number`: what it is called where it comes from; it keeps that where it is above every number that is taken.
    A line without `identity` takes that of the newest version's line for the same item and operation.
    """
    require(author, Duty.DRAFT_MASTER_DATA)
    unit = unit_of(base_unit) if base_unit is not None else item.stock_unit
    draft = BomDraft(
        item=item.code,
        base_quantity=base_quantity,  # type: ignore[arg-type]
        base_unit=unit.code,
        phantom=phantom,
        lines=tuple(lines),
        outputs=tuple(outputs),
        assembly_scrap=assembly_scrap,
        operation_scrap=tuple(operation_scrap),
    )
    with acting(author, reason=reason):
        # One after the other, so that two drafts do not take the same number.
        Item.objects.select_for_update(no_key=True).get(pk=item.pk)
        items, units = named_in(draft)
        newest = item.bom_versions.order_by("-number").first()
        version = record(
            BomVersion(
                item=item,
                number=max(newest.number + 1 if newest else 1, number),
                base_quantity=draft.base_quantity,
                base_unit=unit,
                phantom=phantom,
                reason=reason,
                author=author,
                created_at=now,
            ),
            actor=author,
            reason=reason,
        )
        write_children(version, draft, items, units, author, reason)
    return version


def write_children(
    version: BomVersion, draft: BomDraft, items: dict[str, Item], units: dict[str, Unit], author: Person, reason: str
) -> None:
    """Every row under a version that has none yet. `items` and `units` by code."""
    line_identities, output_identities = _identities(version.item)
    rows = [
        _line_row(version, line, place, items, units, line_identities)
        for place, line in enumerate(draft.lines, start=1)
    ]
    record_all(rows, actor=author, reason=reason)
    record_all(
        [step for row, line in zip(rows, draft.lines, strict=True) for step in _step_rows(row, line)],
        actor=author,
        reason=reason,
    )
    record_all(
        [one for row, line in zip(rows, draft.lines, strict=True) for one in _alternate_rows(row, line, items)],
        actor=author,
        reason=reason,
    )
    outputs = [
        _output_row(version, output, place, items, units, output_identities)
        for place, output in enumerate(draft.outputs, start=1)
    ]
    record_all(outputs, actor=author, reason=reason)
    record_all(_loss_rows(version, draft, rows), actor=author, reason=reason)


def named_in(draft: BomDraft) -> tuple[dict[str, Item], dict[str, Unit]]:
    """The items and units that a draft names; Refused with every one that does not exist."""
    item_codes = {line.item for line in draft.lines} | {output.item for output in draft.outputs}
    item_codes |= {one.item for line in draft.lines for one in line.alternates}
    unit_codes = {line.unit for line in draft.lines} | {output.unit for output in draft.outputs}
    unit_codes.discard("")
    items = {item.code: item for item in Item.objects.filter(code__in=item_codes).select_related("stock_unit")}
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=unit_codes)}
    faults = [
        Refusal("unknown_item", f"There is no item {code}.", code, "Define it first.")
        for code in sorted(item_codes - set(items))
    ] + [
        Refusal("unknown_unit", f"There is no unit {code}.", code, "Use a UN/ECE Rec 20 code.")
        for code in sorted(unit_codes - set(units))
    ]
    faults += [fault for line in draft.lines for fault in _time_faults(line)]
    if faults:
        raise Refused(*faults)
    return items, units


def _time_faults(line: LineDraft) -> list[Refusal]:
    return [
        Refusal("time_invalid", f"{one.valid_until} is no time with an offset.", one.item, "Write ISO 8601.")
        for one in line.alternates
        if one.valid_until is not None and _moment(one.valid_until) is None
    ]


def _moment(text: str | None) -> datetime | None:
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _identities(item: Item) -> tuple[dict[tuple[str, str], list[uuid.UUID]], dict[tuple[str, str], list[uuid.UUID]]]:
    """Identities to take over, by item code and operation: of lines and of outputs, each from the newest version with it."""
    found = []
    for model in (BomLine, BomOutput):
        newest: dict[tuple[str, str], tuple[int, list[uuid.UUID]]] = {}
        rows = model._default_manager.filter(version__item=item).order_by("-version__number", "position")
        for number, code, operation, identity in rows.values_list(
            "version__number", "item__code", "operation_number", "identity"
        ):
            kept = newest.setdefault((code, operation), (number, []))
            if kept[0] == number:
                kept[1].append(identity)
        found.append({key: identities for key, (_, identities) in newest.items()})
    return found[0], found[1]


def _identity(
    given: uuid.UUID | None, code: str, operation: str, known: dict[tuple[str, str], list[uuid.UUID]]
) -> uuid.UUID:
    left = known.get((code, operation), [])
    if given is not None:
        if given in left:
            left.remove(given)
        return given
    return left.pop(0) if left else uuid.uuid4()


def _line_row(
    version: BomVersion,
    line: LineDraft,
    place: int,
    items: dict[str, Item],
    units: dict[str, Unit],
    identities: dict[tuple[str, str], list[uuid.UUID]],
) -> BomLine:
    item = items[line.item]
    return BomLine(
        version=version,
        identity=_identity(line.identity, line.item, line.operation, identities),
        position=place * 10,
        item=item,
        quantity=line.quantity,
        unit=units[line.unit] if line.unit else item.stock_unit,
        per=line.per,
        handling_unit_kind=line.handling_unit_kind,
        operation_number=line.operation,
        method=line.method,
        pieces=line.pieces,
        tolerance=line.tolerance,
        alternate_strategy=line.strategy,
        whole_assemblies=line.whole_assemblies,
    )


def _step_rows(row: BomLine, line: LineDraft) -> list[BomLineStep]:
    return [BomLineStep(line=row, from_quantity=step.from_quantity, quantity=step.quantity) for step in line.steps]


def _alternate_rows(row: BomLine, line: LineDraft, items: dict[str, Item]) -> list[BomAlternate]:
    return [
        BomAlternate(
            line=row,
            rank=rank,
            item=items[one.item],
            factor=one.factor,
            percent=one.percent,
            quantity_limit=one.quantity_limit,
            valid_until=_moment(one.valid_until),
        )
        for rank, one in enumerate(line.alternates, start=1)
    ]


def _output_row(
    version: BomVersion,
    output: OutputDraft,
    place: int,
    items: dict[str, Item],
    units: dict[str, Unit],
    identities: dict[tuple[str, str], list[uuid.UUID]],
) -> BomOutput:
    item = items[output.item]
    return BomOutput(
        version=version,
        identity=_identity(output.identity, output.item, output.operation, identities),
        position=place * 10,
        item=item,
        kind=output.kind,
        quantity=output.quantity,
        unit=units[output.unit] if output.unit else item.stock_unit,
        operation_number=output.operation,
        cost_share=output.cost_share,
    )


def _loss_rows(version: BomVersion, draft: BomDraft, rows: list[BomLine]) -> list[ScrapFactor]:
    losses = []
    if draft.assembly_scrap is not None:
        losses.append(_loss_row(version, draft.assembly_scrap, ScrapLevel.ASSEMBLY))
    losses += [_loss_row(version, loss, ScrapLevel.OPERATION) for loss in draft.operation_scrap]
    for row, line in zip(rows, draft.lines, strict=True):
        if line.scrap is not None:
            losses.append(_loss_row(version, line.scrap, ScrapLevel.COMPONENT, row))
        if line.setup is not None:
            losses.append(_loss_row(version, line.setup, ScrapLevel.COMPONENT, row, ScrapKind.SETUP))
    return losses


def _loss_row(
    version: BomVersion,
    loss: ScrapDraft,
    level: ScrapLevel,
    line: BomLine | None = None,
    kind: ScrapKind = ScrapKind.RUNNING,
) -> ScrapFactor:
    return ScrapFactor(
        version=version,
        level=level,
        kind=kind,
        line=line,
        operation_number=loss.operation if level == ScrapLevel.OPERATION else "",
        percent=loss.percent,
        quantity=loss.quantity,
        convention=loss.convention,
        net=loss.net,
        loss=loss.loss,
        source=loss.source,
        source_note=loss.source_note,
    )
