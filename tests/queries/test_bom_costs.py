"""What a version costs at standard, from what is stored and from what is only drafted."""

from datetime import timedelta

import pytest

from masterdata.models import BomVersion
from masterdata.queries import draft_of
from masterdata.queries.bom_costs import Costing
from masterdata.rules.bom import BomDraft, LineDraft, ScrapDraft
from masterdata.rules.exact import Fraction
from masterdata.rules.vocabulary import Convention
from tests import plant
from tests.changing import changed
from traceability.queries.bom_facts import bom_facts

pytestmark = pytest.mark.django_db
F = Fraction
LATER = plant.NOW + timedelta(days=1)


def bottle() -> BomVersion:
    """A bottle with a set that is a phantom, dosed in litres where there is a factor."""
    plant.item("SYRUP", unit="KGM", cost="2.40")
    plant.factor(plant.item("SYRUP"), "LTR", "KGM", "1.25")
    plant.item("CAP", cost="0.06")
    plant.item("LABEL", cost="0.04")
    plant.approved_bom(
        plant.item("SET", cost="99"),
        [LineDraft("CAP", "2"), LineDraft("LABEL", "2", scrap=ScrapDraft(percent="1"))],
        base_quantity="2",
        phantom=True,
    )
    return plant.approved_bom(
        plant.product("BOTTLE", cost="1.00"),
        [
            LineDraft("SYRUP", "2", unit="LTR", scrap=ScrapDraft(percent="20", convention=Convention.DIVIDE)),
            LineDraft("SET", "10"),
        ],
        base_quantity="10",
    )


def test_a_version_costs_its_components_through_factors_losses_and_phantoms():
    costed = Costing(LATER).version(bottle())

    assert [line.running for line in costed.roll_up.lines] == [F("7.5"), F("0.6") + F("0.404")]
    assert costed.roll_up.per_unit == F("0.8504")
    assert costed.per_stock_unit == F("0.8504")
    assert [costed.items[one.item].code for one in costed.roll_up.lines[1].taken] == ["CAP", "LABEL"]


def test_a_draft_in_which_something_is_unknown_is_costed_as_far_as_it_goes():
    bottle()
    drafted = BomDraft(
        "BOTTLE",
        "1",
        "C62",
        lines=(LineDraft("NO-SUCH", "1"), LineDraft("CAP", "1"), LineDraft("CAP", "1", unit="KGM")),
    )
    rolled = Costing(LATER).of(drafted).roll_up

    assert [(number, gap.code) for number, gap in rolled.gaps] == [(1, "unknown_item"), (3, "no_conversion")]
    assert rolled.per_base == F("0.06")


def test_the_product_may_be_made_in_another_unit_than_it_is_stocked_in():
    plant.item("SUGAR", unit="KGM", cost="0.80")
    version = plant.approved_bom(
        plant.product("SYRUP", unit="KGM"), [LineDraft("SUGAR", "500", unit="GRM")], base_quantity="1", base_unit="TNE"
    )
    costed = Costing(LATER).version(version)

    assert (costed.roll_up.per_unit, costed.per_stock_unit) == (F("0.4"), F("0.0004"))


def test_a_draft_says_of_usage_what_the_stored_version_says():
    """Posting reads stored versions its own way; the roll-up of a stored one must be of the same facts."""
    version = bottle()
    stored = bom_facts([version.pk])[version.pk]
    costing = Costing(LATER)
    costing.version(version)

    assert costing.fact(draft_of(version), version=version.pk) == stored


def test_a_changed_standard_cost_changes_the_roll_up_at_once():
    version = bottle()
    changed(plant.item("CAP"), standard_cost="0.16")

    assert Costing(LATER).version(version).roll_up.per_unit == F("0.8504") + F("0.1")
