"""Work in process and stock value at any past moment, from the ledger alone: everything adds up, to the last decimal."""

from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backflush.actions.close_order import close_order
from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting
from traceability.actions.scrap_stock import scrap_stock
from traceability.models import LedgerLine, MaterialLot, StockBalance
from variance.actions.freeze_order import freeze_closed_orders
from variance.models import OrderVariance
from variance.queries.value import (
    GROUPS,
    lines_of_order_value,
    lines_of_stock_value,
    reconciled,
    stock_value,
    work_in_process,
)

pytestmark = pytest.mark.django_db
ZERO = Decimal(0)


def kit_order(quantity="100", number="WO-1"):
    """A kit at awkward prices, its material paid otherwise than at standard."""
    kit = plant.product("KIT", cost="3.335")
    foil = plant.item("FOIL", unit="KGM", decimals=3, cost="1.111")
    glue = plant.item("GLUE", unit="KGM", decimals=3, cost="0.337")
    if not kit.bom_versions.exists():
        plant.approved_bom(kit, [LineDraft("FOIL", "0.333"), LineDraft("GLUE", "0.0337")])
    made = floor.released_order(kit, quantity, number=number)
    floor.staged(made, foil, "40", unit_cost=Decimal("1.2345"))
    floor.staged(made, glue, "9", unit_cost=Decimal("0.35"))
    return made


def site_id():
    return plant.site().pk


def one_order(order, at=None):
    """The order's row, and that it is the sum of its lines."""
    at = at or timezone.now()
    [row] = [one for one in work_in_process(site_id(), at) if one.order_id == order.pk] or [None]
    lines = lines_of_order_value(site_id(), at, order.pk)
    assert sum((line.actual for line in lines if not line.settled), ZERO) == (row.actual if row else ZERO)
    assert sum((line.standard for line in lines if not line.settled), ZERO) == (row.standard if row else ZERO)
    return row


def assert_all_ties(at=None):
    """Stock by every grouping, the ends of all lines, and work in process agree with one another at a moment."""
    at = at or timezone.now()
    whole = reconciled(site_id(), at)
    assert whole.difference == ZERO
    assert whole.other_use == ZERO
    for group in GROUPS:
        rows = stock_value(site_id(), at, group)
        assert sum((row.actual for row in rows), ZERO) == whole.stock
        for row in rows:
            lines = lines_of_stock_value(site_id(), at, row.item_id, row.bin, row.lot_id)
            assert sum((line.quantity for line in lines), ZERO) == row.quantity
            assert sum((line.actual for line in lines), ZERO) == row.actual
            assert sum((line.standard for line in lines), ZERO) == row.standard
    assert sum((one.actual for one in work_in_process(site_id(), at)), ZERO) == whole.in_process
    return whole


def give_back_and_close(order):
    for one in StockBalance.objects.filter(order_id=order.pk, quantity__gt=0):
        floor.returned(order, MaterialLot.objects.get(pk=one.lot_id), one.quantity, at=timezone.now())
    close_order(
        order=order, actor=plant.people().supervisor, now=timezone.now(), accepted={"under_posted": "stopped early"}
    )
    freeze_closed_orders(now=timezone.now())


def test_staging_puts_nothing_in_process_and_loses_nothing_in_stock():
    order = kit_order()
    assert one_order(order) is None
    whole = assert_all_ties()
    assert whole.received == whole.stock == Decimal("40") * Decimal("1.2345") + Decimal("9") * Decimal("0.35")


def test_postings_reversals_returns_and_the_close_tie_at_every_moment_of_the_past():
    order = kit_order()
    before = timezone.now()
    reporting.posted(order, good="7")
    first, then = one_order(order), timezone.now()
    # 7 × 0.333 = 2.331 kg and 7 × 0.0337 = 0.236 kg, less seven kits at 3.335
    assert first.issued_actual == Decimal("2.88") + Decimal("0.08")
    assert first.issued_standard == Decimal("2.59") + Decimal("0.08")
    assert first.received == Decimal("23.34")
    assert first.actual == Decimal("2.96") - Decimal("23.34")
    wrong = reporting.posted(order, good="11")
    with_wrong, while_wrong = one_order(order), timezone.now()
    reporting.reversed_by_qa(wrong, at=timezone.now())
    assert one_order(order) == first
    give_back_and_close(order)
    closed = one_order(order)
    assert (closed.actual, closed.standard) == (ZERO, ZERO)
    assert closed.settled_actual == first.actual
    assert one_order(order, before) is None
    assert one_order(order, then) == first
    assert one_order(order, while_wrong) == with_wrong
    for moment in (before, then, while_wrong, timezone.now()):
        assert_all_ties(moment)


def test_what_the_close_took_is_the_frozen_variance_but_for_half_cents_of_receipts():
    order = kit_order()
    for good in ("7", "13", "1"):
        reporting.posted(order, good=good)
    give_back_and_close(order)
    total = OrderVariance.objects.get(order_id=order.pk, component=None).total
    receipts = LedgerLine.objects.filter(order_id=order.pk, component=None).count()
    assert abs(one_order(order).settled_actual - total) <= Decimal("0.005") * (receipts + 1)


def test_cents_stay_visible_where_the_last_of_a_lot_is_gone():
    order = kit_order()
    lot = MaterialLot.objects.get(item__code="GLUE")
    for _ in range(3):
        scrap_stock(
            lot=lot,
            from_bin=plant.place("staging"),
            quantity="3",
            reason=plant.reason("SPILT", "scrap", loss="structural"),
            actor=plant.people().operator,
            now=timezone.now(),
            order=order,
        )
    whole = assert_all_ties()
    assert whole.adjusted == 3 * Decimal("1.05")
    assert not [row for row in stock_value(site_id(), timezone.now(), "lot") if row.lot == lot.code and row.quantity]


def test_stock_is_told_at_what_its_lot_cost_and_says_what_rounding_left():
    order = kit_order()
    reporting.posted(order, good="7")
    [foil] = [row for row in stock_value(site_id(), timezone.now(), "lot") if row.item == "FOIL"]
    assert foil.quantity == Decimal("37.669")
    assert foil.exact == Decimal("37.669") * Decimal("1.2345")
    assert foil.actual == Decimal("49.38") - Decimal("2.88")
    assert foil.rounding == foil.actual - foil.exact


def test_another_site_has_nothing_of_it():
    reporting.posted(kit_order(), good="1")
    other = plant.site("OTHER")
    assert work_in_process(other.pk, timezone.now()) == []
    assert stock_value(other.pk, timezone.now()) == []


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=4))
def test_whatever_is_posted_and_reversed_everything_ties_at_every_step(steps):
    number = f"WO-{StockBalance.objects.count()}-{len(steps)}-{LedgerLine.objects.count()}"
    order = kit_order(number=number)
    moments = [(timezone.now(), assert_all_ties())]
    for good, reversed_again in steps:
        posting = reporting.posted(order, good=str(good))
        if reversed_again:
            reporting.reversed_by_qa(posting, at=timezone.now())
        one_order(order)
        moments.append((timezone.now(), assert_all_ties()))
    give_back_and_close(order)
    assert one_order(order).actual == ZERO
    for moment, whole in moments:
        assert assert_all_ties(moment) == whole
