"""Lists: sorted and filtered by their address, in pages, exported plainly; figures and times as people write them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import RequestFactory
from django.utils import timezone

from masterdata.pages import figures, lists

ROWS = [
    {"code": "B", "amount": Decimal("12.500"), "note": "=2+2"},
    {"code": "A", "amount": Decimal("-3"), "note": ""},
    {"code": "C", "amount": None, "note": "plain"},
]
COLUMNS = [
    lists.Column("Code", lambda row: lists.text(row["code"]), sort="code"),
    lists.Column("Amount", lambda row: lists.number(row["amount"], "kg"), sort="amount", number=True),
    lists.Column("Note", lambda row: lists.text(row["note"])),
]


def listing(**changed) -> lists.Listing:
    return lists.Listing(
        **{
            "name": "entries",
            "rows": ROWS,
            "columns": COLUMNS,
            "order": "code",
            "file": "x",
            "empty": "None.",
            **changed,
        }
    )


def shown(**query) -> list[str]:
    table = lists.table_of(RequestFactory().get("/", query), listing())
    return [row["cells"][0]["text"] for row in table["rows"]]


def test_sorting_goes_both_ways_and_empty_values_stand_together():
    assert shown() == ["A", "B", "C"]
    assert shown(sort="-code") == ["C", "B", "A"]
    assert shown(sort="amount") == ["C", "A", "B"]


def test_an_unknown_order_or_page_gives_the_lists_own():
    assert shown(sort="; drop", page="x") == ["A", "B", "C"]


def test_an_export_holds_plain_figures_units_apart_and_no_formulas():
    answer = lists.as_csv(RequestFactory().get("/"), listing())
    assert answer.content.decode().splitlines() == [
        "Code,Amount,Amount unit,Note",
        "A,-3,kg,",
        "B,12.5,kg,'=2+2",
        "C,,,plain",
    ]


def test_a_choice_that_is_not_offered_counts_as_none():
    asked = lists.filtered(
        RequestFactory().get("/", {"state": "made-up", "q": " a\x00b "}),
        [lists.Filter("state", "State", [("open", "open")]), lists.Filter("q", "Text")],
    )
    assert lists.values(asked) == {"state": "", "q": "ab"}
    assert lists.notes_of(asked) == ["State: “made-up” is not one of the choices. It is left out."]


def test_long_lists_come_in_pages():
    many = listing(rows=[{"code": f"{n:03d}", "amount": None, "note": ""} for n in range(120)], per_page=50)
    table = lists.table_of(RequestFactory().get("/", {"page": "3"}), many)
    assert len(table["rows"]) == 20
    assert table["count"] == "120 entries"


@pytest.mark.parametrize(
    ("number", "first", "said"),
    [
        ("99999", "100", "There is no page “99999” of this list. Page 3 of 3 is shown."),
        ("abc", "000", "There is no page “abc” of this list. Page 1 of 3 is shown."),
        ("-1", "000", "There is no page “-1” of this list. Page 1 of 3 is shown."),
        ("0", "000", "There is no page “0” of this list. Page 1 of 3 is shown."),
        ("2", "050", ""),
    ],
)
def test_a_page_that_is_not_there_is_named_and_the_nearest_is_shown(number, first, said):
    many = listing(rows=[{"code": f"{n:03d}", "amount": None, "note": ""} for n in range(120)], per_page=50)
    table = lists.table_of(RequestFactory().get("/", {"page": number}), many)
    assert table["rows"][0]["cells"][0]["text"] == first
    assert table["notes"] == ([said] if said else [])


def test_a_foot_stands_below_the_rows_and_in_the_file():
    def foot(rows):
        return [[lists.text("total"), lists.number(sum(row["amount"] or 0 for row in rows), "kg"), lists.text("")]]

    summed = listing(foot=foot)
    assert lists.table_of(RequestFactory().get("/"), summed)["foot"][0][1]["number"] == "9.5"
    assert lists.as_csv(RequestFactory().get("/"), summed).content.decode().splitlines()[-1] == "total,9.5,kg,"


@pytest.mark.parametrize("day", ["abc", "2026-13-45", "9999-12-31", "0001-01-01"])
def test_a_day_that_is_none_is_left_out_with_words_and_never_exported(day):
    found = lists.filtered(RequestFactory().get("/", {"from": day}), [lists.Filter("from", "From", kind="date")])
    assert lists.values(found) == {"from": ""}
    [said] = lists.notes_of(found)
    assert said.startswith(f"From: “{day}” is not a day")
    answer = lists.show_list(RequestFactory().get("/", {"format": "csv"}), listing(filters=found))
    assert (answer.status_code, f"“{day}”" in answer.content.decode()) == (400, True)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("12.500000000", "12.5"),
        ("1234567", "1,234,567"),
        ("-0.25", "−0.25"),
        ("0", "0"),
        ("1/3 ≈ 0.333", "1/3 ≈ 0.333"),
        (None, ""),
        (Decimal("1E+3"), "1,000"),
        ("NaN", "NaN"),
    ],
)
def test_figures_are_grouped_without_idle_zeros(value, written):
    assert figures.figure(value) == written


def test_times_carry_their_zone():
    moment = datetime(2026, 7, 3, 22, 30, 5, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        assert figures.when(moment) == "4 Jul 2026 00:30 CEST"
        assert figures.when(moment, seconds=True) == "4 Jul 2026 00:30:05 CEST"
        assert figures.short(moment, moment) == "00:30"
        assert figures.short(moment, datetime(2026, 7, 9, tzinfo=UTC)) == "4 Jul 00:30"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7260, "2 h 1 min"), (7200, "2 h"), (90000, "1 d 1 h")],
)
def test_ages_are_told_in_two_units(seconds, written):
    assert figures.lasting(seconds) == written


def test_unit_codes_behind_figures_become_symbols_and_nothing_else_does():
    symbols = {"KGM": "kg", "C62": "pcs"}
    told = "32.988 KGM of KGM-01 are needed; 5 C62 more, 10 XYZ."
    assert figures.with_symbols(told, symbols) == "32.988 kg of KGM-01 are needed; 5 pcs more, 10 XYZ."
