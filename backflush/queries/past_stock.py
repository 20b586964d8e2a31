"""What of an item was there for an order just before a posting, where the posting's own facts do not say it.

A posting keeps the stock of the items that it drew. For others the ledger is asked: every balance of the item that was ever
bound to the order, or that stands in a supermarket, and what had moved in and out of it before the posting.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import accumulate

from django.db import connection

from backflush.queries.stock_facts import load_lots, stock_fact
from backflush.rules.facts import BalanceKey
from masterdata.models import Bin
from masterdata.rules.exact import ZERO, Fraction
from traceability.models import StockBalance
from traceability.queries.arrays import array_of
from traceability.rules.eligibility import StockFact
from traceability.rules.vocabulary import LotStatus

_LONG_AGO = "0001-01-01T00:00:00.000000Z"
_MOVES = """
SELECT k.bin, k.lot, k.bound, l.entry_id,
    CASE WHEN l.to_bin_id = k.bin AND l.to_order = k.bound THEN l.quantity ELSE -l.quantity END
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS k (bin, lot, bound)
JOIN traceability_ledgerline l ON l.lot_id = k.lot
    AND ((l.to_bin_id = k.bin AND l.to_order = k.bound) OR (l.from_bin_id = k.bin AND l.from_order = k.bound))
ORDER BY l.entry_id
"""


class PastStock:
    """Balances of some items of some orders at any time in the past."""

    def __init__(self, site_id: int, bound: Mapping[int, set[int]], shelved: set[int], bins: Iterable[int]) -> None:
        """`bound`: items by order; `shelved`: items that may be drawn unbound from `bins` as well."""
        self._moves: dict[BalanceKey, tuple[list[int], list[Fraction]]] = {}
        self._facts: dict[tuple[int, int], list[StockFact]] = {}
        items = {item for wanted in bound.values() for item in wanted}
        if not items:
            return
        balances = list(StockBalance.objects.filter(order_id__in=list(bound), item_id__in=items))
        balances = [one for one in balances if one.item_id in bound[one.order_id]]
        if shelved:
            balances += StockBalance.objects.filter(
                site_id=site_id, order_id=0, item_id__in=shelved, bin_id__in=list(bins)
            )
        if balances:
            self._read_facts(site_id, balances)
            self._read_moves(balances)

    def offers(self, item: int, order: int, before: int) -> list[tuple[StockFact, Fraction]]:
        """Balances of an item that an order could be offered before a ledger entry, the order's own first."""
        found = []
        for bound in (order, 0):
            for fact in self._facts.get((item, bound), ()):
                quantity = self._at(fact.key, before)
                if quantity > 0:
                    found.append((fact, quantity))
        return found

    def _at(self, key: BalanceKey, before: int) -> Fraction:
        entries, sums = self._moves.get(key, ([], []))
        place = bisect_left(entries, before)
        return sums[place - 1] if place else ZERO

    def _read_facts(self, site_id: int, balances: list[StockBalance]) -> None:
        lots = load_lots({one.lot_id for one in balances})
        rows = Bin.objects.filter(site_id=site_id).values_list("pk", "code", "kind")
        places = {pk: (code, kind) for pk, code, kind in rows}
        for one in balances:
            code, kind = places[one.bin_id]
            fact = stock_fact(lots[one.lot_id], one.bin_id, one.order_id, code, kind, "", one.rank)
            # how the lot stood then is not asked: what was staged counts as good
            fact = replace(fact, status=LotStatus.RELEASED, released_since=_LONG_AGO)
            self._facts.setdefault((one.item_id, one.order_id), []).append(fact)

    def _read_moves(self, balances: list[StockBalance]) -> None:
        moves: dict[BalanceKey, list[tuple[int, Fraction]]] = {}
        with connection.cursor() as cursor:
            columns = zip(*[(one.bin_id, one.lot_id, one.order_id) for one in balances], strict=True)
            cursor.execute(_MOVES, [array_of(column) for column in columns])
            for bin_id, lot, bound, entry, quantity in cursor.fetchall():
                moves.setdefault((bin_id, lot, bound), []).append((entry, Fraction(quantity)))
        for key, rows in moves.items():
            self._moves[key] = ([entry for entry, _ in rows], list(accumulate(quantity for _, quantity in rows)))
