"""A true-up at the close: what standing output needed and no report took is posted under signature, and receives nothing."""

import pytest
from django.db import connection

from backflush.actions.close_order import close_order
from backflush.actions.post_true_up import post_true_up
from backflush.models import Posting
from backflush.queries.closing import close_findings
from backflush.queries.invariants import all_invariants
from backflush.queries.postings import posting_page, replay_differences
from backflush.queries.true_ups import plan_true_up, true_up_content
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting
from traceability.models import CarriedLink, LedgerLine, MaterialLot

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    """Two lots of ten kits stand; the report that took the one leaflet of the order was reversed."""
    kit = plant.product("KIT", cost="20")
    foil, leaflet = plant.item("FOIL", decimals=0), plant.item("LEAFLET", decimals=0)
    plant.approved_bom(kit, [LineDraft("FOIL", "1"), LineDraft("LEAFLET", "1", per="order")])
    made = floor.released_order(kit, "100")
    floor.staged(made, foil, "30")
    floor.staged(made, leaflet, "1", code="LEAFLET-1")
    first = reporting.posted(made, good="10", output_lot="K-1")
    reporting.posted(made, good="10", output_lot="K-2")
    reporting.posted(made, good="10", output_lot="K-3")
    reporting.reversed_by_qa(first)
    return made


def _findings(order):
    return sorted({finding.code for finding in close_findings(order, floor.NOW)})


def _signed(order, by="qa"):
    plan = plan_true_up(order, "10", floor.NOW)
    ticket = plant.ticket(getattr(plant.people(), by), true_up_content(plan), at=floor.NOW)
    return post_true_up(order=order, operation="10", ticket=ticket, now=floor.NOW)


def test_what_is_missing_is_posted_into_every_lot_that_stands_and_replays(order):
    assert _findings(order) == ["residuals", "under_posted"]
    posting = _signed(order)
    assert _findings(order) == ["residuals"]
    lots = {lot.code: lot.pk for lot in MaterialLot.objects.all()}
    assert (posting.kind, posting.good, posting.report_id, posting.output_lot_id) == ("true_up", 0, None, lots["K-3"])
    line = LedgerLine.objects.get(entry_id=posting.entry_id)
    assert (line.lot_id, line.quantity, line.output_lot_id) == (lots["LEAFLET-1"], 1, lots["K-3"])
    carried = CarriedLink.objects.filter(entry_id=posting.entry_id).values_list("output_lot_id", "input_lot_id")
    assert list(carried) == [(lots["K-2"], lots["LEAFLET-1"])]
    assert replay_differences(posting) == []
    assert posting_page(posting.site_id, posting.number)["replays"]
    with connection.cursor() as cursor:
        for one in all_invariants():
            cursor.execute(one.sql)
            assert cursor.fetchall() == [], one.name


def test_the_order_then_closes(order):
    _signed(order)
    floor.returned(order, MaterialLot.objects.get(item__code="FOIL"), "10")
    assert close_order(order=order, actor=plant.people().supervisor, now=floor.NOW).revision == 1


def test_a_second_true_up_has_nothing_to_post(order):
    _signed(order)
    with pytest.raises(Refused) as refused:
        _signed(order)
    assert refused.value.codes == ["nothing_to_post"]


def test_what_is_short_is_told_and_nothing_is_posted(order):
    floor.returned(order, MaterialLot.objects.get(code="LEAFLET-1"), "1")
    with pytest.raises(Refused) as refused:
        _signed(order)
    assert refused.value.codes == ["not_staged", "short"]
    assert not Posting.objects.filter(kind="true_up").exists()


def test_an_operator_does_not_sign(order):
    with pytest.raises(Refused) as refused:
        _signed(order, by="operator")
    assert refused.value.codes == ["not_your_duty"]


def test_a_true_up_is_reversed_like_any_posting_but_not_by_who_signed_it(order):
    reporting.reversed_by_qa(_signed(order, by="supervisor"), by="engineer")
    assert _findings(order) == ["residuals", "under_posted"]
    posting = _signed(order, by="qa")
    with pytest.raises(Refused) as refused:
        reporting.reversed_by_qa(posting)
    assert refused.value.codes == ["signer_is_reporter"]
