"""The ledger's writer: one movement, whole or not at all, with balances that equal its lines."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum

from masterdata.actions.acting import acting
from masterdata.models import Bin, Item, Person, Site, Unit
from masterdata.rules.refusal import Refused
from traceability.actions.ledger import (
    NewBalance,
    entry_row,
    line_row,
    lock_balances,
    receive_into_balances,
    record_moves,
    take_entry_ids,
    write_entries,
)
from traceability.models import LedgerEntry, LedgerLine, MaterialLot, StockBalance
from traceability.rules.moves import BalanceKey, Move

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Bench:
    """One site with a store, a staging bin, and one lot of screws; the least that a movement needs."""

    def __init__(self):
        self.site = Site.objects.create(code="LEDGER", name="Ledger works")
        self.person = Person.objects.create(username="ledger.keeper", name="Ledger Keeper", badge="L-1")
        piece = Unit.objects.create(
            code="XPC", name="piece", symbol="pc", dimension="count", numerator=1, denominator=1
        )
        self.item = Item.objects.create(
            code="LEDGER-SCREW", name="Screw", kind="raw", stock_unit=piece, standard_cost=Decimal("0.125")
        )
        self.supplier, self.store, self.staging = (
            Bin.objects.create(site=self.site, code=code, kind=kind)
            for code, kind in (("FROM-SUPPLIER", "supplier"), ("STORE-1", "store"), ("STAGE-1", "staging"))
        )
        self.lot = MaterialLot.objects.create(
            site=self.site, item=self.item, code="SCR-1", received_at=NOW, unit_cost=Decimal("0.13")
        )

    def move(self, start: Bin, end: Bin, quantity: str, *, start_order=0, end_order=0) -> Move:
        return Move(self.lot.pk, self.item.pk, start.pk, start_order, end.pk, end_order, Decimal(quantity))

    def record(self, *moves: Move, kind="transfer", **more) -> LedgerEntry:
        return record_moves(
            site_id=self.site.pk, kind=kind, moves=moves, actor=self.person, occurred_at=NOW, now=NOW, **more
        )

    def holds(self, place: Bin, order=0) -> Decimal:
        found = StockBalance.objects.filter(bin_id=place.pk, lot_id=self.lot.pk, order_id=order).first()
        return found.quantity if found else Decimal(0)


@pytest.fixture
def bench(db) -> Bench:
    return Bench()


def test_a_receipt_writes_entry_line_and_balance(bench):
    entry = bench.record(bench.move(bench.supplier, bench.store, "100"), kind="goods_receipt", note="dock\t3\\")
    stored = LedgerEntry.objects.get()
    assert (stored.id, stored.kind, stored.person_id) == (entry.id, "goods_receipt", bench.person.pk)
    assert stored.note == "dock\t3\\"
    assert stored.recorded_at == NOW
    line = LedgerLine.objects.get()
    assert (line.entry_id, line.lot_id, line.quantity) == (entry.id, bench.lot.pk, Decimal(100))
    assert bench.holds(bench.store) == 100
    assert not StockBalance.objects.filter(bin_id=bench.supplier.pk).exists()


def test_a_line_carries_standard_and_actual_value_rounded_to_the_cent(bench):
    bench.record(bench.move(bench.supplier, bench.store, "3"), kind="goods_receipt")
    line = LedgerLine.objects.get()
    assert (line.standard_amount, line.actual_amount) == (Decimal("0.38"), Decimal("0.39"))


def test_taking_more_than_a_bin_holds_is_refused_in_words_and_writes_nothing(bench):
    bench.record(bench.move(bench.supplier, bench.store, "5"), kind="goods_receipt")
    with pytest.raises(Refused) as refused:
        bench.record(bench.move(bench.store, bench.staging, "7.5"))
    (refusal,) = refused.value.refusals
    assert refusal.code == "short"
    assert refusal.sentence == "Bin STORE-1 holds 5 pc of lot SCR-1; 7.5 pc are needed."
    assert refusal.remedy == "Take at most 5 pc, or scan another lot or bin."
    assert LedgerEntry.objects.count() == 1
    assert bench.holds(bench.store) == 5


def test_several_moves_of_one_entry_stand_or_fall_together(bench):
    bench.record(bench.move(bench.supplier, bench.store, "5"), kind="goods_receipt")
    with pytest.raises(Refused):
        bench.record(
            bench.move(bench.store, bench.staging, "4", end_order=9),
            bench.move(bench.store, bench.staging, "2", end_order=8),
        )
    assert bench.holds(bench.staging, 9) == 0
    bench.record(
        bench.move(bench.store, bench.staging, "4", end_order=9),
        bench.move(bench.store, bench.staging, "1", end_order=8),
    )
    assert (bench.holds(bench.store), bench.holds(bench.staging, 9), bench.holds(bench.staging, 8)) == (0, 4, 1)


def test_a_binding_can_change_inside_one_bin(bench):
    bench.record(bench.move(bench.supplier, bench.staging, "5"), kind="goods_receipt")
    bench.record(bench.move(bench.staging, bench.staging, "5", end_order=3))
    assert (bench.holds(bench.staging), bench.holds(bench.staging, 3)) == (0, 5)


def test_balances_equal_the_sum_of_their_lines(bench):
    bench.record(bench.move(bench.supplier, bench.store, "10"), kind="goods_receipt")
    for quantity in ("1", "2.5", "0.000000001"):
        bench.record(bench.move(bench.store, bench.staging, quantity, end_order=2))
    came = LedgerLine.objects.filter(to_bin_id=bench.staging.pk).aggregate(total=Sum("quantity"))["total"]
    assert bench.holds(bench.staging, 2) == came == Decimal("3.500000001")
    assert bench.holds(bench.store) == Decimal("6.499999999")


def test_a_batch_of_entries_is_written_at_once(bench):
    bench.record(bench.move(bench.supplier, bench.store, "10"), kind="goods_receipt")
    with acting(bench.person), connection.cursor() as cursor:
        ids = take_entry_ids(cursor, 50)
        entries = [
            entry_row(
                entry,
                bench.site.pk,
                "goods_issue",
                1,
                bench.person.pk,
                r"\N",
                r"\N",
                "",
                NOW.isoformat(),
                NOW.isoformat(),
            )
            for entry in ids
        ]
        lines = [
            line_row(bench.site.pk, entry, bench.item.pk, bench.lot.pk, bench.store.pk, 0, bench.supplier.pk, 0, "0.01")
            for entry in ids
            for _ in range(20)
        ]
        write_entries(cursor, entries, lines)
    assert LedgerLine.objects.filter(entry_id__in=ids).count() == 1000


def test_receiving_into_a_balance_adds_to_what_is_there(bench):
    key = BalanceKey(bench.store.pk, bench.lot.pk, 0)
    with acting(bench.person), connection.cursor() as cursor:
        for _ in range(2):
            receive_into_balances(cursor, bench.site.pk, [NewBalance(key, bench.item.pk, Decimal("1.5"))])
        assert lock_balances(cursor, bench.site.pk, [key])[key].quantity == 3


def test_an_entry_without_moves_is_a_mistake_of_the_caller(bench):
    with pytest.raises(ValueError, match="at least one"):
        bench.record()


def test_two_people_cannot_take_the_same_last_piece(real_database):
    bench = Bench()
    bench.record(bench.move(bench.supplier, bench.store, "1"), kind="goods_receipt")
    outcomes = []
    start = threading.Barrier(2)

    def take():
        start.wait()
        try:
            bench.record(bench.move(bench.store, bench.staging, "1", end_order=4))
            outcomes.append("taken")
        except Refused as refused:
            outcomes.append(refused.codes[0])
        finally:
            connection.close()

    takers = [threading.Thread(target=take) for _ in range(2)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert sorted(outcomes) == ["short", "taken"]
    assert bench.holds(bench.staging, 4) == 1
