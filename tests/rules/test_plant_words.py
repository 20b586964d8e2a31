"""Every stored word that is shown has a word of the plant, from one list."""

import pytest

from masterdata.rules import vocabulary as v
from masterdata.rules.change_control import missing_roles, signing_refusals, undecided_refusals
from masterdata.rules.governed_kinds import KINDS
from masterdata.rules.plant_words import (
    CONVENTION_WORDS,
    METHOD_WORDS,
    ROLE_WORDS,
    SOURCE_WORDS,
    STRATEGY_WORDS,
    TRIGGER_WORDS,
    field_words,
    meaning_words,
    role_in_sentence,
    role_words,
    stored_words,
)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (ROLE_WORDS, v.Role),
        (METHOD_WORDS, v.PostingMethod),
        (STRATEGY_WORDS, v.AlternateStrategy),
        (CONVENTION_WORDS, v.Convention),
        (SOURCE_WORDS, v.FigureSource),
        (TRIGGER_WORDS, v.TriggerKind),
    ],
)
def test_every_code_has_words_and_no_two_have_the_same(words, codes):
    assert set(words) == {one.value for one in codes}
    assert len(set(words.values())) == len(words)
    assert not any("_" in one for one in words.values())


def test_what_was_signed_in_a_role_is_told_in_words_and_other_meanings_stay():
    assert meaning_words("approved as qa") == "approved as quality assurance"
    assert meaning_words("approved as quality assurance") == "approved as quality assurance"
    assert meaning_words("rejected: approved as qa would be wrong") == "rejected: approved as qa would be wrong"


def test_fields_are_called_as_on_their_forms():
    assert field_words("item", "standard_cost") == KINDS["item"].field("standard_cost").label
    assert field_words("trigger_definition", "offline_allowance_hours") == "Offline allowance in hours"
    assert field_words("item", "some_new_field") == "Some new field"


def test_codes_are_told_in_words_and_what_people_wrote_stays():
    assert stored_words("half_even") == "half even"
    assert stored_words("LOT_7 of half_even") == "LOT_7 of half_even"
    assert role_words("qa") == "Quality assurance"
    assert role_in_sentence("qa") == "quality assurance"


def test_refusals_name_roles_in_words():
    [refusal] = signing_refusals(
        name="CR-1", author=1, signer=2, signer_roles=["engineer"], role="engineer", required=["qa"], given=[]
    )
    assert refusal.sentence == "CR-1 needs no signature as engineer."
    assert refusal.remedy == "It still needs: quality assurance."
    assert missing_roles(["qa"], []) == ["qa"]


def test_undecided_orders_are_one_refusal_with_their_count():
    orders = [f"PLANT WO-{number}" for number in range(1, 9)]
    [refusal] = undecided_refusals(orders)
    assert refusal.sentence.startswith("8 orders are open, and of each nobody decided")
    assert refusal.sentence.endswith("PLANT WO-5 and 3 more.")
    assert undecided_refusals(orders[:1])[0].sentence.startswith("Order PLANT WO-1 is open, and nobody decided")
