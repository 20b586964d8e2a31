"""The runner itself: a story that is told wrongly is refused, and one that ends otherwise is seen."""

import json

import pytest

from masterdata.rules.exact import Fraction
from tests.worked_examples.story.comparing import differences
from tests.worked_examples.story.playing import Theatre
from tests.worked_examples.story.reading import CaseError, read_case

STORY = {
    "name": "two each",
    "items": {"FG": {"unit": "C62", "decimals": "0"}, "A": {"unit": "C62", "decimals": "0"}},
    "boms": {"FG": {"lines": [{"item": "A", "quantity": "2"}]}},
    "order": {"item": "FG", "quantity": "5"},
    "lots": [{"item": "A", "lot": "A1", "quantity": "12"}],
    "events": [{"report": {"operation": "10", "good": "5"}}],
}


def told(tmp_path, **changes):
    file = tmp_path / "story.json"
    file.write_text(json.dumps({**STORY, **changes}))
    return read_case(file)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"items": {"FG": {"unit": "C62", "weight": "1"}}}, "items.FG: unknown keys weight"),
        ({"boms": {"FG": {"lines": [{"item": "A", "qty": "2"}]}}}, r"boms.FG.lines\[0\]: unknown keys qty"),
        ({"lots": [{"item": "A", "lot": "A1", "quantity": "1", "bin": "X"}]}, r"lots\[0\]: unknown keys bin"),
        ({"events": [{"report": {"operation": "10", "bad": "1"}}]}, r"events\[0\].report: unknown keys bad"),
        ({"events": [{"report": {}, "expect": {"state": "posted"}}]}, r"events\[0\].expect: unknown keys state"),
        ({"events": [{"dance": {}}]}, "dance"),
        ({"events": [{"report": {"good": "five"}}]}, "'five' is not a number"),
        ({"events": [{"report": {"order": "W2"}}]}, "there is no order W2"),
        ({"orders": {}}, "exactly one of order and orders"),
    ],
)
def test_what_the_format_does_not_know_is_named(tmp_path, changes, named):
    with pytest.raises(CaseError, match=named):
        told(tmp_path, **changes)


def test_numbers_are_read_as_they_stand(tmp_path):
    lots = [{"item": "A", "lot": "A1", "quantity": 0.1}]

    assert told(tmp_path, lots=lots).lots[0].quantity == Fraction(1, 10)


@pytest.mark.parametrize(
    ("expect", "sentence"),
    [
        ({"status": "blocked"}, "status: blocked expected, posted came"),
        ({"lines": [{"item": "A", "quantity": "9"}]}, "line A: 9 expected, 10 came"),
        ({"lines": [{"item": "A", "lot": "A2", "quantity": "10"}]}, "line A from A2: 10 expected, 0 came"),
        ({"lines": []}, "line A from A1: 0 expected, 10 came"),
        ({"outputs": [{"item": "B", "quantity": "1"}]}, "output B: 1 expected, 0 came"),
        ({"reasons": ["short"]}, "reasons: short expected; given were none"),
        ({"balances": {"A1": "3"}}, "balance at order WO-1 of lot A1: 3 expected, 2 came"),
        ({"stock": {"A1": "1"}}, "stock in store of lot A1: 1 expected, 0 came"),
    ],
)
def test_a_story_that_ends_otherwise_is_seen(real_database, tmp_path, expect, sentence):
    event = {**STORY["events"][0], "expect": expect}
    case = told(tmp_path, events=[event])
    theatre = Theatre(case)
    outcome = theatre.play(0, case.events[0])

    assert sentence in differences(case.events[0].expect, outcome, theatre)
    assert "needed so far: 10" in theatre.explained(outcome)
