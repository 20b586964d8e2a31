"""Unit factors and trigger definitions: drafted, signed by somebody else, effective by event time; labels too."""

from datetime import timedelta

import pytest

from masterdata.actions.approve_label import approve_label, verify_label, withdraw_label
from masterdata.actions.approve_trigger import approve_trigger
from masterdata.actions.approve_unit_factor import approve_unit_factor
from masterdata.actions.draft_trigger import draft_trigger
from masterdata.actions.draft_unit_factor import draft_unit_factor
from masterdata.queries import (
    effective_trigger,
    factor_content,
    item_factors,
    label_content,
    signature_faults,
    trigger_content,
    unit_facts,
)
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refused
from masterdata.rules.units import conversion
from tests import plant

pytestmark = pytest.mark.django_db
LATER = plant.NOW + timedelta(days=7)


def factor_at(item, moment):
    found = conversion("LTR", "KGM", unit_facts(), item_factors([item.pk], moment)[item.pk])
    return found.factor if found else None


def test_a_density_counts_from_its_approval_until_the_next_one():
    oil = plant.item("OIL", unit="KGM")
    first = plant.factor(oil, "LTR", "KGM", "0.9")
    plant.factor(oil, "LTR", "KGM", "8/9", at=LATER)
    assert factor_at(oil, plant.NOW - timedelta(days=1)) is None
    assert factor_at(oil, plant.NOW) == Fraction(9, 10)
    assert factor_at(oil, LATER) == Fraction(8, 9)
    assert item_factors([oil.pk], plant.NOW)[oil.pk][0].reference == f"unit_factor:{first.pk}"
    first.refresh_from_db()
    assert signature_faults(first) == []


def test_a_drafted_factor_does_not_convert():
    oil = plant.item("OIL", unit="KGM")
    draft_unit_factor(
        item=oil,
        from_unit="LTR",
        to_unit="KGM",
        numerator=9,
        denominator=10,
        author=plant.people().engineer,
        now=plant.NOW,
    )
    assert factor_at(oil, LATER) is None


@pytest.mark.parametrize(
    ("from_unit", "to_unit", "numerator", "code"),
    [
        ("KGM", "GRM", 1000, "table_says_it"),
        ("KGM", "LTR", 1, "written_the_other_way"),
        ("LTR", "QQQ", 1, "unknown_unit"),
        ("XCS", "C62", 0, "item_factor_is_above_zero"),
        ("XCS", "C62", -1, "item_factor_is_above_zero"),
    ],
)
def test_a_factor_that_will_not_do_is_refused(from_unit, to_unit, numerator, code):
    oil = plant.item("OIL", unit="KGM")
    plant.factor(oil, "LTR", "KGM", "0.9")
    with pytest.raises(Refused) as refused:
        draft_unit_factor(
            item=oil,
            from_unit=from_unit,
            to_unit=to_unit,
            numerator=numerator,
            denominator=1,
            author=plant.people().engineer,
            now=plant.NOW,
        )
    assert refused.value.codes == [code]


def test_the_author_of_a_factor_does_not_approve_it():
    oil, people = plant.item("OIL", unit="KGM"), plant.people()
    drafted = draft_unit_factor(
        item=oil, from_unit="LTR", to_unit="KGM", numerator=9, denominator=10, author=people.engineer, now=plant.NOW
    )
    with pytest.raises(Refused) as refused:
        approve_unit_factor(
            factor=drafted,
            ticket=plant.ticket(people.engineer, factor_content(drafted)),
            effective_from=None,
            now=plant.NOW,
        )
    assert refused.value.codes == ["author_is_approver"]


def test_what_is_approved_is_not_approved_again():
    kit, people = plant.product("KIT"), plant.people()
    definition = effective_trigger(kit, "10", plant.NOW)
    with pytest.raises(Refused) as refused:
        approve_trigger(
            definition=definition,
            ticket=plant.ticket(people.qa, trigger_content(definition)),
            effective_from=None,
            now=LATER,
        )
    assert refused.value.codes == ["out_of_sequence"]


def test_the_definition_of_the_line_goes_before_the_general_one():
    kit = plant.product("KIT")
    general = effective_trigger(kit, "10", plant.NOW)
    own = plant.trigger(kit, "10", line=plant.line("L2"), devices=[])
    assert effective_trigger(kit, "10", plant.NOW, plant.line("L2")) == own
    assert effective_trigger(kit, "10", plant.NOW, plant.line("L1")) == general
    assert effective_trigger(kit, "10", plant.NOW - timedelta(days=1)) is None


def test_a_new_definition_replaces_the_old_one_from_its_time_on():
    kit = plant.product("KIT")
    first = effective_trigger(kit, "10", plant.NOW)
    second = plant.trigger(kit, "10", basis="good_and_scrap", at=LATER)
    assert effective_trigger(kit, "10", LATER - timedelta(seconds=1)) == first
    assert effective_trigger(kit, "10", LATER) == second
    assert second.version == 2
    first.refresh_from_db()
    assert [signature_faults(one) for one in (first, second)] == [[], []]


def test_the_devices_of_a_definition_are_signed_with_it_and_in_its_history():
    kit = plant.product("KIT")
    definition = effective_trigger(kit, "10", plant.NOW)
    assert definition.signature.content["devices"] == ["PLANT MES-1"]
    assert [row.device.code for row in definition.history.first().devices.all()] == ["MES-1"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"operation_number": "99"}, "unknown_operation"),
        ({"kind": "setup"}, "setup_declares_no_output"),
        ({"any_person": False}, "nobody_may_send"),
        ({"kind": "full moon"}, "invalid_choice"),
    ],
)
def test_a_definition_that_will_not_do_is_refused(changes, code):
    kit = plant.product("KIT")
    with pytest.raises(Refused) as refused:
        draft_trigger(
            **{"item": kit, "operation_number": "10", "author": plant.people().engineer, "now": plant.NOW, **changes}
        )
    assert refused.value.codes == [code]


def test_a_label_version_is_signed_verified_and_withdrawn():
    people, leaflet = plant.people(), plant.item("LEAFLET", label_controlled=True)
    ticket = plant.ticket(people.qa, label_content(leaflet, 1, "ART-0001 rev A"))
    label = approve_label(item=leaflet, number=1, artwork="ART-0001 rev A", ticket=ticket, now=plant.NOW)
    assert label.signature.person == people.qa
    assert verify_label(label=label, actor=people.qa, now=LATER).verified_at == LATER
    assert withdraw_label(label=label, actor=people.qa, reason="typo", now=LATER).withdrawn_at == LATER
    with pytest.raises(Refused, match="withdrawn"):
        verify_label(label=label, actor=people.qa, now=LATER)


def test_an_item_without_labels_gets_none():
    people, foil = plant.people(), plant.item("FOIL")
    ticket = plant.ticket(people.qa, label_content(foil, 1, "x"))
    with pytest.raises(Refused, match="not label-controlled"):
        approve_label(item=foil, number=1, artwork="x", ticket=ticket, now=plant.NOW)


def test_two_ways_between_the_same_units_are_refused():
    oil = plant.item("OIL", unit="KGM")
    plant.factor(oil, "LTR", "KGM", "0.9")
    plant.factor(oil, "XDR", "LTR", "200")
    with pytest.raises(Refused, match="XDR → LTR → KGM") as refused:
        plant.factor(oil, "XDR", "KGM", "181")
    assert refused.value.codes == ["linked_already"]
    with pytest.raises(Refused) as refused:
        plant.factor(oil, "MLT", "GRM", "0.9")
    assert refused.value.codes == ["linked_already"]
    assert plant.factor(oil, "XDR", "LTR", "205", at=LATER).version == 2
