"""Lots and balances as the rules want them."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from backflush.queries.conversions import iso
from masterdata.rules.exact import Fraction
from traceability.rules.allocation import NO_EXPIRY
from traceability.rules.eligibility import StockFact
from traceability.rules.vocabulary import LotStatus


class LotRow(NamedTuple):
    """What posting reads of a lot."""

    id: int
    item: int
    code: str
    status: str
    released_since: str
    expires_on: str
    received_at: str
    unit_cost: Fraction
    potency: Fraction | None
    density: Fraction | None
    earlier_releases: tuple[tuple[str, str], ...] = ()


def load_lots(lot_ids: set[int], *, earliest: datetime | None = None) -> dict[int, LotRow]:
    """The lots by id. Where one was released only after `earliest` (the first event), its earlier releases are read too."""
    if not lot_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, item_id, code, status, released_since, expires_on, received_at, unit_cost, potency, density"
            " FROM traceability_materiallot WHERE id = ANY(%s)",
            [list(lot_ids)],
        )
        rows = cursor.fetchall()
    late = [row[0] for row in rows if earliest and row[4] and row[4] > earliest]
    spans = _released_spans(late)
    return {row[0]: _lot(row, spans.get(row[0], ())) for row in rows}


def _lot(row: Any, spans: tuple[tuple[str, str], ...]) -> LotRow:
    return LotRow(
        id=row[0],
        item=row[1],
        code=row[2],
        status=row[3],
        released_since=iso(row[4]) if row[4] else "",
        expires_on=row[5].isoformat() if row[5] else NO_EXPIRY,
        received_at=iso(row[6]),
        unit_cost=Fraction(row[7]),
        potency=None if row[8] is None else Fraction(row[8]),
        density=None if row[9] is None else Fraction(row[9]),
        earlier_releases=spans,
    )


def _released_spans(lot_ids: list[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """When lots stood released before now, from the record of their status changes."""
    if not lot_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lot_id, status, at FROM traceability_lotstatuschange WHERE lot_id = ANY(%s) ORDER BY lot_id, at, id",
            [lot_ids],
        )
        changes = cursor.fetchall()
    spans: dict[int, list[tuple[str, str]]] = {}
    since: dict[int, datetime] = {}
    for lot_id, status, at in changes:
        if status == LotStatus.RELEASED:
            since.setdefault(lot_id, at)
        elif lot_id in since:
            spans.setdefault(lot_id, []).append((iso(since.pop(lot_id)), iso(at)))
    return {lot_id: tuple(found) for lot_id, found in spans.items()}


def stock_fact(
    lot: LotRow,
    bin_id: int,
    order_id: int,
    bin_code: str,
    bin_kind: str,
    staged_at: datetime | None,
    rank: int,
) -> StockFact:
    """One balance of a lot."""
    return StockFact(
        lot=lot.id,
        item=lot.item,
        bin=bin_id,
        order=order_id,
        lot_code=lot.code,
        bin_code=bin_code,
        bin_kind=bin_kind,
        status=lot.status,
        released_since=lot.released_since,
        earlier_releases=lot.earlier_releases,
        expires_on=lot.expires_on,
        received_at=lot.received_at,
        staged_at=iso(staged_at) if staged_at else "",
        rank=rank,
        potency=lot.potency,
        density=lot.density,
        unit_cost=lot.unit_cost,
    )
