"""What is left of one order is bound to the next at its line by scan, and is that order's from then on."""

import pytest
from django.db import connection

from backflush.queries.invariants import all_invariants
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting
from traceability.actions.rebind_stock import rebind_stock
from traceability.models import LedgerLine, MaterialLot, StagingScan

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders():
    kit = plant.product("KIT")
    part = plant.item("PART", decimals=0)
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="1")])
    first, second = floor.released_order(kit, "100"), floor.released_order(kit, "100")
    floor.staged(first, part, "50", code="P1")
    reporting.posted(first, good="10")
    return first, second


def _rebound(order, to_order, quantity="40"):
    place = plant.place("staging")
    return rebind_stock(
        order=order,
        to_order=to_order,
        lot=MaterialLot.objects.get(code="P1"),
        from_bin=place,
        to_bin=place,
        quantity=quantity,
        actor=plant.people().operator,
        now=floor.NOW,
    )


def test_the_next_order_takes_it_and_posts_from_it(orders):
    first, second = orders
    scan = _rebound(first, second)
    lot, place = MaterialLot.objects.get(code="P1"), plant.place("staging")
    assert (floor.stock(lot, place, first), floor.stock(lot, place, second)) == (0, 40)
    line = LedgerLine.objects.get(entry_id=scan.entry_id)
    assert (scan.kind, line.from_order, line.to_order) == ("rebind", first.pk, second.pk)
    reporting.posted(second, good="40")
    with connection.cursor() as cursor:
        for one in all_invariants():
            cursor.execute(one.sql)
            assert cursor.fetchall() == [], one.name


def test_no_more_than_is_bound(orders):
    with pytest.raises(Refused) as refused:
        _rebound(*orders, quantity="41")
    assert refused.value.codes == ["short"]


def test_not_to_itself_and_not_to_an_order_that_does_not_use_it(orders):
    first, _ = orders
    with pytest.raises(Refused) as refused:
        _rebound(first, first)
    assert refused.value.codes == ["same_order"]
    other = plant.product("OTHER")
    plant.item("FOIL")
    plant.approved_bom(other, [LineDraft(item="FOIL", quantity="1")])
    with pytest.raises(Refused) as refused:
        _rebound(first, floor.released_order(other, "10"))
    assert refused.value.codes == ["not_in_bom"]
    assert not StagingScan.objects.filter(kind="rebind").exists()


def test_an_expired_or_held_lot_is_not_passed_on(orders):
    floor.held(MaterialLot.objects.get(code="P1"))
    with pytest.raises(Refused) as refused:
        _rebound(*orders)
    assert refused.value.codes == ["not_released"]
