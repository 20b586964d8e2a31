"""Alternates and steps as one line of text: read exactly, written back the same, and refused in words."""

from decimal import Decimal

import pytest

from masterdata.rules.bom import AlternateDraft, StepDraft
from masterdata.rules.bom_text import UnreadableError, read_alternates, read_steps, write_alternates, write_steps

FULL = "A 1; B-2 1.05 40% max 500 until 2026-12-31T00:00:00+00:00"


def test_alternates_are_read_in_order():
    assert read_alternates(FULL) == (
        AlternateDraft("A", Decimal(1)),
        AlternateDraft("B-2", Decimal("1.05"), Decimal(40), Decimal(500), "2026-12-31T00:00:00+00:00"),
    )


def test_what_is_read_is_written_back_the_same():
    assert write_alternates(read_alternates(FULL)) == FULL
    assert write_steps(read_steps("0: 1; 1000: 2.5")) == "0: 1; 1000: 2.5"


def test_an_item_alone_replaces_one_for_one():
    assert read_alternates("A") == (AlternateDraft("A", Decimal(1)),)


def test_nothing_typed_is_nothing():
    assert read_alternates(" ; ") == ()
    assert read_steps("") == ()


def test_steps_are_read():
    assert read_steps("0:1;1000 : 2") == (StepDraft(Decimal(0), Decimal(1)), StepDraft(Decimal(1000), Decimal(2)))


@pytest.mark.parametrize("text", ["A x", "A 1 max", "A until", "A NaN", "A 1 y%"])
def test_unreadable_alternates_say_which(text):
    with pytest.raises(UnreadableError, match="“A"):
        read_alternates(text)


@pytest.mark.parametrize("text", ["5", "a: 1", "1: b", "1:", "1: Infinity"])
def test_unreadable_steps_say_which(text):
    with pytest.raises(UnreadableError, match="“"):
        read_steps(text)
