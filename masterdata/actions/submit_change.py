"""Submit a drafted change request, take it back, or withdraw it for good."""

from datetime import datetime
from typing import Any

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.effectivity import past_refusals
from masterdata.actions.governed_rows import row_with
from masterdata.actions.propose_change import duty_of
from masterdata.actions.record import record as save
from masterdata.actions.revise_change import held_change
from masterdata.actions.submit_bom import version_faults
from masterdata.models import ChangeRequest, Person
from masterdata.queries.changes import (
    base_now,
    changes_in,
    record_of,
    required_signers,
    undecided_orders,
    waiting_before,
)
from masterdata.queries.open_orders import move_faults
from masterdata.rules.change_control import (
    ChangeState,
    ChangeStep,
    OrderChoice,
    RequestFact,
    request_faults,
    step_refusal,
)
from masterdata.rules.governed_kinds import KINDS
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import RecordState


def submit_change(*, request: ChangeRequest, actor: Person, now: datetime) -> ChangeRequest:
    """draft → submitted. Refused with every fault at once: of the request, of the record, of orders that cannot move."""
    require(actor, duty_of(request.kind))
    with acting(actor, reason=request.reason):
        row = held_change(request)
        _refuse_step(row, ChangeStep.SUBMIT, actor)
        record = record_of(row, lock=True)
        faults = change_faults(row, record, now)
        if faults:
            raise Refused(*faults)
        row.base = base_now(row, record)
        row.required_roles = required_signers(row.kind)
        row.state, row.submitted_at = ChangeState.SUBMITTED, now
        save(row, actor=actor, reason=row.reason)
        if KINDS[row.kind].versioned:
            move_version(record, RecordState.SUBMITTED, actor, row.reason, now)
    request.refresh_from_db()
    return request


def take_back_change(*, request: ChangeRequest, actor: Person, reason: str, now: datetime) -> ChangeRequest:
    """submitted → draft, by its author. Signatures given so far count no more: what is submitted next may be another."""
    require(actor, duty_of(request.kind))
    with acting(actor, reason=reason):
        row = held_change(request)
        _refuse_step(row, ChangeStep.TAKE_BACK, actor)
        row.state, row.submitted_at, row.round = ChangeState.DRAFT, None, row.round + 1
        save(row, actor=actor, reason=reason)
        _give_back_version(row, actor, reason, now)
    request.refresh_from_db()
    return request


def withdraw_change(*, request: ChangeRequest, actor: Person, reason: str, now: datetime) -> ChangeRequest:
    """For good, by its author, with a reason. An approved one only before it took effect, and if it is no version."""
    require(actor, duty_of(request.kind))
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why it is withdrawn.", str(request), "Enter a reason."))
    with acting(actor, reason=reason):
        row = held_change(request)
        _refuse_step(row, ChangeStep.WITHDRAW, actor)
        if row.state == ChangeState.APPROVED and KINDS[row.kind].versioned:
            raise Refused(
                Refusal(
                    "approved_version_stands",
                    f"{row.subject} is approved, and an approved version never changes.",
                    str(row),
                    "Draft another version that takes effect after it.",
                )
            )
        was = row.state
        row.state, row.decision_reason, row.decided_at = ChangeState.WITHDRAWN, reason.strip()[:500], now
        save(row, actor=actor, reason=reason)
        if was == ChangeState.SUBMITTED:
            _give_back_version(row, actor, reason, now)
    request.refresh_from_db()
    return request


def change_faults(row: ChangeRequest, record: Any, now: datetime) -> list[Refusal]:
    """Everything that is wrong with a request as it stands, at once."""
    versioned = KINDS[row.kind].versioned
    fact = RequestFact(
        name=str(row),
        kind=row.kind,
        reason=row.reason,
        changes=len(changes_in(row, record)),
        undecided=undecided_orders(row, record),
        others_waiting=waiting_before(row),
    )
    faults = request_faults(fact)
    faults += past_refusals(row.kind, record, row.effective_from, now)
    for one in row.orders.filter(choice=OrderChoice.MOVE):
        faults += move_faults(one.order_id, record)
    if versioned:
        faults += version_faults(record, now) if row.kind == "bom_version" else []
    else:
        faults += row_with(row.kind, record_of(row), dict(row.proposed))[1]
    return faults


def _refuse_step(row: ChangeRequest, step: ChangeStep, actor: Person) -> None:
    found = [step_refusal(row.state, step, str(row))]
    if row.author_id != actor.pk:
        found.append(
            Refusal("not_the_author", f"{row} was written by {row.author.name}.", str(row), "Ask the author to do it.")
        )
    faults = [one for one in found if one is not None]
    if faults:
        raise Refused(*faults)


def _give_back_version(row: ChangeRequest, actor: Person, reason: str, now: datetime) -> None:
    if KINDS[row.kind].versioned:
        move_version(record_of(row, lock=True), RecordState.DRAFT, actor, reason, now)


def move_version(version: Any, state: RecordState, actor: Person, reason: str, now: datetime) -> None:
    """The drafted version goes along with what decides on it, in the open transaction."""
    version.state = state
    if hasattr(version, "submitted_at"):
        version.submitted_at = now if state == RecordState.SUBMITTED else None
    save(version, actor=actor, reason=reason)
