"""Open a closed order again: asked for with a reason, signed by QA and by finance; the frozen figures stay as they were."""

from datetime import datetime

from backflush.models import OrderReopening
from backflush.queries.closing import closes_of, reopening_content
from backflush.rules.order_close import reopening_refusals, signer_of_reopening
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.sign import sign
from masterdata.models import Person, SigningTicket
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from traceability.actions.holding import hold_order
from traceability.models import WorkOrder
from traceability.rules.vocabulary import OrderState

MEANING = "reopening approved"


def request_reopening(*, order: WorkOrder, why: str, actor: Person, now: datetime) -> OrderReopening:
    """Ask for it. Refused: order_not_closed, already_requested, reason_missing."""
    require(actor, Duty.REQUEST_REOPENING)
    with acting(actor, reason=why):
        held = hold_order(order.pk)
        close = next(iter(closes_of(held.pk)), None)
        asked = close is not None and OrderReopening.objects.filter(close=close, reopened_at=None).exists()
        refusals = reopening_refusals(number=held.number, state=held.state, asked=asked, why=why)
        if refusals or close is None:
            raise Refused(*refusals)
        return OrderReopening.objects.create(close=close, why=why.strip()[:500], requested_by=actor, requested_at=now)


def sign_reopening(*, reopening: OrderReopening, ticket: SigningTicket, now: datetime) -> OrderReopening:
    """One of the two signatures, over `reopening_content`; with the second the order is open again.

    Refused: already_settled, same_signer, already_signed, and what `sign` refuses.
    """
    signer = ticket.person
    require(signer, Duty.SIGN_REOPENING)
    with acting(signer, reason=reopening.why):
        order = hold_order(reopening.close.order_id)
        held = (
            OrderReopening.objects.select_for_update(of=("self",))
            .select_related("close", "requested_by", "qa_signature", "finance_signature")
            .get(pk=reopening.pk)
        )
        if held.reopened_at is not None:
            raise Refused(
                Refusal("already_settled", f"Order {order.number} is open again.", order.number, "Open the order.")
            )
        role = signer_of_reopening(
            name=signer.name,
            roles=signer.roles,
            qa_signed=held.qa_signature is not None,
            finance_signed=held.finance_signature is not None,
            again=signer.pk in {one.person_id for one in (held.qa_signature, held.finance_signature) if one},
        )
        if isinstance(role, Refusal):
            raise Refused(role)
        signature = sign(
            ticket=ticket,
            meaning=MEANING,
            subject_kind="order_reopening",
            subject_key=str(held.pk),
            content=reopening_content(held),
            now=now,
        )
        setattr(held, f"{role}_signature", signature)
        opens = held.qa_signature is not None and held.finance_signature is not None
        held.reopened_at = now if opens else None
        held.save(update_fields=["qa_signature", "finance_signature", "reopened_at"])
        if opens:
            order.state, order.closed_at = OrderState.RELEASED, None
            order.save(update_fields=["state", "closed_at"])
        return held
