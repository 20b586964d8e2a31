"""Take a submitted version back to draft that no change request decides on: it was submitted before there were any."""

from datetime import datetime
from typing import Any

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.submit_change import move_version
from masterdata.models import Person
from masterdata.queries.changes import live_change
from masterdata.queries.governed import content_of_record, find_record, subject_of_record
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import RecordState

#: what the audit trail and the history say of it
WHY = "It was submitted before change requests were kept, so nothing decides on it."


def take_back_version(*, kind: str, version: Any, actor: Person, now: datetime) -> Any:
    """submitted → draft, by its author, who then asks for approval as for any draft. No request is made up for the past.

    Refused: out_of_sequence, decided_by_a_request (take that back), not_the_author.
    """
    require(actor, Duty.DRAFT_MASTER_DATA)
    with acting(actor, reason=WHY):
        row = find_record(kind, version.pk, lock=True)
        name = subject_of_record(kind, content_of_record(kind, row))
        refusals = _refusals(kind, row, name, actor)
        if refusals:
            raise Refused(*refusals)
        move_version(row, RecordState.DRAFT, actor, WHY, now)
    return row


def _refusals(kind: str, row: Any, name: str, actor: Person) -> list[Refusal]:
    found = []
    live = live_change(kind, row.pk)
    if live is not None:
        found.append(
            Refusal("decided_by_a_request", f"{live} decides on {name}.", str(live), "Take that request back.")
        )
    elif row.state != RecordState.SUBMITTED:
        found.append(
            Refusal("out_of_sequence", f"{name} is {row.state}, not submitted.", name, "Reload; somebody was faster.")
        )
    if row.author_id != actor.pk:
        found.append(
            Refusal(
                "not_the_author",
                f"{name} was written by {row.author.name}.",
                name,
                "Ask the author to take it back, or draft a new version.",
            )
        )
    return found
