"""A closed order opens with two signatures, QA's and finance's; what was frozen stays, and the next close is revision 2."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from backflush.actions.close_order import close_order
from backflush.actions.reopen_order import request_reopening, sign_reopening
from backflush.models import OrderClose
from backflush.queries.closing import reopening_content
from backflush.queries.invariants import all_invariants
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting
from traceability.models import MaterialLot, WorkOrder
from variance.actions.freeze_order import freeze_closed_orders
from variance.models import OrderVariance
from variance.queries import order_variance

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    """Closed and frozen, ten of a hundred kits made."""
    kit = plant.product("KIT", cost="3")
    part = plant.item("PART", unit="KGM", decimals=3, cost="4.00")
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="0.5")])
    made = floor.released_order(kit, "100")
    floor.staged(made, part, "50", code="P1", unit_cost=Decimal("4.10"))
    reporting.posted(made, good="10")
    floor.returned(made, MaterialLot.objects.get(code="P1"), "45")
    close_order(order=made, actor=plant.people().supervisor, now=floor.NOW)
    freeze_closed_orders(now=floor.NOW)
    return WorkOrder.objects.get(pk=made.pk)


def _asked(order):
    return request_reopening(
        order=order, why="Five kits were found uncounted.", actor=plant.people().supervisor, now=floor.NOW
    )


def _sign(reopening, by):
    ticket = plant.ticket(getattr(plant.people(), by), reopening_content(reopening), at=floor.NOW)
    return sign_reopening(reopening=reopening, ticket=ticket, now=floor.NOW)


def _state(order):
    return WorkOrder.objects.values_list("state", flat=True).get(pk=order.pk)


def test_it_opens_with_the_second_signature(order):
    reopening = _asked(order)
    _sign(reopening, "finance")
    assert _state(order) == "closed"
    _sign(reopening, "qa")
    assert _state(order) == "released"


def test_what_was_frozen_stays_and_the_next_close_freezes_revision_two(order):
    first = order_variance(order)
    reopening = _asked(order)
    _sign(reopening, "qa")
    _sign(reopening, "finance")
    assert order_variance(order)["frozen"] is False
    floor.staged_lot(order, MaterialLot.objects.get(code="P1"), "2.5")
    reporting.posted(order, good="5")
    later = floor.NOW + timedelta(hours=1)
    assert close_order(order=order, actor=plant.people().supervisor, now=later).revision == 2
    assert (freeze_closed_orders(now=later), freeze_closed_orders(now=later)) == (1, 0)
    whole = OrderVariance.objects.filter(order_id=order.pk, component=None).order_by("revision")
    assert [(row.revision, row.actual_quantity) for row in whole] == [(1, 10), (2, 15)]
    assert order_variance(order)["revision"] == 2
    assert str(whole[0].total) == str(Decimal(first["total"]).quantize(Decimal("0.000001")))
    with connection.cursor() as cursor:
        for one in all_invariants():
            cursor.execute(one.sql)
            assert cursor.fetchall() == [], one.name


def test_nobody_signs_for_both(order):
    reopening = _asked(order)
    _sign(reopening, "qa")
    with pytest.raises(Refused) as refused:
        _sign(reopening, "qa")
    assert refused.value.codes == ["same_signer"]


def test_a_supervisor_does_not_sign(order):
    with pytest.raises(Refused) as refused:
        _sign(_asked(order), "supervisor")
    assert refused.value.codes == ["not_your_duty"]


def test_an_open_order_is_not_opened(order):
    reopening = _asked(order)
    _sign(reopening, "qa")
    _sign(reopening, "finance")
    with pytest.raises(Refused) as refused:
        _asked(order)
    assert refused.value.codes == ["order_not_closed"]
    with pytest.raises(Refused) as refused:
        _sign(reopening, "finance")
    assert refused.value.codes == ["already_settled"]


def test_it_is_asked_for_once_and_says_why(order):
    _asked(order)
    with pytest.raises(Refused) as refused:
        request_reopening(order=order, why=" ", actor=plant.people().qa, now=floor.NOW)
    assert refused.value.codes == ["already_requested", "reason_missing"]


def test_the_database_opens_no_order_without_both_signatures(order):
    with pytest.raises(IntegrityError, match="QA and finance sign"), transaction.atomic():
        WorkOrder.objects.filter(pk=order.pk).update(state="released")
    assert OrderClose.objects.get(order_id=order.pk).revision == 1
