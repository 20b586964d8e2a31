"""Bound material that was not used goes back: to the store, or to quarantine where it was exposed."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Bin, Person, ReasonCode
from masterdata.rules.duties import Duty
from masterdata.rules.vocabulary import ReasonKind
from traceability.actions.holding import keep_order_open
from traceability.actions.ledger import record_moves
from traceability.models import UNBOUND, MaterialLot, StagingScan, WorkOrder
from traceability.queries.bins import bin_fact
from traceability.queries.precision import counted
from traceability.rules.moves import Move
from traceability.rules.places import return_refusals, same_site_refusals
from traceability.rules.reasons import reason_refusals
from traceability.rules.refusing import refuse_if
from traceability.rules.staging import order_refusals
from traceability.rules.vocabulary import EntryKind, StagingKind


def return_to_stock(
    *,
    order: WorkOrder,
    lot: MaterialLot,
    from_bin: Bin,
    to_bin: Bin,
    quantity: object,
    reason: ReasonCode,
    exposed: bool,
    actor: Person,
    now: datetime,
) -> StagingScan:
    """Take `quantity` of a lot (in its stock unit) from an order's binding and put it back; returns the scan.

    `exposed`: the material was open to the air, to people or to other material; it goes to a quarantine bin. Raises
    Refused: reason_wrong_kind, exposed_goes_to_quarantine, wrong_bin, wrong_site, order_not_open, short, …
    """
    require(actor, Duty.HANDLE_STOCK)
    amount = counted(quantity, lot.item)
    named = [(lot.code, lot.site_id), (from_bin.code, from_bin.site_id), (to_bin.code, to_bin.site_id)]
    refuse_if(
        [
            *same_site_refusals(order.site_id, named),
            *return_refusals(bin_fact(to_bin), exposed=exposed),
            *reason_refusals(reason.code, reason.kind, reason.active, wanted=ReasonKind.RETURN),
        ]
    )
    with acting(actor, reason=reason.code):
        keep_order_open(order.pk)
        entry = record_moves(
            site_id=order.site_id,
            kind=EntryKind.RETURN,
            moves=[Move(lot.pk, lot.item_id, from_bin.pk, order.pk, to_bin.pk, UNBOUND, amount)],
            actor=actor,
            occurred_at=now,
            now=now,
            order_id=order.pk,
            reason=reason,
            judge=lambda: order_refusals(
                order.number, WorkOrder.objects.values_list("state", flat=True).get(pk=order.pk)
            ),
        )
        return StagingScan.objects.create(
            order=order,
            lot=lot,
            kind=StagingKind.RETURN,
            from_bin=from_bin,
            to_bin=to_bin,
            quantity=amount,
            exposed=exposed,
            reason=reason,
            person=actor,
            at=now,
            entry_id=entry.id,
        )
