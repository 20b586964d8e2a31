"""Ask for a posting to be reversed, with a reason. QA signs it; nothing moves until then."""

from datetime import datetime

from backflush.models import Posting, ReversalRequest
from backflush.queries.reversals import reversal_facts
from backflush.rules.reversal import reversal_refusals
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person, ReasonCode
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import ReasonKind
from traceability.actions.holding import hold_order


def request_reversal(
    *, posting: Posting, reason: ReasonCode, actor: Person, now: datetime, note: str
) -> ReversalRequest:
    """Open a request. `note`: what happened, which QA signs too.

    Refused where the posting cannot be reversed, the reason is no reversal reason, nothing is said, or a request is open.
    """
    require(actor, Duty.REQUEST_REVERSAL)
    with acting(actor, reason=reason.code):
        hold_order(posting.order_id)
        refusals = reversal_refusals(reversal_facts(posting))
        if not note.strip():
            refusals.append(
                Refusal(
                    "note_missing",
                    "The request does not say what happened.",
                    str(posting.number),
                    "Write a sentence: QA reads and signs it.",
                )
            )
        if reason.kind != ReasonKind.REVERSAL or not reason.active:
            refusals.append(
                Refusal(
                    "reason_wrong_kind",
                    f"{reason.code} is not a reason for a reversal.",
                    reason.code,
                    "Choose a reversal reason.",
                )
            )
        if ReversalRequest.objects.filter(posting=posting, declined_at=None, reversal=None).exists():
            refusals.append(
                Refusal(
                    "already_requested",
                    "A reversal of this posting already waits for QA.",
                    str(posting.number),
                    "Ask QA to sign or decline it.",
                )
            )
        if refusals:
            raise Refused(*refusals)
        return ReversalRequest.objects.create(
            posting=posting, requested_by=actor, requested_at=now, reason=reason, note=note.strip()
        )
