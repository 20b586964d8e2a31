"""QA declines a reversal request: the posting stands."""

from datetime import datetime

from backflush.models import ReversalRequest
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused


def decline_reversal(*, request: ReversalRequest, actor: Person, now: datetime, note: str) -> ReversalRequest:
    """Decline an open request. Refused where it was signed or declined before, or `note` does not say why."""
    require(actor, Duty.SIGN_REVERSAL)
    note = note.strip()
    if not note:
        raise Refused(Refusal("reason_missing", "Say why the posting stands.", str(request.pk), "Write a sentence."))
    with acting(actor, reason=note):
        held = ReversalRequest.objects.select_for_update().get(pk=request.pk)
        if held.declined_at is not None or held.reversal_id is not None:
            raise Refused(
                Refusal("request_settled", "This request was already settled.", str(request.pk), "Open the posting.")
            )
        held.declined_by = actor
        held.declined_at = now
        held.note = f"{held.note} / declined: {note}"[:500]
        held.save(update_fields=["declined_by", "declined_at", "note"])
        return held
