"""A draw is marked where the material was bound to its order only after the event; the ledger says it, no flag."""

from datetime import timedelta

import pytest

from backflush.queries.postings import posting_page
from backflush.queries.staged_late import staged_late
from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting
from traceability.models import MaterialLot

pytestmark = pytest.mark.django_db
LATER = floor.NOW + timedelta(minutes=10)
EVENT = floor.NOW + timedelta(minutes=5)


@pytest.fixture
def kit():
    kit = plant.product("KIT", cost="3")
    plant.item("PART", unit="KGM", decimals=3)
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="0.5")])
    return kit


def report(order, good: str, **times):
    return reporting.posted(order, good=good, received=LATER, **times)


def late_lots(posting) -> list[str]:
    page = posting_page(posting.site_id, posting.number)
    return [line["lot"] for line in page["ledger"] if line["staged_late"]]


def test_what_was_staged_before_the_event_bears_no_mark(kit):
    order = floor.released_order(kit, "10")
    floor.staged(order, plant.item("PART"), "5")
    assert staged_late(report(order, "4", at=EVENT).entry_id) == set()


def test_only_the_lot_that_came_after_the_event_is_marked(kit):
    order = floor.released_order(kit, "10")
    early = floor.staged(order, plant.item("PART"), "1")
    late = floor.received_lot(plant.item("PART"), "5")
    floor.staged_lot(order, late, "5", at=LATER)
    posting = report(order, "4", at=EVENT)
    assert late_lots(posting) == [late.code]
    assert early.code != late.code


def test_a_later_top_up_does_not_mark_what_was_there_in_time(kit):
    order = floor.released_order(kit, "10")
    lot = floor.received_lot(plant.item("PART"), "20")
    floor.staged_lot(order, lot, "2")
    floor.staged_lot(order, lot, "8", at=LATER)
    assert late_lots(report(order, "4", at=EVENT)) == []
    assert late_lots(report(order, "1", at=EVENT)) == [lot.code], "the first two kilograms are used"


def test_a_return_before_the_event_takes_away_what_was_there_in_time(kit):
    order = floor.released_order(kit, "10")
    lot = floor.staged(order, plant.item("PART"), "5")
    floor.returned(order, lot, "5", at=floor.NOW + timedelta(minutes=1))
    floor.staged_lot(order, MaterialLot.objects.get(pk=lot.pk), "5", at=LATER)
    assert late_lots(report(order, "4", at=EVENT)) == [lot.code]
