"""Let an approved change take effect: at once with its last signature, or when its time comes (a sweep every few seconds)."""

from datetime import datetime
from typing import Any

from django.db import connection

from masterdata.actions.acting import acting
from masterdata.actions.effectivity import effective_moment, end_predecessor
from masterdata.actions.governed_rows import row_with
from masterdata.actions.order_moves import move_order_to
from masterdata.actions.record import record as save
from masterdata.models import BinService, ChangeRequest, LabelVersion, Signature
from masterdata.queries.changes import all_changes, record_of, touched_orders
from masterdata.queries.governed import predecessor, rivals
from masterdata.rules.change_control import ChangeState, OrderChoice
from masterdata.rules.governed_kinds import KINDS
from masterdata.rules.refusal import Refused
from masterdata.rules.vocabulary import RecordState

SERVICE = "service:changes"


def take_due_changes(*, now: datetime) -> list[str]:
    """Every approved change whose time has come takes effect, each in its own transaction; numbers of those that did.

    One that cannot (its line is gone, say) stays approved and says what hinders it.
    """
    due = ChangeRequest.objects.filter(state=ChangeState.APPROVED, effective_at__lte=now).order_by("effective_at", "id")
    done = []
    for pk in list(due.values_list("pk", flat=True)):
        try:
            with acting(SERVICE, reason="its time has come"):
                row = all_changes().select_for_update(no_key=True, of=("self",), skip_locked=True).filter(pk=pk).first()
                if row is None or row.state != ChangeState.APPROVED:
                    continue
                record_of(row, lock=True)  # before the posting locks, as whoever signs takes them
                moment = effective_moment(None, now)
                take_effect(row, actor=SERVICE, moment=moment)
                done.append(str(row))
        except Refused as refused:
            _hindered(pk, " ".join(one.sentence for one in refused.refusals))
    return done


def take_effect(row: ChangeRequest, *, actor: object, moment: datetime) -> None:
    """approved → effective, in the open transaction. `moment`: now, with the posting locks held."""
    record = record_of(row, lock=True)
    if KINDS[row.kind].versioned:
        _move_later_orders(row, record, moment, actor)
    else:
        record = _write(row, record, actor)
        row.effective_at = moment
    _supersede(row, record, actor)
    row.record_id = record.pk if record is not None and row.record_id is None else row.record_id
    row.state, row.hindrance = ChangeState.EFFECTIVE, ""
    save(row, actor=actor, reason=row.reason)


def put_version_in_force(row: ChangeRequest, version: Any, signature: Signature, moment: datetime) -> None:
    """The drafted version is approved from a time on, and the one before it ends there."""
    end_predecessor(
        rivals(row.kind, version).exclude(pk=version.pk),
        moment,
        subject=row.subject,
        actor=signature.person,
        reason=row.reason,
    )
    version.state, version.effective_from, version.signature = RecordState.APPROVED, moment, signature
    save(version, actor=signature.person, reason=row.reason)


def move_orders(row: ChangeRequest, version: Any, moment: datetime, actor: object) -> None:
    """Orders that were decided to move are made by the new version from its time on."""
    still_open = {order.order_id for order in touched_orders(row, version)}
    for one in row.orders.filter(choice=OrderChoice.MOVE).order_by("order_id"):
        if one.order_id in still_open:
            move_order_to(order_id=one.order_id, version=version, applicable_from=moment, actor=actor)


def _move_later_orders(row: ChangeRequest, version: Any, moment: datetime, actor: object) -> None:
    if row.later_orders != OrderChoice.MOVE:
        return
    decided = set(row.orders.values_list("order_id", flat=True))
    for order in touched_orders(row, version):
        if order.order_id not in decided:
            move_order_to(order_id=order.order_id, version=version, applicable_from=moment, actor=actor)


def _write(row: ChangeRequest, record: Any, actor: object) -> Any:
    """The governed record as proposed. The law of the database looks for this request."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('backflush.change_request', %s, true)", [str(row.number)])
    try:
        if row.kind == "bin_service" and record is not None:
            if row.proposed.get("may_draw") is False:
                _take_back_service(record, row, actor)
            return record
        changed, faults = row_with(row.kind, record, dict(row.proposed))
        if faults:
            raise Refused(*faults)
        if isinstance(changed, LabelVersion):
            last = row.signatures.filter(round=row.round).order_by("-id").select_related("signature").first()
            changed.approved_at, changed.signature = row.decided_at, last.signature if last else None
        return save(changed, actor=actor, reason=f"{row}: {row.reason}")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('backflush.change_request', '', true)")


def _take_back_service(record: BinService, row: ChangeRequest, actor: object) -> None:
    record._change_reason = f"{row}: {row.reason}"[:100]  # type: ignore[attr-defined]
    record.delete()


def _supersede(row: ChangeRequest, record: Any, actor: object) -> None:
    earlier = all_changes().filter(kind=row.kind, state=ChangeState.EFFECTIVE).exclude(pk=row.pk)
    if KINDS[row.kind].versioned:
        before = predecessor(row.kind, record)
        earlier = earlier.filter(record_id=before.pk if before is not None else None)
    elif row.record_id is not None:
        earlier = earlier.filter(record_id=row.record_id)
    else:
        return
    for one in earlier.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        one.state = ChangeState.SUPERSEDED
        save(one, actor=actor, reason=f"by {row}", changed=["state"])


def _hindered(pk: int, why: str) -> None:
    with acting(SERVICE, reason="its time has come"):
        row = all_changes().select_for_update(no_key=True, of=("self",)).get(pk=pk)
        if row.state == ChangeState.APPROVED and row.hindrance != why[:500]:
            row.hindrance = why[:500]
            save(row, actor=SERVICE, reason="it cannot take effect", changed=["hindrance"])
