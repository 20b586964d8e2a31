"""What is in handling units, and which of them hold a lot."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from masterdata.rules.exact import Fraction
from traceability.models import HandlingUnit, MaterialLot, PackingRecord
from traceability.rules.packing import UnitFact

_INSIDE = """
SELECT handling_unit_id, lot_code, sum(CASE act WHEN 'packed' THEN quantity ELSE -quantity END)
FROM traceability_packingrecord WHERE child_id IS NULL AND handling_unit_id = ANY(%s)
GROUP BY handling_unit_id, lot_code HAVING sum(CASE act WHEN 'packed' THEN quantity ELSE -quantity END) > 0
ORDER BY handling_unit_id, lot_code
"""
_HOLDING = """
SELECT u.id, sum(CASE p.act WHEN 'packed' THEN p.quantity ELSE -p.quantity END)
FROM traceability_packingrecord p JOIN traceability_handlingunit u ON u.id = p.handling_unit_id
JOIN traceability_workorder o ON o.id = u.order_id
WHERE p.lot_code = %s AND p.child_id IS NULL AND o.item_id = %s AND u.site_id = %s
GROUP BY u.id HAVING sum(CASE p.act WHEN 'packed' THEN p.quantity ELSE -p.quantity END) > 0 ORDER BY u.id
"""


@dataclass(frozen=True, slots=True)
class Holding:
    """A handling unit with units of a lot: how many (order's unit), and the larger unit that it stands in."""

    sscc: str
    kind: str
    quantity: Decimal
    closed_at: datetime | None
    parent: str


def units_inside(unit_ids: Collection[int]) -> dict[int, dict[str, Decimal]]:
    """Units packed straight into these handling units: by id, then by output lot."""
    found: dict[int, dict[str, Decimal]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_INSIDE, [list(unit_ids)])
        for unit, lot, quantity in cursor.fetchall():
            found.setdefault(unit, {})[lot] = quantity
    return found


def handling_units(site_id: int) -> QuerySet[HandlingUnit]:
    return HandlingUnit.objects.filter(site_id=site_id).select_related("order__item", "order__unit", "parent")


def unit_fact(unit: HandlingUnit) -> UnitFact:
    """A handling unit as the rules of packing take it."""
    inside = units_inside([unit.pk]).get(unit.pk, {})
    return UnitFact(
        sscc=unit.sscc,
        kind=unit.kind,
        order=unit.order.number,
        closed=unit.closed_at is not None,
        parent=unit.parent.sscc if unit.parent else "",
        holds=Fraction(sum(inside.values(), Decimal(0))),
        lots=tuple(inside),
        children=HandlingUnit.objects.filter(parent=unit).count(),
    )


def known_unit(site_id: int, sscc: str) -> UnitFact | None:
    """The handling unit of this SSCC, or None where nothing was recorded of it."""
    unit = handling_units(site_id).filter(sscc=sscc).first()
    return None if unit is None else unit_fact(unit)


def holding_units(lot: MaterialLot) -> list[Holding]:
    """The handling units that hold units of a finished lot."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDING, [lot.code, lot.item_id, lot.site_id])
        quantities: dict[int, Decimal] = dict(cursor.fetchall())
    units = HandlingUnit.objects.filter(pk__in=quantities).select_related("parent").order_by("sscc")
    return [
        Holding(one.sscc, one.kind, quantities[one.pk], one.closed_at, one.parent.sscc if one.parent else "")
        for one in units
    ]


def packing_history(unit: HandlingUnit) -> QuerySet[PackingRecord]:
    """Everything that went in and came out, newest first."""
    return PackingRecord.objects.filter(handling_unit=unit).select_related("child", "person").order_by("-at", "-id")
