"""Stock is scrapped by hand, with a reason; what is used up by output is posted, not scrapped."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Bin, Person, ReasonCode
from masterdata.rules.duties import Duty, may
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import UNCOUNTED_BINS, BinKind, ReasonKind
from traceability.actions.holding import keep_order_open
from traceability.actions.ledger import record_moves
from traceability.models import UNBOUND, LedgerEntry, MaterialLot, WorkOrder
from traceability.queries.bins import end_bin
from traceability.queries.precision import counted
from traceability.rules.moves import Move
from traceability.rules.places import same_site_refusals
from traceability.rules.reasons import reason_refusals
from traceability.rules.refusing import refuse_if
from traceability.rules.staging import order_refusals
from traceability.rules.vocabulary import EntryKind


def scrap_stock(
    *,
    lot: MaterialLot,
    from_bin: Bin,
    quantity: object,
    reason: ReasonCode,
    actor: Person,
    now: datetime,
    order: WorkOrder | None = None,
    to_bin: Bin | None = None,
    note: str = "",
) -> LedgerEntry:
    """Scrap `quantity` of a lot (in its stock unit), unbound or bound to `order`.

    It leaves the books, or goes to `to_bin`, a counted scrap bin, where it waits for disposal. Raises Refused.
    """
    require(actor, Duty.DISPOSE_OF_LOT if may(actor.roles, Duty.DISPOSE_OF_LOT) else Duty.HANDLE_STOCK)
    amount = counted(quantity, lot.item)
    target = to_bin or end_bin(lot.site_id, BinKind.ADJUSTMENT)
    refusals = [
        *same_site_refusals(lot.site_id, [(place.code, place.site_id) for place in (from_bin, target)]),
        *reason_refusals(reason.code, reason.kind, reason.active, wanted=ReasonKind.SCRAP),
    ]
    if from_bin.kind in UNCOUNTED_BINS:
        refusals.append(
            Refusal("wrong_bin", f"Nothing is counted in {from_bin.code}.", from_bin.code, "Scan where it lies.")
        )
    if to_bin is not None and to_bin.kind != BinKind.SCRAP:
        refusals.append(
            Refusal("wrong_bin", f"{to_bin.code} is not a scrap bin.", to_bin.code, "Scan a scrap bin, or none.")
        )
    refuse_if(refusals)
    with acting(actor, reason=reason.code):
        if order is not None:
            keep_order_open(order.pk)
        return record_moves(
            site_id=lot.site_id,
            kind=EntryKind.SCRAP,
            moves=[
                Move(
                    lot.pk,
                    lot.item_id,
                    from_bin.pk,
                    order.pk if order else UNBOUND,
                    target.pk,
                    UNBOUND,
                    amount,
                )
            ],
            actor=actor,
            occurred_at=now,
            now=now,
            order_id=order.pk if order else None,
            reason=reason,
            note=note,
            judge=lambda: _order_refusals(order),
        )


def _order_refusals(order: WorkOrder | None) -> list[Refusal]:
    if order is None:
        return []
    return order_refusals(order.number, WorkOrder.objects.values_list("state", flat=True).get(pk=order.pk))
