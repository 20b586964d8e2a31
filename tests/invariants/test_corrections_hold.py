"""Corrections keep every invariant; one that nobody signed, or that reports another event, is found."""

import pytest

from backflush.queries.invariants import all_invariants
from masterdata.rules.bom import LineDraft
from tests import databases, floor, plant, reporting
from tests.invariants.planting import without_laws


@pytest.fixture(scope="module")
def address(django_db_setup, django_db_blocker):
    """A database with one correction in it, as its owner."""
    name = databases.unique("corrected")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        kit, part = plant.product("KIT"), plant.item("PART", decimals=0)
        plant.approved_bom(kit, [LineDraft(item="PART", quantity="1")])
        order = floor.released_order(kit, "100")
        floor.staged(order, part, "60")
        wrong = reporting.posted(order, good="50")
        reporting.signed_by_qa(reporting.correction_asked(wrong, good="40"))
        reporting.posted(order, good="5")
        yield databases.owner_address(name)
    databases.drop(name)


@pytest.fixture
def owner(address):
    """The owner with the laws of reports, requests and postings switched off, for one transaction."""
    with without_laws(address, r"backflush_(operationreport|reversalrequest|posting)") as connection:
        yield connection


def found(connection) -> dict[str, str]:
    """What each broken invariant says; 16 is about the laws, which are off here."""
    return {
        one.name: " ".join(str(row) for row in rows)
        for one in all_invariants()
        if not one.name.startswith("16") and (rows := connection.execute(one.sql).fetchall())
    }


def test_nothing_is_broken_by_a_correction(owner):
    assert found(owner) == {}


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ("UPDATE backflush_reversalrequest SET correction_id = NULL", "what is right was not posted"),
        (
            "UPDATE backflush_operationreport SET occurred_at = occurred_at - interval '1 hour' WHERE origin = 'correction'",
            "a report of another event",
        ),
        (
            "UPDATE backflush_operationreport SET origin = 'correction', corrects_id = 0 WHERE id ="
            " (SELECT max(id) FROM backflush_operationreport)",
            "that nobody signed",
        ),
    ],
)
def test_a_wrong_correction_is_found(owner, planted, said):
    owner.execute(planted)
    broken = found(owner)
    assert any(name.startswith("13") and said in text for name, text in broken.items()), broken
