"""Postings in the words of goods movements."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backflush.rules.goods_movements import LineFact, PostingFact, csv_rows, first_gap, message_of

ISSUE = LineFact(
    id=7,
    item="FOIL",
    lot="F/1",
    bin="STAGING-1",
    quantity="5",
    unit="KGM",
    into_consumption=True,
    standard_amount="20.5",
    actual_amount="21",
)
POSTING = PostingFact(
    position=12,
    kind="report",
    order="WO-1",
    product="KIT",
    operation="10",
    production_line="L1",
    good="10",
    good_unit="C62",
    occurred_at=datetime(2026, 3, 1, 22, 30, tzinfo=UTC),
    recorded_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC),
    site="PLANT",
    time_zone="Europe/Berlin",
    currency="EUR",
    lines=(ISSUE,),
)


@pytest.mark.parametrize(
    ("into_consumption", "mirrors", "movement", "direction", "signed", "wip"),
    [
        (True, None, "goods_issue", "out", "-5", "21"),
        (False, None, "goods_receipt", "in", "5", "-21"),
        (False, 3, "goods_issue_reversal", "in", "5", "-21"),
        (True, 3, "goods_receipt_reversal", "out", "-5", "21"),
    ],
)
def test_a_movement_has_its_word_and_its_signs(into_consumption, mirrors, movement, direction, signed, wip):
    line = replace(ISSUE, into_consumption=into_consumption, mirrors=mirrors)
    [told] = message_of(replace(POSTING, lines=(line,)))["lines"]
    assert (told["movement"], told["direction"], told["signed_quantity"], told["wip_amount"], told["mirrors"]) == (
        movement,
        direction,
        signed,
        wip,
        mirrors,
    )


def test_nothing_has_no_sign():
    [told] = message_of(replace(POSTING, lines=(replace(ISSUE, into_consumption=False, actual_amount="0"),)))["lines"]
    assert told["wip_amount"] == "0"


def test_the_posting_date_is_the_day_at_the_site():
    assert message_of(POSTING)["posting_date"] == "2026-03-02"
    assert message_of(replace(POSTING, time_zone="America/New_York"))["posting_date"] == "2026-03-01"


def test_a_posting_without_lines_has_a_row_of_its_own():
    [row] = csv_rows(message_of(replace(POSTING, lines=())))
    assert row[:2] == ["12", "P-000012"]
    assert set(row[14:]) == {""}


@pytest.mark.parametrize(
    ("after", "positions", "gap"),
    [(0, [], None), (0, [1, 2], None), (4, [5, 6], None), (0, [2], 0), (4, [5, 7, 8], 1)],
)
def test_the_first_gap_is_found(after, positions, gap):
    assert first_gap(after, positions) == gap
