"""Close an order: every finding mended, or accepted with a reason where that is allowed; then nothing posts to it."""

from collections.abc import Mapping
from datetime import datetime

from backflush.models import OrderClose
from backflush.queries.closing import close_findings
from backflush.rules.order_close import unaccepted
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from traceability.actions.holding import hold_order
from traceability.models import WorkOrder
from traceability.rules.vocabulary import OrderState


def close_order(
    *, order: WorkOrder, actor: Person, now: datetime, accepted: Mapping[str, str] | None = None
) -> OrderClose:
    """Close a released order. `accepted`: finding code → why it is accepted.

    Refused with every finding that still stands, or `order_not_open`. The order row is locked, so that no report can post
    in between.
    """
    require(actor, Duty.CLOSE_ORDER)
    reasons = dict(accepted or {})
    with acting(actor):
        held = hold_order(order.pk)
        if held.state != OrderState.RELEASED:
            raise Refused(
                Refusal(
                    "order_not_open", f"Order {held.number} is {held.state}.", held.number, "Nothing is left to close."
                )
            )
        findings = close_findings(held, now)
        standing = unaccepted(findings, reasons)
        if standing:
            raise Refused(*standing)
        held.state = OrderState.CLOSED
        held.closed_at = now
        held.save(update_fields=["state", "closed_at"])
        return OrderClose.objects.create(
            order_id=held.pk,
            closed_by=actor,
            closed_at=now,
            accepted=[{**finding.as_dict(), "why": reasons[finding.code]} for finding in findings],
        )
