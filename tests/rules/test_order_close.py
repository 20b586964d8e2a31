"""What stands between an order and its close: every finding at once."""

import pytest

from backflush.rules.order_close import CloseFacts, LabelCount, close_refusals, unaccepted
from backflush.rules.progress import LineProgress, Progress
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal
from tests import recipes
from tests.recipes import Floor

F = Fraction


def findings(recipe=None, progress=None, *, quantity="10", **fields):
    operations = [] if recipe is None else [(recipe, progress or Progress())]
    given = {"residuals": [], "unsettled": [], "rework": [], "handling_units": []}
    facts = CloseFacts("WO-1", F(quantity), operations, **{**given, **fields})
    found = close_refusals(facts)
    assert all(refusal.sentence and refusal.remedy for refusal in found)
    return [refusal.code for refusal in found]


def covered(line, need, *sources, good="10", setups=1):
    """Progress in which a line needed `need` and was covered by (item, posted, covered)."""
    here = LineProgress({"base": F(need)}, {item: (F(p), F(c)) for item, p, c in sources})
    return Progress(good=F(good), setups=setups, lines={line.component: here})


def test_nothing_left_nothing_found():
    assert findings() == []


def test_everything_around_the_lines_is_named():
    assert findings(
        residuals=[("A", "L1", "2", "STAGING-1"), ("A", "L2", "1", "STAGING-1")],
        unsettled=["3f0a4c1e"],
        rework=["B7-R"],
        handling_units=["340123450000000017"],
        quality=["DEV-000001"],
    ) == ["residuals", "residuals", "unsettled_triggers", "rework_open", "handling_units_open", "open_quality"]


def test_labels_are_accounted_for_to_the_last_one():
    accounted = LabelCount("LEAFLET", "L-1", F(100), F(90), F(8), F(2))
    assert findings(labels=[accounted]) == []
    missing = LabelCount("LEAFLET", "L-2", F(100), F(90), F(8), F(0))
    assert findings(labels=[accounted, missing]) == ["labels_unreconciled"]
    facts = CloseFacts("WO-1", F(10), [], [], [], [], [], labels=[missing])
    assert "100 issued, 90 used, 8 returned, 0 destroyed: 2 are not" in close_refusals(facts)[0].sentence


def test_a_line_posted_as_required_is_no_finding():
    line = recipes.line(1)

    assert findings(recipes.recipe([line]), covered(line, "19/2", (1, "10", "10"))) == []


def test_what_a_reversal_left_short_is_under_posted():
    line = recipes.line(1)

    assert findings(recipes.recipe([line]), covered(line, "10", (1, "9", "9"))) == ["under_posted"]


def test_a_need_that_rounds_away_is_not_under_posted():
    line = recipes.line(1)
    recipe = recipes.recipe([line], items=[recipes.item(1, rounding="half_even")])

    assert findings(recipe, covered(line, "10.4", (1, "10", "10"))) == []
    assert findings(recipe, covered(line, "10.6", (1, "10", "10"))) == ["under_posted"]


def test_what_stands_beyond_one_rounding_step_is_over_posted():
    line = recipes.line(1)

    assert findings(recipes.recipe([line]), covered(line, "9", (1, "10", "10"))) == []
    assert findings(recipes.recipe([line]), covered(line, "8", (1, "10", "10"))) == ["over_posted"]


def test_the_rounding_step_may_be_a_multiple():
    line = recipes.line(1)
    recipe = recipes.recipe([line], items=[recipes.item(1, multiple="25")])

    assert findings(recipe, covered(line, "1", (1, "50", "50"))) == []
    assert findings(recipe, covered(line, "1", (1, "75", "75"))) == ["over_posted"]


def test_shares_are_judged_each_by_its_own_rounding():
    line = recipes.with_alternates("share", [recipes.alternate(2, percent="30"), recipes.alternate(3, percent="30")])
    recipe = recipes.recipe([line])

    # 1 needed: 0.4 + 0.3 + 0.3, each a whole piece
    assert findings(recipe, covered(line, "1", (1, "1", "1"), (2, "1", "1"), (3, "1", "1"))) == []
    assert findings(recipe, covered(line, "1", (1, "1", "1"), (2, "1", "1"))) == ["under_posted"]


def test_shares_that_round_to_nothing_are_not_under_posted():
    line = recipes.with_alternates("share", [recipes.alternate(2, percent="50")])
    even = [recipes.item(1, rounding="half_even"), recipes.item(2, rounding="half_even")]

    assert findings(recipes.recipe([line], items=even), covered(line, "1")) == []


def test_a_fixed_quantity_taken_back_with_its_report_is_still_owed():
    line = recipes.line(1, "0", fixed="5")

    assert findings(recipes.recipe([line]), Progress(good=F(3), setups=1)) == ["under_posted"]
    assert findings(recipes.recipe([line]), Progress()) == []


def test_a_planned_setup_taken_back_with_its_report_is_still_owed():
    line = recipes.line(1, "0", setup="10")

    assert findings(recipes.recipe([line]), Progress(good=F(3), setups=0)) == ["under_posted"]
    assert findings(recipes.recipe([line]), Progress()) == []


@pytest.mark.parametrize(("scanned", "expected"), [("18.999", ["scan_missing"]), ("19", []), ("21", [])])
def test_scans_reach_the_target_less_its_tolerance(scanned, expected):
    line = recipes.line(1, "2", method="scan", tolerance="5")

    assert findings(recipes.recipe([line]), covered(line, "20", (1, scanned, scanned))) == expected


def test_serials_that_are_missing_are_counted():
    line = recipes.line(1, "2", method="scan")
    recipe = recipes.recipe([line], items=[recipes.item(1, serial=True)])

    assert findings(recipe, covered(line, "4", (1, "3", "3"))) == ["serials_missing"]
    assert findings(recipe, covered(line, "4", (1, "4", "4"))) == []


def test_forward_lines_have_no_target():
    line = recipes.line(1, "2", method="forward")

    assert findings(recipes.recipe([line]), Progress(good=F(10))) == []


def test_whatever_was_reported_in_full_closes_without_findings():
    line = recipes.line(1, "2/3", full="0.7", setup="1/2", fixed="3")
    floor = Floor(recipes.recipe([line]), recipes.lot(), ordered="10")
    floor.reported(*(recipes.report("1") for _ in range(10)))

    assert findings(floor.recipe, floor.progress) == []


def test_some_findings_may_be_accepted_with_a_reason_and_others_never():
    found = [Refusal("under_posted", "s"), Refusal("residuals", "s")]

    assert [one.code for one in unaccepted(found, {"under_posted": "counted twice", "residuals": "no"})] == [
        "residuals"
    ]
    assert [one.code for one in unaccepted(found, {"under_posted": "  "})] == ["under_posted", "residuals"]
