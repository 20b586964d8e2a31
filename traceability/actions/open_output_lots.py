"""Makes the lots that production is received into, many at once, inside the posting's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from masterdata.models import Item
from traceability.models import LotStatusChange, MaterialLot
from traceability.rules.vocabulary import LotOrigin, LotStatus


@dataclass(frozen=True, slots=True)
class NewLot:
    """A lot to be made by an order. `held`: rework, which waits for its rework order; others wait in quarantine for QA.
    `salvaged`: a component that rework gives back.

    `made_on`: the day at the site (ISO text) from which the shelf life counts.
    """

    item_id: int
    code: str
    order_id: int
    held: bool
    made_on: str
    unit_cost: Decimal
    salvaged: bool = False


def open_output_lots(*, site_id: int, lots: Sequence[NewLot], now: datetime) -> dict[tuple[int, str], int]:
    """Make the lots, sorted; returns their ids by (item, code). Joins the open transaction."""
    if not lots:
        return {}
    shelf_lives = dict(Item.objects.filter(pk__in={lot.item_id for lot in lots}).values_list("id", "shelf_life_days"))
    rows = []
    for lot in sorted(lots, key=lambda lot: (lot.item_id, lot.code)):
        days = shelf_lives[lot.item_id]
        rows.append(
            MaterialLot(
                site_id=site_id,
                item_id=lot.item_id,
                code=lot.code,
                status=LotStatus.HELD if lot.held else LotStatus.QUARANTINE,
                expires_on=date.fromisoformat(lot.made_on) + timedelta(days=days) if days else None,
                received_at=now,
                origin=_origin(lot),
                order_id=lot.order_id,
                unit_cost=lot.unit_cost,
            )
        )
    MaterialLot.objects.bulk_create(rows)
    LotStatusChange.objects.bulk_create(
        LotStatusChange(lot_id=row.pk, status=row.status, at=now, note="made by production") for row in rows
    )
    return {(row.item_id, row.code): row.pk for row in rows}


def _origin(lot: NewLot) -> LotOrigin:
    if lot.held:
        return LotOrigin.REWORK
    return LotOrigin.SALVAGE if lot.salvaged else LotOrigin.PRODUCTION
