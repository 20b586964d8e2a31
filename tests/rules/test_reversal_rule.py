"""May a posting be reversed, by whom, and what is left without it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backflush.rules.facts import ReportFact
from backflush.rules.flush import closes_unit, counts_of
from backflush.rules.progress import LineProgress, Progress
from backflush.rules.requirement import Counts
from backflush.rules.reversal import (
    ReversalFacts,
    output_needs_without,
    progress_without,
    reversal_refusals,
    signer_refusals,
)
from masterdata.rules.exact import Fraction
from tests import recipes
from tests.exact import exact
from tests.recipes import Floor

F = Fraction


def codes(**fields):
    facts = ReversalFacts("P-000007", False, "", "WO-1", "released")
    found = reversal_refusals(replace(facts, **fields))
    assert all(refusal.sentence and refusal.remedy for refusal in found)
    return [refusal.code for refusal in found]


def test_a_standing_posting_may_be_reversed():
    assert codes() == []
    assert codes(later=("20", F(40), F(40))) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"is_reversal": True}, "is_a_reversal"),
        ({"already_reversed_by": "P-000009"}, "already_reversed"),
        ({"order_state": "closed"}, "order_closed"),
        ({"later": ("20", F(40), F(39))}, "later_operation_reported"),
        ({"moved_on": ("lot B7 is in order WO-2",)}, "output_moved_on"),
    ],
)
def test_each_reason_against_a_reversal_has_its_code(fields, code):
    assert codes(**fields) == [code]


def test_a_refusal_says_where_the_output_went():
    facts = ReversalFacts("P-000007", False, "", "WO-1", "released", moved_on=("lot B7 went into lot C1",))

    assert "lot B7 went into lot C1" in reversal_refusals(facts)[0].sentence


def test_every_reason_is_given_at_once():
    assert codes(order_state="closed", moved_on=("gone",), later=("20", F(2), F(1))) == [
        "order_closed",
        "later_operation_reported",
        "output_moved_on",
    ]


@pytest.mark.parametrize(
    ("signer", "expected"),
    [(1, ["signer_is_requester"]), (2, ["signer_is_reporter"]), (3, [])],
)
def test_the_signer_is_neither_requester_nor_reporter(signer, expected):
    found = signer_refusals(signer=signer, requester=1, reporters={2, None}, name="Quinn", number="P-000007")

    assert [refusal.code for refusal in found] == expected


def reversed_after(floor: Floor, told: ReportFact, before: Progress) -> Progress:
    """Progress after the latest report was reversed, as the reversal computes it."""
    plan = floor.plans[-1]
    scan = told.kind == "scan_issue"
    counts = Counts() if scan else counts_of(told, floor.order, floor.recipe, before)[0]
    unit = told.handling_unit if closes_unit(told, before) else ""
    last = {key: line.last for key, line in before.lines.items()}
    left = progress_without(floor.progress, plan, counts, floor.recipe.factor, unit, last)
    per_unit = [(output.component, output.quantity) for output in floor.recipe.outputs]
    return output_needs_without(left, per_unit, counts.good)


def meaning(progress: Progress) -> Progress:
    """Without what makes no difference: lines that came to nothing, and which output lot was the last."""
    lines = {
        key: replace(line, sources={item: both for item, both in line.sources.items() if any(both)})
        for key, line in progress.lines.items()
    }
    return replace(progress, output_lot="", lines={key: line for key, line in lines.items() if line != LineProgress()})


_EXACT = exact(min_value=0, max_value=3, max_denominator=8)
_REPORT = st.one_of(
    st.builds(
        lambda good, structural, avoidable, rework, setups: recipes.report(
            str(good),
            scrap=[(str(structural), "structural"), (str(avoidable), "avoidable")],
            rework=str(rework),
            setup_events=setups,
        ),
        *(st.integers(0, 9) for _ in range(4)),
        st.integers(0, 2),
    ),
    st.builds(recipes.setup, st.integers(1, 2)),
    st.builds(
        lambda unit: recipes.report(kind="handling_unit_closed", handling_unit=unit, handling_unit_kind="case"),
        st.sampled_from(["C1", "C2"]),
    ),
    st.builds(lambda quantity: recipes.scan(4, 41, str(quantity)), st.integers(1, 5)),
)


@st.composite
def floors(draw):
    lines = [
        recipes.line(1, str(draw(_EXACT)), setup=str(draw(_EXACT)), fixed=str(draw(_EXACT)), name="plain"),
        recipes.with_alternates("mix", [recipes.alternate(3, "1.5")], item=2, plain=str(draw(_EXACT))),
        recipes.line(4, "1", method="scan"),
        recipes.line(6, "0", per_unit_closed="2", handling_unit_kind="case"),
    ]
    recipe = recipes.recipe(lines, outputs=[recipes.output(5, str(draw(_EXACT)))])
    balances = [
        *(recipes.lot(1, 11 + place, "3") for place in range(9)),
        recipes.lot(2, 21, str(draw(st.integers(1, 9)))),
        *(recipes.lot(item, item * 10 + 1) for item in (3, 4, 6)),
    ]
    return Floor(recipe, *balances)


@given(floor=floors(), told=st.lists(_REPORT, min_size=1, max_size=6))
def test_reversing_brings_progress_back_to_exactly_what_it_was(floor, told):
    stood = []
    for one in told:
        before = floor.progress
        if not floor.decide(one).refusals:
            stood.append((one, before))
            assert meaning(reversed_after(floor, one, before)) == meaning(before)
    for one, before in reversed(stood):
        floor.progress = reversed_after(floor, one, before)
        floor.plans.pop()
    assert meaning(floor.progress) == Progress()


def test_the_next_report_settles_what_a_reversal_left_short():
    floor = Floor(recipes.recipe([recipes.line(1, "1/3", fixed="5")]), recipes.lot())
    first = recipes.report("1")
    assert floor.reported(first, recipes.report("1")) == [{1: 6}, {}]

    plan = floor.plans[0]
    counts, _ = counts_of(first, floor.order, floor.recipe, Progress())
    floor.progress = progress_without(floor.progress, plan, counts, F(1), "", {})

    assert floor.progress.lines[recipes.component("line of 1")].need == F(1, 3)
    assert floor.reported(recipes.report("1")) == [{1: 6}]


def test_reversing_a_repeated_closing_leaves_the_first_one_counted():
    closing = recipes.report(kind="handling_unit_closed", handling_unit="C1", handling_unit_kind="case")
    floor = Floor(recipes.recipe())
    floor.decide(closing)
    before = floor.progress
    floor.decide(closing)

    assert reversed_after(floor, closing, before).units_closed == ("C1",)
