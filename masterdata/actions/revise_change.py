"""Change what a drafted request says: figures, reason, time, and what it means for open orders. Only its author may."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.governed_rows import row_with
from masterdata.actions.propose_change import duty_of
from masterdata.actions.record import record as save
from masterdata.models import ChangeOrder, ChangeRequest, Person
from masterdata.queries.changes import content_of_request, record_of, touched_orders
from masterdata.queries.governed import content_of_record, subject_of_record
from masterdata.rules.change_control import ChangeState, OrderChoice
from masterdata.rules.governed_kinds import KINDS, changed_fields
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.signatures import content_digest


def revise_change(
    *,
    request: ChangeRequest,
    author: Person,
    now: datetime,
    proposed: dict[str, Any] | None = None,
    reason: str | None = None,
    effective_from: datetime | None = None,
    later_orders: str | None = None,
    orders: Mapping[int, str] | None = None,
    seen: str | None = None,
) -> ChangeRequest:
    """What is None stays as it is, but `effective_from`, where None means at once. `orders`: choice by order id.

    `seen`: digest of the content that the author changed; refused (changed_meanwhile) where it is another by now.
    Refused: out_of_sequence, not_the_author, unknown_order, and what the fields' rules say.
    """
    require(author, duty_of(request.kind))
    with acting(author, reason=reason or request.reason):
        row = held_change(request)
        _refuse_stranger(row, author)
        record = record_of(row)
        if seen is not None and seen != content_digest(content_of_request(row, record)):
            raise Refused(
                Refusal(
                    "changed_meanwhile",
                    f"Somebody changed {row} meanwhile, perhaps you in another window. Nothing was saved.",
                    str(row),
                    "Compare it with what stands there now, and save again what is still right.",
                )
            )
        if proposed is not None and not KINDS[row.kind].versioned:
            base = content_of_record(row.kind, record) if record is not None else None
            _, faults = row_with(row.kind, record, dict(proposed))
            if faults:
                raise Refused(*faults)
            row.proposed = changed_fields(KINDS[row.kind], base, proposed)
            row.subject = subject_of_record(row.kind, {**(base or {}), **row.proposed})[:160]
        row.reason = row.reason if reason is None else reason.strip()
        row.later_orders = row.later_orders if later_orders is None else later_orders
        row.effective_from = effective_from
        save(row, actor=author, reason=row.reason)
        _decide(row, record, orders or {}, author)
    return row


def held_change(request: ChangeRequest) -> ChangeRequest:
    """The request, locked until the transaction ends."""
    return (
        ChangeRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("author").get(pk=request.pk)
    )


def _refuse_stranger(row: ChangeRequest, author: Person) -> None:
    found = []
    if row.state != ChangeState.DRAFT:
        found.append(Refusal("out_of_sequence", f"{row} is {row.state}, not a draft.", str(row), "Take it back first."))
    if row.author_id != author.pk:
        found.append(
            Refusal(
                "not_the_author", f"{row} was written by {row.author.name}.", str(row), "Leave a note on it instead."
            )
        )
    if found:
        raise Refused(*found)


def _decide(row: ChangeRequest, record: Any, orders: Mapping[int, str], author: Person) -> None:
    known = {order.order_id: order for order in touched_orders(row, record)}
    decided = {one.order_id: one for one in row.orders.all()}
    for order_id, choice in orders.items():
        if order_id not in known:
            raise Refused(
                Refusal(
                    "unknown_order",
                    "An order that was decided on is not open any more.",
                    str(order_id),
                    "Reload the page.",
                )
            )
        if choice not in set(OrderChoice):
            continue  # still undecided
        one = decided.get(order_id) or ChangeOrder(request=row, order_id=order_id, order_name=known[order_id].name)
        if one.choice != choice:
            one.choice = choice
            save(one, actor=author, reason=row.reason)
