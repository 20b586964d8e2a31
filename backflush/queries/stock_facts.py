"""Lots and balances as the rules want them.

What is read of a lot comes as text, and what was made of a text is kept by that text: posting meets the same lots again
and again, and a lot that changed is another text.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from django.db import connection

from backflush.queries.conversions import iso
from masterdata.rules.exact import Fraction
from traceability.queries.arrays import array_of
from traceability.rules.allocation import NO_EXPIRY
from traceability.rules.eligibility import StockFact
from traceability.rules.vocabulary import LotStatus

#: how PostgreSQL writes a moment as facts carry it
ISO = '\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\''
_LOTS = """
SELECT id, item_id, code, status, coalesce(to_char(released_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), ''),
    coalesce(expires_on::text, ''), to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), unit_cost::text,
    coalesce(potency::text, ''), coalesce(density::text, ''),
    coalesce(density_temperature::text, '')
FROM traceability_materiallot WHERE id = ANY(%s::bigint[])
"""

#: a lot as `_LOTS` reads it
LotText = tuple[int, int, str, str, str, str, str, str, str, str, str]


def load_lots(lot_ids: Iterable[int]) -> dict[int, LotText]:
    """The lots by id, as text."""
    wanted = array_of(lot_ids)
    if wanted == "{}":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LOTS, [wanted])
        return {row[0]: row for row in cursor.fetchall()}


def released_late(lots: Iterable[LotText], earliest: datetime) -> dict[int, tuple[tuple[str, str], ...]]:
    """Of lots that were released only after `earliest` (the first event): when they stood released before that."""
    first = iso(earliest)
    late = [lot[0] for lot in lots if lot[4] > first]
    return _released_spans(late)


@lru_cache(maxsize=1 << 14)
def stock_fact(
    lot: LotText, bin_id: int, order_id: int, bin_code: str, bin_kind: str, staged_at: str, rank: int
) -> StockFact:
    """One balance of a lot, which never was released before its present release (see `with_releases`)."""
    return StockFact(
        lot=lot[0],
        item=lot[1],
        bin=bin_id,
        order=order_id,
        lot_code=lot[2],
        bin_code=bin_code,
        bin_kind=bin_kind,
        status=lot[3],
        released_since=lot[4],
        expires_on=lot[5] or NO_EXPIRY,
        received_at=lot[6],
        staged_at=staged_at,
        rank=rank,
        potency=Fraction(lot[8]) if lot[8] else None,
        density=Fraction(lot[9]) if lot[9] else None,
        density_temperature=Fraction(lot[10]) if lot[9] and lot[10] else None,
        unit_cost=Fraction(lot[7]),
    )


def with_releases(fact: StockFact, spans: tuple[tuple[str, str], ...]) -> StockFact:
    """The same balance, with the spans in which its lot stood released earlier."""
    return replace(fact, earlier_releases=spans)


def taken_up(fact: StockFact) -> StockFact:
    """The held lot of a rework order, bound to that order: for it alone it counts as released, from its receipt on."""
    if fact.status != LotStatus.HELD:
        return fact
    return replace(fact, status=LotStatus.RELEASED, released_since=fact.received_at)


def _released_spans(lot_ids: list[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """When lots stood released before now, from the record of their status changes."""
    if not lot_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lot_id, status, at FROM traceability_lotstatuschange WHERE lot_id = ANY(%s::bigint[])"
            " ORDER BY lot_id, at, id",
            [array_of(lot_ids)],
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
