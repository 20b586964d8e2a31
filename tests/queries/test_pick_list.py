"""The pick list: what an order needs, where it is, and what is missing."""

from datetime import date

import pytest

from masterdata.rules.bom import AlternateDraft, LineDraft, ScrapDraft
from masterdata.rules.exact import Fraction
from tests import floor, plant
from traceability.queries import pick_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def kit():
    plant.item("FOIL", unit="KGM", decimals=3)
    plant.item("TAPE", unit="KGM", decimals=3)
    plant.item("WASHER", decimals=0, supermarket=True)
    made = plant.product("KIT", operations=("10", "20"))
    plant.approved_bom(
        made,
        [
            LineDraft(
                "FOIL",
                "0.5",
                scrap=ScrapDraft(percent=10),
                setup=ScrapDraft(quantity="2"),
                strategy="priority",
                alternates=(AlternateDraft("TAPE", "1"),),
            ),
            LineDraft("WASHER", "4", operation="20"),
        ],
    )
    return made


def picks(line) -> list[tuple[str, str, Fraction]]:
    return [(pick.shelf.bin_code, pick.shelf.lot_code, pick.quantity) for pick in line.picks]


def test_the_need_counts_planned_losses_and_one_setup(kit):
    foil, washer = pick_list(floor.released_order(kit, "100"), floor.NOW)
    assert (foil.operation_number, foil.item.code, foil.needed) == ("10", "FOIL", 57)
    assert foil.missing == 57
    assert [one.code for one in foil.alternates] == ["TAPE"]
    assert (washer.operation_number, washer.needed, washer.supermarket, washer.missing) == ("20", 400, True, 0)


def test_the_first_to_expire_is_fetched_first_and_only_usable_lots(kit):
    order = floor.released_order(kit, "100")
    foil = plant.item("FOIL")
    floor.received_lot(foil, "30", code="LATE", expires_on=date(2027, 1, 1))
    floor.received_lot(foil, "20", code="SOON", expires_on=date(2026, 6, 1))
    floor.received_lot(foil, "99", code="WAITING", released=False, expires_on=date(2026, 5, 1))
    floor.received_lot(foil, "99", code="SHUT", place=plant.place("quarantine"), expires_on=date(2026, 5, 1))
    line, _ = pick_list(order, floor.NOW)
    assert picks(line) == [("STORE-1", "LATE", Fraction(30)), ("STORE-1", "SOON", Fraction(20))]
    assert line.missing == 7


def test_what_is_bound_is_not_fetched_again(kit):
    order = floor.released_order(kit, "100")
    floor.staged(order, plant.item("FOIL"), "50", code="A")
    floor.received_lot(plant.item("FOIL"), "50", code="B")
    line, _ = pick_list(order, floor.NOW)
    assert (line.bound, picks(line), line.missing) == (50, [("STORE-1", "B", Fraction(7))], 0)


def test_a_planned_order_has_no_pick_list(kit):
    assert pick_list(floor.planned_order(kit), floor.NOW) == []
