"""Avoidable scrap beyond the limit of the trigger definition marks the posting that passed it, and the order."""

import pytest

from backflush.models import Posting
from backflush.queries.avoidable_scrap import order_beyond_limit
from backflush.queries.postings import posting_page, replay_differences
from masterdata.queries import trigger_content
from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    """A hundred kits; more than three of them scrapped avoidably are too many."""
    kit, foil = plant.product("KIT"), plant.item("FOIL", unit="KGM")
    plant.trigger(kit, "10", avoidable_limit_percent="3")
    plant.approved_bom(kit, [LineDraft("FOIL", "0.5")])
    plant.reason("JAM", "scrap", loss="avoidable")
    plant.reason("START", "scrap", loss="structural")
    made = floor.released_order(kit, "100")
    floor.staged(made, foil, "60")
    return made


def posting_beyond_limit(posting: Posting):
    """What the posting's page says of it."""
    return posting_page(posting.site_id, posting.number).get("beyond_limit")


def scrapped(order, quantity, reason="JAM"):
    return reporting.posted(order, good="10", scrap=[{"quantity": quantity, "reason": reason}])


def test_scrap_up_to_the_limit_marks_nothing_and_beyond_it_the_posting_and_the_order(order):
    assert posting_beyond_limit(scrapped(order, "3")) is None
    assert order_beyond_limit(order, floor.NOW) == []
    passed = scrapped(order, "1")
    sentence = "Avoidable scrap beyond its limit: 4 so far at operation 10, at most 3 allowed."
    assert posting_beyond_limit(passed).sentence == sentence
    assert [one.sentence for one in order_beyond_limit(order, floor.NOW)] == [sentence]
    assert posting_beyond_limit(reporting.posted(order, good="10")) is None
    assert replay_differences(passed) == []


def test_structural_scrap_has_no_such_limit(order):
    assert posting_beyond_limit(scrapped(order, "9", "START")) is None


def test_a_reversal_takes_the_order_below_the_limit_again(order):
    reporting.reversed_by_qa(scrapped(order, "4"))
    assert order_beyond_limit(order, floor.NOW) == []
    assert posting_beyond_limit(Posting.objects.order_by("-number").first()) is None


def test_a_definition_without_a_limit_says_nothing_of_it_in_what_is_signed(order):
    bare, limited = plant.trigger(order.item, "10"), plant.trigger(order.item, "10", avoidable_limit_percent="0")
    assert "avoidable_limit_percent" not in trigger_content(bare)
    assert trigger_content(limited)["avoidable_limit_percent"] == "0"
