"""The test floor: lots received, orders released, material staged, by the product's own actions.

    order = floor.released_order(kit, "100")
    lot = floor.received_lot(foil, "60")             # released, in STORE-1
    floor.staged_lot(order, lot, "50")               # bound to the order in STAGING-1
    floor.staged(order, foil, "50")                  # both in one step; returns the lot

Everything happens at NOW, a day after the test plant was set up, unless said otherwise.
"""

from datetime import datetime, timedelta
from typing import Any

from masterdata.models import Bin, Item, ProductionLine
from tests import plant
from traceability.actions.clear_line import clear_line
from traceability.actions.create_order import create_order
from traceability.actions.fill_supermarket import fill_supermarket
from traceability.actions.receive_lot import receive_lot
from traceability.actions.release_order import release_order
from traceability.actions.return_to_stock import return_to_stock
from traceability.actions.set_lot_status import set_lot_status
from traceability.actions.stage_lot import stage_lot
from traceability.models import LineClearance, MaterialLot, StagingScan, StockBalance, WorkOrder

NOW = plant.NOW + timedelta(days=1)


def received_lot(
    item: Item,
    quantity: object = "100",
    *,
    code: str = "",
    place: Bin | None = None,
    unit: str = "",
    released: bool = True,
    at: datetime = NOW,
    **fields: Any,
) -> MaterialLot:
    """A lot in STORE-1, in the item's stock unit; `fields` as `receive_lot` takes them (expires_on, unit_cost, …)."""
    target = place or plant.place("store")
    return receive_lot(
        site=target.site,
        item=item,
        code=code or f"{item.code}-{MaterialLot.objects.filter(item=item).count() + 1}",
        quantity=quantity,
        unit=unit or item.stock_unit,
        bin=target,
        actor=plant.people().operator,
        now=at,
        released=released,
        **fields,
    )


def planned_order(
    item: Item, quantity: object = "100", *, number: str = "", at: datetime = NOW, **fields: Any
) -> WorkOrder:
    """An order in the item's stock unit that is not released yet; `fields` as `create_order` takes them."""
    fields.setdefault("site", plant.site())
    fields.setdefault("unit", item.stock_unit)
    return create_order(
        number=number or f"WO-{WorkOrder.objects.count() + 1}",
        item=item,
        quantity=quantity,
        actor=plant.people().supervisor,
        now=at,
        **fields,
    )


def released_order(
    item: Item,
    quantity: object = "100",
    *,
    lines: dict[str, ProductionLine] | None = None,
    at: datetime = NOW,
    **fields: Any,
) -> WorkOrder:
    """An open order, made by what is effective at `at`."""
    order = planned_order(item, quantity, at=at, **fields)
    # output is received into a finished bin, rework into quarantine
    plant.place("finished", at_site=order.site)
    plant.place("quarantine", at_site=order.site)
    return release_order(order=order, actor=plant.people().supervisor, now=at, lines=lines)


def staged_lot(
    order: WorkOrder,
    lot: MaterialLot,
    quantity: object,
    *,
    from_bin: Bin | None = None,
    to_bin: Bin | None = None,
    rank: int = 0,
    at: datetime = NOW,
) -> StagingScan:
    """Bound to the order: from STORE-1 into STAGING-1, unless said otherwise."""
    return stage_lot(
        order=order,
        lot=lot,
        from_bin=from_bin or plant.place("store", at_site=order.site),
        to_bin=to_bin or plant.place("staging", at_site=order.site),
        quantity=quantity,
        actor=plant.people().operator,
        now=at,
        rank=rank,
    )


def staged(order: WorkOrder, item: Item, quantity: object, *, at: datetime = NOW, **fields: Any) -> MaterialLot:
    """A lot of exactly this quantity, received and bound to the order; `fields` as `receive_lot` takes them."""
    lot = received_lot(item, quantity, at=at, **fields)
    staged_lot(order, lot, quantity, at=at)
    return lot


def returned(
    order: WorkOrder, lot: MaterialLot, quantity: object, *, exposed: bool = False, at: datetime = NOW
) -> StagingScan:
    """Back from STAGING-1 to STORE-1, or to QUARANTINE-1 where exposed."""
    return return_to_stock(
        order=order,
        lot=lot,
        from_bin=plant.place("staging", at_site=order.site),
        to_bin=plant.place("quarantine" if exposed else "store", at_site=order.site),
        quantity=quantity,
        reason=plant.reason("LEFT-OVER", "return"),
        exposed=exposed,
        actor=plant.people().operator,
        now=at,
    )


def in_supermarket(item: Item, quantity: object, *, at: datetime = NOW, **fields: Any) -> MaterialLot:
    """A lot of a supermarket item, received and filled into SUPERMARKET-1, unbound."""
    lot = received_lot(item, quantity, at=at, **fields)
    fill_supermarket(
        lot=lot,
        from_bin=plant.place("store"),
        to_bin=plant.place("supermarket"),
        quantity=quantity,
        actor=plant.people().operator,
        now=at,
    )
    return lot


def cleared(order: WorkOrder, *, line: ProductionLine | None = None, at: datetime = NOW) -> LineClearance:
    """The line found clear for the order by operator and checker."""
    return clear_line(
        order=order,
        line=line or plant.line(),
        operator=plant.people().operator,
        checker=plant.people().checker,
        checklist=[{"check": "No material of other orders", "ok": True}],
        now=at,
    )


def held(lot: MaterialLot, *, status: str = "held", at: datetime = NOW) -> MaterialLot:
    """QA gives the lot another status."""
    return set_lot_status(lot=lot, status=status, actor=plant.people().qa, now=at, note="said by the test")


def stock(lot: MaterialLot, place: Bin | None = None, order: WorkOrder | None = None) -> Any:
    """What of a lot is in a bin (STORE-1 unless named), bound to an order or unbound; a Decimal."""
    where = place or plant.place("store", at_site=lot.site)
    found = StockBalance.objects.filter(bin_id=where.pk, lot_id=lot.pk, order_id=order.pk if order else 0).first()
    return found.quantity if found else 0
