"""Units are read by symbol or code, and a text that may mean two of them is refused."""

import pytest

from masterdata.rules.refusal import Refusal
from masterdata.rules.unit_names import UnitName, read_unit, write_unit

NAMES = [
    UnitName(code, symbol)
    for code, symbol in (
        ("KGM", "kg"),
        ("MGM", "mg"),
        ("2U", "Mg"),
        ("C62", "pcs"),
        ("MIL", "1000"),
        ("77", "mil"),
        ("CEN", "hundred"),
        ("HC", "hundred"),
        ("LTR", "l"),
    )
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("kg", "KGM"),
        ("KGM", "KGM"),
        ("kgm", "KGM"),
        ("KG", "KGM"),
        (" pcs ", "C62"),
        ("mg", "MGM"),
        ("Mg", "2U"),
        ("L", "LTR"),
    ],
)
def test_a_symbol_or_a_code_is_read(text, code):
    assert read_unit(text, NAMES) == code


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("MG", "MG may be MGM (mg) or 2U (Mg)."),
        ("mil", "mil may be MIL (1000) or 77 (mil)."),
        ("hundred", "hundred may be CEN (hundred) or HC (hundred)."),
        ("QQQ", "There is no unit QQQ."),
    ],
)
def test_what_may_mean_two_units_or_none_is_refused(text, words):
    refusal = read_unit(text, NAMES)
    assert isinstance(refusal, Refusal)
    assert refusal.sentence == words
    assert refusal.remedy


def test_what_is_written_is_read_back():
    assert [write_unit(one.code, NAMES) for one in NAMES] == ["kg", "mg", "Mg", "pcs", "1000", "77", "CEN", "HC", "l"]
    assert all(read_unit(write_unit(one.code, NAMES), NAMES) == one.code for one in NAMES)
