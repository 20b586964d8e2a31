"""What is left of an order at its line is bound to the next order there, by scan; it need not go back to the store first."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Bin, Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from traceability.actions.holding import keep_order_open
from traceability.actions.ledger import record_moves
from traceability.actions.record_binding import record_binding
from traceability.actions.stage_lot import why_not_bound
from traceability.models import MaterialLot, StagingScan, WorkOrder
from traceability.queries.precision import counted
from traceability.rules.moves import Move
from traceability.rules.staging import order_refusals
from traceability.rules.vocabulary import EntryKind, StagingKind


def rebind_stock(
    *,
    order: WorkOrder,
    to_order: WorkOrder,
    lot: MaterialLot,
    from_bin: Bin,
    to_bin: Bin,
    quantity: object,
    actor: Person,
    now: datetime,
) -> StagingScan:
    """Take `quantity` of a lot (in its stock unit) out of `order`'s binding and bind it to `to_order`; returns its scan.

    `to_bin`: where it lies then, often `from_bin` itself. Raises Refused with every reason: same_order, order_not_open,
    not_released, expired, not_in_bom, wrong_bin, wrong_site, short, quantity_too_fine, not_your_duty.
    """
    require(actor, Duty.HANDLE_STOCK)
    amount = counted(quantity, lot.item)
    if order.pk == to_order.pk:
        raise Refused(
            Refusal(
                "same_order",
                f"It is bound to order {order.number} already.",
                order.number,
                "Scan the order that takes it next.",
            )
        )
    with acting(actor):
        for order_id in sorted({order.pk, to_order.pk}):
            keep_order_open(order_id)
        entry = record_moves(
            site_id=order.site_id,
            kind=EntryKind.STAGING,
            moves=[Move(lot.pk, lot.item_id, from_bin.pk, order.pk, to_bin.pk, to_order.pk, amount)],
            actor=actor,
            occurred_at=now,
            now=now,
            order_id=to_order.pk,
            note=f"rebound from order {order.number}",
            judge=lambda: _why_not(order, to_order, lot, from_bin, to_bin, now),
        )
        return record_binding(
            StagingKind.REBIND,
            order=to_order,
            lot=lot,
            from_bin=from_bin,
            to_bin=to_bin,
            quantity=amount,
            actor=actor,
            now=now,
            entry_id=entry.id,
        )


def _why_not(
    order: WorkOrder, to_order: WorkOrder, lot: MaterialLot, from_bin: Bin, to_bin: Bin, now: datetime
) -> list[Refusal]:
    state = WorkOrder.objects.values_list("state", flat=True).get(pk=order.pk)
    refusals = order_refusals(order.number, state)
    return [*refusals, *why_not_bound(order=to_order, lot=lot, from_bin=from_bin, to_bin=to_bin, now=now)]
