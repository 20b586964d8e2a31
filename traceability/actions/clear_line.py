"""Line clearance: two people found a line free of everything that is not the order's; or it is not so any more."""

from collections.abc import Sequence
from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Person, ProductionLine
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from traceability.actions.holding import hold_order
from traceability.models import LineClearance, WorkOrder
from traceability.queries.line_state import foreign_lots
from traceability.rules.orders import ClearanceFact, clearance_refusals, readable_checklist
from traceability.rules.refusing import refuse_if


def clear_line(
    *,
    order: WorkOrder,
    line: ProductionLine,
    operator: Person,
    checker: Person,
    checklist: Sequence[object],
    now: datetime,
) -> LineClearance:
    """Declare a line clear for an order. `checker` proved at the edge, by badge and PIN, that they stand there.

    `checklist`: a list of `{"check": text, "ok": true}`. A clearance of the line for another order ends with it. Raises
    Refused with every reason: second_person_needed, foreign_lot for each, not_in_order for each, wrong_line, …
    """
    require(operator, Duty.CLEAR_LINE)
    require(checker, Duty.CLEAR_LINE)
    with acting(operator):
        order = hold_order(order.pk)
        checked = readable_checklist(checklist)
        standing = LineClearance.objects.filter(line=line, revoked_at__isnull=True)
        refuse_if(
            clearance_refusals(
                ClearanceFact(
                    order_number=order.number,
                    order_state=order.state,
                    line_code=line.code,
                    lines_of_order=frozenset(order.operations.values_list("line__code", flat=True)),
                    operator=operator.name,
                    checker=checker.name,
                    same_person=operator.pk == checker.pk,
                    standing=standing.filter(order=order).exists(),
                    checklist=checked,
                    foreign=tuple(foreign_lots(line, order)),
                )
            )
        )
        for earlier in standing.exclude(order=order):
            _end(earlier, operator, now, f"line cleared for order {order.number}")
        return record(
            LineClearance(
                order=order,
                line=line,
                operator=operator,
                checker=checker,
                checklist=[{"check": text, "ok": found} for text, found in checked],
                cleared_at=now,
            ),
            actor=operator,
        )


def revoke_clearance(*, clearance: LineClearance, actor: Person, reason: str, now: datetime) -> LineClearance:
    """The line is not clear any more; nothing posts at it until it is cleared again. Raises Refused."""
    require(actor, Duty.CLEAR_LINE)
    with acting(actor, reason=reason):
        hold_order(clearance.order_id)
        standing = LineClearance.objects.select_for_update(no_key=True).get(pk=clearance.pk)
        refusals = []
        if standing.revoked_at is not None:
            refusals.append(
                Refusal(
                    "not_clear",
                    f"Line {standing.line.code} is not clear for order {standing.order.number}.",
                    standing.line.code,
                    "Nothing needs to be done.",
                )
            )
        if not reason.strip():
            refusals.append(
                Refusal("reason_missing", "Say why the line is not clear.", standing.line.code, "Give a reason.")
            )
        refuse_if(refusals)
        return _end(standing, actor, now, reason.strip())


def _end(clearance: LineClearance, actor: Person, now: datetime, reason: str) -> LineClearance:
    clearance.revoked_at = now
    return record(clearance, actor=actor, reason=reason, changed=["revoked_at"])
