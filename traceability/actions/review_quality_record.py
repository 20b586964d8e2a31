"""QA takes a record into review, names its owner and its day; everybody who may adds notes to it."""

from datetime import date, datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from traceability.models import QualityNote, QualityRecord
from traceability.rules.quality_flow import flow_refusals
from traceability.rules.refusing import refuse_if
from traceability.rules.vocabulary import QualityState


def hold_record(row: QualityRecord) -> QualityRecord:
    """The record as it stands, kept from everybody else until this transaction ends."""
    return (
        QualityRecord.objects.select_for_update(no_key=True, of=("self",))
        .select_related("site", "owner", "opened_by")
        .get(pk=row.pk)
    )


def review_quality_record(
    *, row: QualityRecord, owner: Person, due_on: date, actor: Person, now: datetime, note: str = ""
) -> QualityRecord:
    """An open record goes into review; one that is in work gets another owner or day. Refused once it is closed."""
    require(actor, Duty.SETTLE_QUALITY_RECORD)
    with acting(actor, reason=note):
        held = hold_record(row)
        wanted = QualityState.IN_REVIEW if held.state in (QualityState.OPEN, QualityState.CLOSED) else held.state
        refusals = [] if wanted == held.state else flow_refusals(held.kind, held.state, wanted, number=held.number)
        if not owner.is_active:
            refusals.append(
                Refusal("not_active", f"The account of {owner.name} is closed.", owner.name, "Name somebody else.")
            )
        refuse_if(refusals)
        step = "taken into review" if wanted != held.state else "owner or day changed"
        held.state, held.owner, held.due_on = wanted, owner, due_on
        record(held, actor=actor, reason=note, changed=["state", "owner", "due_on"])
        said = f"{owner.name} owns it; due {due_on.isoformat()}. {note.strip()}".strip()
        QualityNote.objects.create(record=held, at=now, person=actor, step=step, text=said)
    return held


def note_quality_record(*, row: QualityRecord, text: str, actor: Person, now: datetime) -> QualityNote:
    """Add to what is known. Refused where nothing is said, or the record is closed."""
    require(actor, Duty.OPEN_QUALITY_RECORD)
    said = text.strip()
    with acting(actor):
        held = hold_record(row)
        refusals = []
        if not said:
            refusals.append(Refusal("note_missing", "There is nothing to add.", held.number, "Write a sentence."))
        if held.state == QualityState.CLOSED:
            refusals.append(
                Refusal("closed", f"{held.number} is closed; nothing is added to it.", held.number, "Open another one.")
            )
        refuse_if(refusals)
        return QualityNote.objects.create(record=held, at=now, person=actor, step="note", text=said)
