"""Where an item is used: directly, as an alternate and through phantoms, in every version there is."""

from datetime import timedelta

import pytest

from masterdata.queries.item_uses import item_uses
from masterdata.rules.bom import AlternateDraft, LineDraft
from tests import plant

pytestmark = pytest.mark.django_db
LATER = plant.NOW + timedelta(days=1)


def told(item):
    return [
        (str(use.version), use.line.item.code, use.how, use.through, use.standing) for use in item_uses(item, LATER)
    ]


def test_an_item_is_found_directly_as_alternate_and_through_phantoms_of_any_depth():
    cap, grey = plant.item("CAP"), plant.item("GREY")
    plant.approved_bom(
        plant.item("CLOSURE"),
        [LineDraft("CAP", "1", strategy="priority", alternates=(AlternateDraft("GREY", "1"),))],
        phantom=True,
    )
    plant.approved_bom(plant.item("SET"), [LineDraft("CLOSURE", "1")], phantom=True)
    plant.approved_bom(plant.product("BOTTLE"), [LineDraft("SET", "1"), LineDraft("CAP", "2")])

    assert told(cap) == [
        ("BOTTLE v1", "CAP", "directly", (), "in force"),
        ("BOTTLE v1", "SET", "through phantom", ("SET", "CLOSURE"), "in force"),
        ("CLOSURE v1", "CAP", "directly", (), "in force"),
        ("SET v1", "CLOSURE", "through phantom", ("CLOSURE",), "in force"),
    ]
    assert ("CLOSURE v1", "CAP", "as alternate", (), "in force") in told(grey)
    assert ("BOTTLE v1", "SET", "through phantom", ("SET", "CLOSURE"), "in force") in told(grey)


def test_drafts_past_and_coming_versions_are_told_by_their_standing():
    cap, kit = plant.item("CAP"), plant.product("KIT")
    plant.approved_bom(kit, [LineDraft("CAP", "1")])
    plant.approved_bom(kit, [LineDraft("CAP", "2")])
    plant.approved_bom(kit, [LineDraft("CAP", "3")], effective_from=LATER + timedelta(days=5))
    plant.drafted_bom(kit, [LineDraft("CAP", "4")])

    assert [(use.version.number, use.standing) for use in item_uses(cap, LATER)] == [
        (4, "open"),
        (3, "coming"),
        (2, "in force"),
        (1, "past"),
    ]


def test_a_phantom_is_looked_through_by_its_version_in_force_only():
    cap = plant.item("CAP")
    plant.item("LID")
    kit = plant.item("SET")
    plant.approved_bom(kit, [LineDraft("CAP", "1")], phantom=True)
    plant.approved_bom(kit, [LineDraft("LID", "1")], phantom=True)
    plant.approved_bom(plant.product("BOTTLE"), [LineDraft("SET", "1")])

    assert told(cap) == [("SET v1", "CAP", "directly", (), "past")]


def test_what_no_version_takes_has_no_use():
    assert told(plant.item("CAP")) == []
