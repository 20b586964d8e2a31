"""Close an order: every finding mended, or accepted with a reason where that is allowed; then nothing posts to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max

from backflush.models import OrderClose
from backflush.queries.closing import close_content, close_findings
from backflush.rules.order_close import signature_refusals, unaccepted
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.sign import sign
from masterdata.models import Person, Signature, SigningTicket
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from traceability.actions.holding import hold_order
from traceability.models import WorkOrder
from traceability.rules.vocabulary import OrderState

MEANING = "close approved as it stands"


def close_order(
    *,
    order: WorkOrder,
    actor: Person,
    now: datetime,
    accepted: Mapping[str, str] | None = None,
    ticket: SigningTicket | None = None,
) -> OrderClose:
    """Close a released order. `accepted`: finding code → why it is accepted; what is over-posted takes a `ticket` as well,
    given over `close_content`.

    Refused with every finding that still stands, `signature_missing`, or `order_not_open`. The order row is locked, so that
    no report can post in between.
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
        standing = unaccepted(findings, reasons) or signature_refusals(findings, signed=ticket is not None)
        if standing:
            raise Refused(*standing)
        signature = _signed(ticket, held, findings, reasons, actor, now) if ticket is not None else None
        held.state = OrderState.CLOSED
        held.closed_at = now
        held.save(update_fields=["state", "closed_at"])
        latest = OrderClose.objects.filter(order_id=held.pk).aggregate(latest=Max("revision"))["latest"]
        return OrderClose.objects.create(
            order_id=held.pk,
            revision=(latest or 0) + 1,
            closed_by=actor,
            closed_at=now,
            accepted=[{**finding.as_dict(), "why": reasons[finding.code]} for finding in findings],
            signature=signature,
        )


def _signed(
    ticket: SigningTicket,
    order: WorkOrder,
    findings: Sequence[Refusal],
    reasons: Mapping[str, Any],
    actor: Person,
    now: datetime,
) -> Signature:
    if ticket.person_id != actor.pk:
        raise Refused(
            Refusal("not_your_session", "Whoever closes the order signs.", actor.name, "Sign with your own account.")
        )
    return sign(
        ticket=ticket,
        meaning=MEANING,
        subject_kind="order_close",
        subject_key=str(order.pk),
        content=close_content(order, findings, reasons),
        now=now,
    )
