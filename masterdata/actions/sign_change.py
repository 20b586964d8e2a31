"""Sign a submitted change request. The last signature that it needs approves it, and makes it effective or sets its time."""

from datetime import datetime
from functools import partial
from typing import Any

from masterdata.actions.acting import acting
from masterdata.actions.effectivity import effective_moment, past_refusals
from masterdata.actions.record import record as save
from masterdata.actions.revise_change import held_change
from masterdata.actions.sign import sign
from masterdata.actions.submit_change import change_faults
from masterdata.actions.take_effect import move_orders, put_version_in_force, take_effect
from masterdata.models import ChangeRequest, ChangeSignature, Signature, SigningTicket
from masterdata.queries.changes import (
    SUBJECT,
    base_now,
    content_of_request,
    given_signatures,
    record_of,
    undecided_orders,
)
from masterdata.rules.change_control import (
    ChangeState,
    ChangeStep,
    GivenSignature,
    base_refusal,
    missing_roles,
    signing_refusals,
    step_refusal,
    undecided_refusals,
)
from masterdata.rules.governed_kinds import KINDS
from masterdata.rules.plant_words import role_in_sentence
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.signatures import content_digest
from masterdata.rules.vocabulary import RecordState

_NOTHING: dict[str, Any] = {}


def sign_change(*, request: ChangeRequest, ticket: SigningTicket, role: str, now: datetime) -> ChangeRequest:
    """Signed in a role by the ticket's person, over `queries.changes.content_of_request`.

    Refused: out_of_sequence, author_is_approver, signed_already, role_not_held, role_not_missing, base_changed,
    order_undecided, and every fault that what is proposed has by now.
    """
    signer = ticket.person
    with acting(signer, reason=request.reason):
        row = held_change(request)
        record = record_of(row, lock=True)
        given = given_signatures(row)
        _refuse(row, record, signer, role, given, now)
        complete = not missing_roles(row.required_roles, [*given, GivenSignature(signer.pk, role)])
        moment = _moment_of(row, record, now) if complete else None
        signature = sign(
            ticket=ticket,
            meaning=f"approved as {role_in_sentence(role)}",
            subject_kind=SUBJECT,
            subject_key=str(row.number),
            content=content_of_request(row, record),
            now=now,
        )
        ChangeSignature.objects.create(request=row, round=row.round, role=role, person=signer, signature=signature)
        if moment is not None:
            at_once = row.effective_from is None or row.effective_from < now
            _approve(row, record, signature, moment, at_once=at_once, now=now)
    request.refresh_from_db()
    return request


def reject_change(
    *, request: ChangeRequest, ticket: SigningTicket, role: str, reason: str, now: datetime
) -> ChangeRequest:
    """submitted → rejected, for good, with a reason and a signature by somebody who could have approved it."""
    signer = ticket.person
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why it is rejected.", str(request), "Enter a reason."))
    with acting(signer, reason=reason):
        row = held_change(request)
        record = record_of(row, lock=True)
        given = given_signatures(row)
        out_of_step = step_refusal(row.state, ChangeStep.REJECT, str(row))
        if out_of_step is not None:
            raise Refused(out_of_step)
        faults = _signer_faults(row, signer, role, given)
        if faults:
            raise Refused(*faults)
        signature = sign(
            ticket=ticket,
            meaning=f"rejected: {reason.strip()}"[:120],
            subject_kind=SUBJECT,
            subject_key=str(row.number),
            content=content_of_request(row, record),
            now=now,
        )
        ChangeSignature.objects.create(request=row, round=row.round, role=role, person=signer, signature=signature)
        row.state, row.decided_at, row.decision_reason = ChangeState.REJECTED, now, reason.strip()[:500]
        save(row, actor=signer, reason=reason)
        if KINDS[row.kind].versioned:
            record.state = RecordState.REJECTED
            record.signature = signature
            save(record, actor=signer, reason=reason)
    request.refresh_from_db()
    return request


def _signer_faults(row: ChangeRequest, signer: Any, role: str, given: list[GivenSignature]) -> list[Refusal]:
    return signing_refusals(
        name=str(row),
        author=row.author_id,
        signer=signer.pk,
        signer_roles=signer.roles,
        role=role,
        required=row.required_roles,
        given=given,
    )


def _refuse(
    row: ChangeRequest, record: Any, signer: Any, role: str, given: list[GivenSignature], now: datetime
) -> None:
    out_of_step = step_refusal(row.state, ChangeStep.APPROVE, str(row))
    if out_of_step is not None:
        raise Refused(out_of_step)
    faults = _signer_faults(row, signer, role, given)
    moved = base_refusal(
        str(row), content_digest(row.base or _NOTHING), content_digest(base_now(row, record) or _NOTHING)
    )
    if moved is not None:
        faults.append(moved)
    else:
        faults += change_faults(row, record, now)
    if faults:
        raise Refused(*faults)


def _moment_of(row: ChangeRequest, record: Any, now: datetime) -> datetime:
    """When it takes effect, with nobody posting or releasing any more; refused where an order was released meanwhile."""
    moment = effective_moment(row.effective_from, now, judge=partial(past_refusals, row.kind, record))
    released = undecided_refusals(undecided_orders(row, record))
    if released:
        raise Refused(*released)
    return moment


def _approve(
    row: ChangeRequest, record: Any, signature: Signature, moment: datetime, *, at_once: bool, now: datetime
) -> None:
    row.state, row.decided_at, row.effective_at = ChangeState.APPROVED, now, moment
    save(row, actor=signature.person, reason=row.reason)
    if KINDS[row.kind].versioned:
        put_version_in_force(row, record, signature, moment)
        move_orders(row, record, moment, signature.person)
    if at_once:
        take_effect(row, actor=signature.person, moment=moment)
