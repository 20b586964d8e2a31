"""Closing an order: every finding at once; nothing posts afterwards; its variance freezes."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backflush.actions.close_order import close_order
from backflush.queries.closing import close_content, close_findings
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, quality, reporting
from traceability.actions.open_quality_record import About
from traceability.actions.scrap_stock import scrap_stock
from traceability.models import MaterialLot
from variance.actions.freeze_order import freeze_closed_orders
from variance.models import OrderVariance
from variance.queries import order_variance

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    kit = plant.product("KIT", cost="3")
    part = plant.item("PART", unit="KGM", decimals=3, cost="4.00")
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="0.5")])
    made = floor.released_order(kit, "100")
    floor.staged(made, part, "50", code="P1", unit_cost=Decimal("4.10"))
    return made


def _close(order, **accepted):
    return close_order(order=order, actor=plant.people().supervisor, now=floor.NOW, accepted=accepted)


def _findings(order):
    return sorted({finding.code for finding in close_findings(order, floor.NOW)})


def test_everything_that_is_open_is_listed_at_once(order):
    reporting.posted(order, good="10")
    reporting.drained(order, good="91")
    with pytest.raises(Refused) as refused:
        _close(order)
    assert sorted(set(refused.value.codes)) == ["residuals", "unsettled_triggers"]


def test_an_order_with_nothing_open_closes_and_posts_no_more(order):
    reporting.posted(order, good="10")
    floor.returned(order, MaterialLot.objects.get(code="P1"), "45")
    _close(order)
    report = reporting.drained(order, good="1")
    assert reporting.reasons(report)[0] == "order_not_open"


def test_quality_records_about_the_order_or_what_it_made_are_closed_first(order):
    reporting.posted(order, good="100")
    made = quality.ncmr(MaterialLot.objects.get(order_id=order.pk), "Edges are chipped")
    told = quality.deviation(about=About(order=order))
    quality.deviation("Another line")
    open_ones = [one.subject for one in close_findings(order, floor.NOW)]
    assert open_ones == [made.number, told.number]
    for record in (made, told):
        quality.in_review(record)
    quality.disposed(made, "reject")
    for record in (made, told):
        quality.closed(record)
    assert _findings(order) == []


def test_labels_that_were_issued_are_used_returned_or_destroyed_to_the_last_one():
    kit, leaflet = plant.product("KIT"), plant.item("LEAFLET", decimals=0, label_controlled=True)
    plant.approved_bom(kit, [LineDraft(item="LEAFLET", quantity="1")])
    order = floor.released_order(kit, "100")
    lot = floor.staged(order, leaflet, "100", code="L-1")
    wrong = reporting.posted(order, good="40")
    reporting.posted(order, good="50")
    reporting.reversed_by_qa(wrong)
    reporting.posted(order, good="40")
    floor.returned(order, lot, "8")
    [told] = [one.sentence for one in close_findings(order, floor.NOW) if one.code == "labels_unreconciled"]
    assert told == ("Labels LEAFLET, lot L-1: 100 issued, 90 used, 8 returned, 0 destroyed: 2 are not accounted for.")
    scrap_stock(
        lot=lot,
        from_bin=plant.place("staging"),
        quantity="2",
        reason=plant.reason("TORN", "scrap", loss="avoidable"),
        actor=plant.people().operator,
        now=floor.NOW,
        order=order,
    )
    assert _findings(order) == []


def test_what_a_reversal_gave_back_is_a_residual_and_nothing_else_is_open(order):
    first = reporting.posted(order, good="10")
    reporting.posted(order, good="10")
    lot = MaterialLot.objects.get(code="P1")
    floor.returned(order, lot, "40")
    assert _findings(order) == []
    reporting.reversed_by_qa(first)
    assert _findings(order) == ["residuals"]
    floor.returned(order, lot, "5")
    assert _findings(order) == []


def test_a_scanned_line_that_was_not_scanned_is_found():
    kit = plant.product("TABLET", cost="3")
    plant.item("ACTIVE", unit="KGM", decimals=4, potency_controlled=True, label_potency=Decimal(1))
    plant.approved_bom(kit, [LineDraft(item="ACTIVE", quantity="0.01", method="scan", tolerance="5")])
    order = floor.released_order(kit, "100")
    reporting.posted(order, good="100")
    assert _findings(order) == ["scan_missing"]
    with pytest.raises(Refused):
        _close(order)
    closed = _close(order, scan_missing="weighed by hand, see batch sheet 12")
    assert closed.accepted[0]["why"] == "weighed by hand, see batch sheet 12"


def test_the_variance_freezes_once_at_the_close(order):
    reporting.posted(order, good="10")
    floor.returned(order, MaterialLot.objects.get(code="P1"), "45")
    live = order_variance(order)
    _close(order)
    assert freeze_closed_orders(now=floor.NOW + timedelta(minutes=1)) == 1
    assert freeze_closed_orders(now=floor.NOW + timedelta(minutes=2)) == 0
    frozen = order_variance(order)
    assert frozen["frozen"] is True
    assert (frozen["total"], frozen["parts"]) == (live["total"], live["parts"])
    assert OrderVariance.objects.filter(order_id=order.pk, component=None).count() == 1


def test_what_is_posted_beyond_a_step_is_accepted_under_signature_only():
    kit, part = plant.product("KIT"), plant.item("PART", decimals=0, multiple=Decimal(50), rounding="up")
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="1")])
    order = floor.released_order(kit, "200")
    floor.staged(order, part, "150")
    first, second = [reporting.posted(order, good=good) for good in ("1", "49", "1", "49", "1")][1::2]
    reporting.reversed_by_qa(first)
    reporting.reversed_by_qa(second)
    assert _findings(order) == ["over_posted"]
    accepted = {"over_posted": "Issued by the box of fifty."}
    with pytest.raises(Refused) as refused:
        _close(order, **accepted)
    assert refused.value.codes == ["signature_missing"]
    content = close_content(order, close_findings(order, floor.NOW), accepted)
    ticket = plant.ticket(plant.people().supervisor, content, at=floor.NOW)
    closed = close_order(order=order, actor=plant.people().supervisor, now=floor.NOW, accepted=accepted, ticket=ticket)
    assert closed.signature.content == content
