"""The calculator above the unit factors: units as the plant writes them, with the code beside."""

import pytest
from django.urls import reverse


def said(client, **asked: str) -> str:
    return client.get(reverse("unit-factors"), asked).content.decode()


@pytest.mark.parametrize("typed", ["pcs", "C62", "c62"])
def test_a_unit_is_named_in_the_plants_word_with_its_code(look, typed):
    page = said(look("engineer"), amount="1250", unit_from=typed, unit_to="pcs")
    assert "1,250 pcs (C62) = 1,250 pcs (C62)" in page


def test_the_path_and_the_item_are_in_the_plants_words(look):
    page = said(look("engineer"), amount="2.5", unit_from="l", unit_to="kg", item="RM-EXT-310")
    assert "2.5 l (LTR) of RM-EXT-310 = 2.8 kg (KGM)" in page
    assert "by l (LTR) → kg (KGM), factor 1.12" in page


def test_what_does_not_convert_says_so_in_the_same_words(look):
    page = said(look("engineer"), amount="1", unit_from="pcs", unit_to="kg")
    assert "Nothing converts pcs (C62) to kg (KGM)." in page
    assert "Name the item" in page


def test_an_item_that_is_not_there_is_not_passed_over(look):
    page = said(look("engineer"), amount="1", unit_from="l", unit_to="kg", item="NO-SUCH")
    assert "There is no item NO-SUCH." in page


def test_a_number_that_is_none_says_how_to_write_it(look):
    page = said(look("engineer"), amount="1,5", unit_from="l", unit_to="ml")
    assert "1,5 is no decimal number." in page
    assert "Write digits with a point" in page
