"""Staging: one scan moves a lot's quantity into an order's staging bin and binds it to the order."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Bin, Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from traceability.actions.holding import keep_order_open
from traceability.actions.ledger import record_moves
from traceability.actions.record_binding import record_binding
from traceability.models import UNBOUND, MaterialLot, StagingScan, WorkOrder
from traceability.queries.bins import bin_fact, staging_bins
from traceability.queries.days import site_day
from traceability.queries.pinned_boms import taken_by_order
from traceability.queries.precision import counted
from traceability.rules.moves import Move
from traceability.rules.places import same_site_refusals
from traceability.rules.staging import StagingFact, staging_refusals
from traceability.rules.vocabulary import EntryKind, LotStatus, StagingKind


def stage_lot(
    *,
    order: WorkOrder,
    lot: MaterialLot,
    from_bin: Bin,
    to_bin: Bin,
    quantity: object,
    actor: Person,
    now: datetime,
    rank: int = 0,
) -> StagingScan:
    """Bind `quantity` of a lot (in its stock unit) to an order, in a staging bin of its line.

    `rank` is the order's own preference among its lots (allocation by reservation draws the lowest first). Raises Refused
    with every reason: order_not_open, not_released, expired, not_in_bom, wrong_bin, wrong_site, short,
    quantity_too_fine, not_your_duty.
    """
    require(actor, Duty.HANDLE_STOCK)
    amount = counted(quantity, lot.item)
    with acting(actor):
        keep_order_open(order.pk)
        entry = record_moves(
            site_id=order.site_id,
            kind=EntryKind.STAGING,
            moves=[Move(lot.pk, lot.item_id, from_bin.pk, UNBOUND, to_bin.pk, order.pk, amount)],
            actor=actor,
            occurred_at=now,
            now=now,
            order_id=order.pk,
            judge=lambda: why_not_staged(order=order, lot=lot, from_bin=from_bin, to_bin=to_bin, now=now),
        )
        return record_binding(
            StagingKind.STAGE,
            order=order,
            lot=lot,
            from_bin=from_bin,
            to_bin=to_bin,
            quantity=amount,
            actor=actor,
            now=now,
            entry_id=entry.id,
            rank=rank,
        )


def why_not_staged(*, order: WorkOrder, lot: MaterialLot, from_bin: Bin, to_bin: Bin, now: datetime) -> list[Refusal]:
    """Every reason against binding the lot, taken from a shelf, to the order in that bin, as things stand now."""
    return _why_not(order, lot, from_bin, to_bin, now, rebound=False)


def why_not_bound(*, order: WorkOrder, lot: MaterialLot, from_bin: Bin, to_bin: Bin, now: datetime) -> list[Refusal]:
    """As `why_not_staged`, of what lies at a line already, bound to another order."""
    return _why_not(order, lot, from_bin, to_bin, now, rebound=True)


def _why_not(
    order: WorkOrder, lot: MaterialLot, from_bin: Bin, to_bin: Bin, now: datetime, *, rebound: bool
) -> list[Refusal]:
    state = WorkOrder.objects.values_list("state", flat=True).get(pk=order.pk)
    standing = MaterialLot.objects.select_related("item").get(pk=lot.pk)
    operations = tuple(
        sorted({taken.operation_number for taken in taken_by_order(order.pk, now) if taken.item_id == standing.item_id})
    )
    serving = staging_bins(order.pk, operations)
    fact = StagingFact(
        order_number=order.number,
        order_state=state,
        lot_code=standing.code,
        item_code=standing.item.code,
        lot_status=standing.status,
        expires_on=standing.expires_on,
        today=site_day(order.site, now),
        from_bin=bin_fact(from_bin),
        to_bin=bin_fact(to_bin),
        operations=operations,
        served=to_bin.pk in serving,
        serving=tuple(serving.values()),
        taken_up=order.reworks_id == standing.pk and standing.status == LotStatus.HELD,
        rebound=rebound,
    )
    named = [(standing.code, standing.site_id), (from_bin.code, from_bin.site_id), (to_bin.code, to_bin.site_id)]
    return [*same_site_refusals(order.site_id, named), *staging_refusals(fact)]
