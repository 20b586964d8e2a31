"""At the close: post what standing output needed and no report took, under signature; nothing is received by it."""

from datetime import datetime

from backflush.actions.record_postings import Decided, record_postings
from backflush.models import Posting
from backflush.queries.true_ups import TrueUp, plan_true_up, true_up_content
from backflush.rules.stored_facts import write_facts
from backflush.rules.vocabulary import PostingKind
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.share_site import share_site
from masterdata.actions.sign import sign
from masterdata.models import SigningTicket
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from traceability.actions.holding import hold_order
from traceability.models import CarriedLink, WorkOrder

MEANING = "true-up approved"


def post_true_up(*, order: WorkOrder, operation: str, ticket: SigningTicket, now: datetime) -> Posting:
    """Post what the operation still owes of its standing output; its lines name the latest output lot, the others carry them.

    The ticket is given over `true_up_content` of the plan. Refused: nothing_to_post, order_not_open, what is short, …, and
    what `sign` refuses where the plan is another one by now.
    """
    signer = ticket.person
    require(signer, Duty.SIGN_TRUE_UP)
    with acting(signer):
        share_site(order.site_id)
        held = hold_order(order.pk)
        true_up = plan_true_up(held, operation, now, person_id=signer.pk, lock=True)
        _refuse(true_up)
        sign(
            ticket=ticket,
            meaning=MEANING,
            subject_kind="true_up",
            subject_key=f"{held.pk}:{operation}",
            content=true_up_content(true_up),
            now=now,
        )
        batch, row, plan = true_up.batch, true_up.row, true_up.plan
        progress, stock = batch.progress(row), batch.stock()
        facts = write_facts(true_up.report, true_up.order, true_up.recipe, progress, stock, plan)
        batch.settle(true_up.stock)
        batch.orders[held.pk].progress[operation] = plan.after
        decided = Decided(row, true_up.report, true_up.order, true_up.recipe, plan, facts)
        record_postings(batch, held.site_id, [decided], now)
        posting = Posting.objects.filter(order_id=held.pk, kind=PostingKind.TRUE_UP).latest("number")
        _carry(true_up, posting)
        return posting


def _refuse(true_up: TrueUp) -> None:
    refusals = list(true_up.plan.refusals)
    if not refusals and not any(outcome.picks for outcome in true_up.plan.outcomes):
        refusals.append(
            Refusal(
                "nothing_to_post",
                f"Operation {true_up.row.operation} has posted what its output needs.",
                true_up.row.operation,
                "Close the order.",
            )
        )
    if refusals:
        raise Refused(*refusals)


def _carry(true_up: TrueUp, posting: Posting) -> None:
    """What was taken late is in every lot that the order made, not in the latest one only."""
    others = [lot.pk for lot in true_up.lots if lot.pk != posting.output_lot_id]
    CarriedLink.objects.bulk_create(
        CarriedLink(
            site_id=posting.site_id,
            output_lot_id=lot,
            input_lot_id=draw.stock.lot,
            entry_id=posting.entry_id,
            component=outcome.line.component,
        )
        for lot in (others if posting.output_lot_id else [])
        for outcome in true_up.plan.outcomes
        for pick in outcome.picks
        for draw in pick.draws
    )
