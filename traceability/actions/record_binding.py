"""What a move that binds stock to an order leaves behind: when it was bound, at which rank, and the scan that did it."""

from datetime import datetime

from masterdata.models import Bin, Person
from traceability.models import MaterialLot, StagingScan, StockBalance, WorkOrder
from traceability.rules.vocabulary import StagingKind


def record_binding(
    kind: StagingKind,
    *,
    order: WorkOrder,
    lot: MaterialLot,
    from_bin: Bin,
    to_bin: Bin,
    quantity: object,
    actor: Person,
    now: datetime,
    entry_id: int,
    rank: int | None = None,
) -> StagingScan:
    """Inside the action that moved it. `rank`: the order's preference among its lots; None leaves it as it stands."""
    bound = StockBalance.objects.filter(site_id=order.site_id, bin_id=to_bin.pk, lot_id=lot.pk, order_id=order.pk)
    bound.update(staged_at=now, **({} if rank is None else {"rank": rank}))
    return StagingScan.objects.create(
        order=order,
        lot=lot,
        kind=kind,
        from_bin=from_bin,
        to_bin=to_bin,
        quantity=quantity,
        rank=rank or 0,
        person=actor,
        at=now,
        entry_id=entry_id,
    )
