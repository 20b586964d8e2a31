"""Ask for a posting to be reversed, or corrected, with a reason. QA signs it; nothing moves until then."""

import json
from datetime import datetime
from typing import Any

from backflush.models import Posting, ReversalRequest
from backflush.queries.corrections import preview_correction
from backflush.queries.reversals import reported_body, reversal_facts
from backflush.rules.correction import correction_refusals
from backflush.rules.report import Report, canonical_body
from backflush.rules.reversal import reversal_refusals
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person, ReasonCode
from masterdata.rules.duties import Duty
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import ReasonKind
from traceability.actions.holding import hold_order


def request_reversal(
    *,
    posting: Posting,
    reason: ReasonCode,
    actor: Person,
    now: datetime,
    note: str,
    corrected: Report | None = None,
) -> ReversalRequest:
    """Open a request. `note`: what happened, which QA signs too. `corrected`: what should have been reported, to be posted
    in its place by the same signature.

    Refused where the posting cannot be reversed, the reason is no reversal reason, nothing is said, a request is open, or
    the corrected report would not post: with every reason at once.
    """
    require(actor, Duty.REQUEST_REVERSAL)
    with acting(actor, reason=reason.code):
        hold_order(posting.order_id)
        refusals = reversal_refusals(
            reversal_facts(posting, anew=Fraction(corrected.good) if corrected is not None else ZERO)
        )
        if corrected is not None:
            refusals += _why_not_corrected(posting, corrected, actor, reversible=not refusals)
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
            posting=posting,
            requested_by=actor,
            requested_at=now,
            reason=reason,
            note=note.strip(),
            **_correcting(corrected),
        )


def _why_not_corrected(posting: Posting, corrected: Report, actor: Person, *, reversible: bool) -> list[Refusal]:
    if posting.report_id is None:
        return [
            Refusal(
                "not_from_a_report",
                "This posting was not posted from a report, so no report can be corrected.",
                str(posting.number),
                "Correct the posting of the report.",
            )
        ]
    number = str(posting.number)
    refusals = correction_refusals(reported_body(posting), json.loads(canonical_body(corrected)), number)
    if reversible and not refusals:
        found = preview_correction(posting, corrected, person_id=actor.pk)
        refusals += [Refusal(**reason) for reason in found["reasons"]]
    return refusals


def _correcting(corrected: Report | None) -> dict[str, Any]:
    if corrected is None:
        return {}
    return {"corrected": canonical_body(corrected), "corrected_event": corrected.event_id}
