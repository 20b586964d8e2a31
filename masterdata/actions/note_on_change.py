"""Say something about a change request; it stays."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import ChangeNote, ChangeRequest, Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused


def note_on_change(*, request: ChangeRequest, author: Person, text: str, now: datetime) -> ChangeNote:
    """A note of at most 1,000 characters. Refused: note_empty, note_too_long."""
    require(author, Duty.DISCUSS_CHANGE)
    said = text.strip()
    if not said:
        raise Refused(Refusal("note_empty", "The note is empty.", str(request), "Write something."))
    if len(said) > 1000 or "\x00" in said:
        raise Refused(
            Refusal("note_too_long", "A note has at most 1,000 characters.", str(request), "Shorten it, or write two.")
        )
    with acting(author):
        return ChangeNote.objects.create(request=request, author=author, text=said, at=now)
