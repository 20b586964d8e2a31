"""Cells of an imported sheet are read in the one way that is certain, or refused in words."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masterdata.rules.sheet_cells import (
    Broken,
    CellKind,
    Column,
    Formula,
    Moment,
    Number,
    fits_a_number,
    guarded,
    number_cell,
    read_cell,
    unguarded,
)

TEXT, CODE = Column("name", CellKind.TEXT, needed=True), Column("item", CellKind.CODE, longest=10)
COST = Column("standard_cost", CellKind.NUMBER, longest=18, places=6)
DECIMALS = Column("decimals", CellKind.NUMBER, longest=1)
FLAG, TIME = Column("supermarket", CellKind.FLAG), Column("effective_from", CellKind.TIME)


def read(column: Column, cell: str, *, written: bool = True, zone=UTC):
    text, fault = read_cell(column, cell, written=written, zone=zone)
    return fault.code if fault else text


@pytest.mark.parametrize(
    ("column", "cell", "result"),
    [
        (COST, "0.10", "0.1"),
        (COST, "0", "0"),
        (COST, " 12.5 ", "12.5"),
        (COST, "007", "7"),
        (COST, "", ""),
        (COST, "1,5", "decimal_comma"),
        (COST, "1,500", "number_ambiguous"),
        (COST, "1.500,25", "number_ambiguous"),
        (COST, "1 500", "number_ambiguous"),
        (COST, "1'500.25", "number_ambiguous"),
        (COST, "1e3", "number_with_exponent"),
        (COST, "1.5E-2", "number_with_exponent"),
        (COST, "-1", "number_below_zero"),
        (COST, "1.1234567", "too_many_decimals"),
        (COST, "1" * 19, "number_too_large"),
        (COST, "NaN", "not_a_number"),
        (COST, "٣", "not_a_number"),
        (COST, "=1+1", "cell_is_a_formula"),
        (DECIMALS, "1.5", "not_a_whole_number"),
        (FLAG, "Yes", "yes"),
        (FLAG, "FALSE", "no"),
        (FLAG, "maybe", "not_a_flag"),
        (TEXT, "", "cell_empty"),
        (TEXT, "=cmd|' /C calc'!A0", "cell_is_a_formula"),
        (TEXT, "+49 30", "cell_is_a_formula"),
        (TEXT, "-20 °C bag", "cell_is_a_formula"),
        (TEXT, "@x", "cell_is_a_formula"),
        (TEXT, "'-20 °C bag", "-20 °C bag"),
        (TEXT, "'''=x", "''=x"),
        (TEXT, "'tis", "'tis"),
        (TEXT, "two\r\nlines", "not_plain_text"),
        (TEXT, "nul\x00", "not_plain_text"),
        (TEXT, "right\u202eleft", "not_plain_text"),
        (CODE, "A ", "blank_at_the_end"),
        (CODE, "A" * 11, "cell_too_long"),
        (TIME, "2010-05-26", "2010-05-26T00:00:00Z"),
        (TIME, "2010-05-26T02:00:00+02:00", "2010-05-26T00:00:00Z"),
        (TIME, "2010-05-26T02:00:00", "time_without_a_zone"),
        (TIME, "05/06/2010", "not_a_time"),
        (TIME, "26.05.2010", "not_a_time"),
        (TIME, "2010-02-30", "not_a_time"),
    ],
)
def test_a_written_cell_is_read_or_refused(column, cell, result):
    assert read(column, cell) == result


@pytest.mark.parametrize(
    ("column", "cell", "result"),
    [
        (TEXT, "=1+1", "=1+1"),  # a text of a workbook is a text, and nothing runs it
        (TEXT, Formula("=1+1"), "cell_is_a_formula"),
        (COST, Formula("=1+1"), "cell_is_a_formula"),
        (COST, Broken("#REF!"), "cell_is_an_error"),
        (COST, Moment("2026-01-05T00:00:00"), "cell_is_a_date"),
        (CODE, Moment("2026-03-01T00:00:00"), "cell_is_a_date"),
        (CODE, Number("1001"), "1001"),
        (TIME, Moment("2026-01-05T00:00:00"), "2026-01-05T00:00:00Z"),
        (TIME, Moment("2026-01-05T06:00:00"), "time_without_a_zone"),
        (TIME, Number("46027"), "not_a_time"),
    ],
)
def test_a_cell_of_a_workbook_is_read_or_refused(column, cell, result):
    assert read(column, cell, written=False) == result


def test_a_day_begins_where_the_plant_is():
    assert read(TIME, "2010-05-26", zone=ZoneInfo("Europe/Berlin")) == "2010-05-25T22:00:00Z"


@pytest.mark.parametrize(
    ("value", "shown", "result"),
    [
        (0.1, "General", "0.1"),
        (1.1000000000000001, "General", "1.1"),  # as a spreadsheet writes a typed 1.1
        (1e-7, "General", "0.0000001"),
        (12, "General", "12"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "digits_of_a_calculation"),
        (1 / 3, "General", "digits_of_a_calculation"),
        (1234567890123456789, "General", "digits_of_a_calculation"),
        (0.05, "0.00%", "shown_as_percent"),
        (float("inf"), "General", "cell_is_an_error"),
    ],
)
def test_a_number_of_a_workbook_is_what_was_typed_or_refused(value, shown, result):
    wide = Column("quantity", CellKind.NUMBER, longest=30, places=20)
    assert read(wide, number_cell(value, shown), written=False) == result


def test_what_to_do_about_a_calculated_number_names_the_number_that_is_meant():
    _, fault = read_cell(COST, number_cell(0.1 + 0.2), written=False, zone=UTC)
    assert fault.remedy.startswith("Enter 0.3 if that is meant")


@given(st.text(alphabet="'=+-@\tab＝", max_size=6))
def test_a_guarded_text_is_no_formula_and_comes_back_as_it_was(text):
    written = guarded(text)
    assert unguarded(written) == text
    assert not written.startswith(tuple("=+-@\t＝"))


@given(st.decimals(min_value=0, max_value=10**9, places=6))
def test_a_number_that_fits_a_spreadsheet_comes_back_with_every_digit(value):
    text = f"{value:f}"
    if fits_a_number(text):
        wide = Column("quantity", CellKind.NUMBER, longest=18, places=9)
        assert read(wide, number_cell(float(text)), written=False) == read(wide, text)
