"""Write a drafted BOM version anew: its author takes every part out and puts what is right in, in one step."""

from collections.abc import Sequence
from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.define_item import unit_of
from masterdata.actions.draft_bom import named_in, write_children
from masterdata.actions.record import record
from masterdata.actions.submit_bom import locked_version
from masterdata.models import BomAlternate, BomLineStep, BomVersion, Person, ScrapFactor, Unit
from masterdata.queries.contents import bom_content
from masterdata.rules.bom import BomDraft, LineDraft, OutputDraft, ScrapDraft
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.signatures import content_digest
from masterdata.rules.vocabulary import RecordState


def redraft_bom(
    *,
    version: BomVersion,
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
    seen: str | None = None,
) -> BomVersion:
    """Replace what a draft says. Only its author may, so that whoever approves it has written none of it.

    `seen`: digest of the content that the author changed; refused (changed_meanwhile) where the draft is another by now,
    so that nobody overwrites what they never saw. None: whatever stands there.
    Refused: out_of_sequence (it is no draft any more), not_the_author, unknown_item, unknown_unit.
    """
    require(author, Duty.DRAFT_MASTER_DATA)
    unit = unit_of(base_unit) if base_unit is not None else version.item.stock_unit
    draft = BomDraft(
        item=version.item.code,
        base_quantity=base_quantity,  # type: ignore[arg-type]
        base_unit=unit.code,
        phantom=phantom,
        lines=tuple(lines),
        outputs=tuple(outputs),
        assembly_scrap=assembly_scrap,
        operation_scrap=tuple(operation_scrap),
    )
    with acting(author, reason=reason):
        row = locked_version(version, RecordState.DRAFT)
        if row.author_id != author.pk:
            raise Refused(
                Refusal(
                    "not_the_author",
                    f"{row} was drafted by {row.author.name}.",
                    str(row),
                    "Draft a version of your own from it.",
                )
            )
        if seen is not None and seen != content_digest(bom_content(row)):
            raise Refused(
                Refusal(
                    "changed_meanwhile",
                    f"Somebody changed {row} meanwhile, perhaps you in another window. Nothing was saved.",
                    str(row),
                    "Note what you typed, reload the page, and enter it again on what stands there now.",
                )
            )
        items, units = named_in(draft)
        _take_out(row, author, reason)
        row.base_quantity, row.base_unit, row.phantom, row.reason = draft.base_quantity, unit, phantom, reason
        record(row, actor=author, reason=reason)
        write_children(row, draft, items, units, author, reason)
    version.refresh_from_db()
    return version


def _take_out(version: BomVersion, author: Person, reason: str) -> None:
    """Every part of the version, each with its row of history."""
    parts = [
        ScrapFactor.objects.filter(version=version),
        BomAlternate.objects.filter(line__version=version),
        BomLineStep.objects.filter(line__version=version),
        version.lines.all(),
        version.outputs.all(),
    ]
    for rows in parts:
        for row in rows:
            setattr(row, "_history_user", author)  # noqa: B010  simple-history reads them off the row
            setattr(row, "_change_reason", reason[:100])  # noqa: B010
            row.delete()
