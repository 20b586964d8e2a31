"""Every line of a posting explains itself: scans from target to reached, and lines that drew nothing by their reason."""

import pytest

from backflush.rules.explain import explain_line
from masterdata.rules.exact import Fraction
from masterdata.rules.vocabulary import HandlingUnitKind
from tests import recipes
from tests.recipes import Floor

F = Fraction


def explained(floor, *told):
    """The first line of the last report; those before it post."""
    for report in told[:-1]:
        floor.reported(report)
    plan = floor.decide(told[-1])
    assert plan.refusals == []
    return explain_line(plan.outcomes[0], floor.order, floor.recipe)


def steps_of(line):
    return {step.label: (step.value, step.note) for step in line.steps}


def weighed():
    line = recipes.line(1, "2", full="2.1", method="scan", tolerance="5")
    items = [recipes.item(1, decimals=3, rounding="half_even", unit="KGM", label_potency=F("0.9"))]
    recipe = recipes.recipe([line], items=items)
    return Floor(recipe, recipes.lot(1, 11, potency=F("0.8")), recipes.lot(1, 12, potency=F("0.9")), ordered="10")


def test_a_scan_tells_its_target_with_losses_and_its_tolerance():
    steps = steps_of(explained(weighed(), recipes.scan(1, 11, "9")))
    assert steps["order quantity"] == ("10", "")
    assert steps["× per unit of the order"] == ("2.1", "planned losses included")
    assert steps["target"] == ("21", "at the label's potency of 90 %")
    assert (steps["least allowed"][0], steps["most allowed"][0]) == ("19.95", "22.05")


def test_a_scan_tells_both_potencies_and_what_it_counts_for():
    steps = steps_of(explained(weighed(), recipes.scan(1, 12, "4"), recipes.scan(1, 11, "9")))
    assert steps["scanned before"][0] == "4"
    assert (steps["lot potency"][0], steps["label potency"][0]) == ("80 %", "90 %")
    assert steps["counts for"] == ("8", "9 × 80 % ÷ 90 %")
    assert steps["scanned so far"] == ("12", "57.14 % of the target; 7.95 more are needed at least")


def test_the_scan_that_reaches_the_target_says_so():
    last = steps_of(explained(weighed(), recipes.scan(1, 12, "20")))["scanned so far"]
    assert last == ("20", "95.24 % of the target; within tolerance")


def test_a_forward_line_has_no_target():
    recipe = recipes.recipe([recipes.line(1, "2", method="forward")])
    steps = steps_of(explained(Floor(recipe, recipes.lot(), ordered="10"), recipes.scan(1, 11, "3")))
    assert "target" not in steps
    assert steps["scanned so far"] == ("3", "as picked")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            {"plain": "0", "per_unit_closed": "1", "handling_unit_kind": HandlingUnitKind.CASE},
            "Nothing is owed by this report: it is owed for each full case, and none was closed.",
        ),
        (
            {"plain": "0", "steps": [("0", "0"), ("2000", "20")]},
            "Nothing is owed by this report: the order's size falls in the step from 0: 0.",
        ),
        ({"plain": "0.1", "decimals": 0}, "What is owed so far rounds to nothing; later reports settle it."),
    ],
)
def test_a_first_report_that_draws_nothing_says_what_is_owed_and_not_that_it_was_covered(line, said):
    figures = {"rounding": "down"} if line.pop("decimals", None) == 0 else {}
    recipe = recipes.recipe([recipes.line(1, line.pop("plain"), **line)], items=[recipes.item(1, **figures)])
    floor = Floor(recipe, recipes.lot(), ordered="100")
    assert explained(floor, recipes.report("2")).nothing_drawn == said


def test_what_an_earlier_rounding_covered_is_called_covered():
    floor = Floor(recipes.recipe([recipes.line(1, "0.1")]), recipes.lot(), ordered="100")
    line = explained(floor, recipes.report("2"), recipes.report("3"))
    assert line.nothing_drawn == "Earlier postings of this order covered it."


def test_what_is_owed_once_per_order_was_owed_before():
    floor = Floor(recipes.recipe([recipes.line(1, "0", fixed="5")]), recipes.lot(), ordered="100")
    line = explained(floor, recipes.report("2"), recipes.report("3"))
    assert line.nothing_drawn == "Nothing is owed by this report: it is owed once per order, and was."


def test_a_line_that_drew_says_nothing_of_the_kind():
    floor = Floor(recipes.recipe([recipes.line(1, "1")]), recipes.lot(), ordered="100")
    assert explained(floor, recipes.report("2")).nothing_drawn == ""


def test_a_step_by_order_size_names_the_step():
    line = recipes.line(1, "0", steps=[("0", "5"), ("2000", "20")])
    floor = Floor(recipes.recipe([line]), recipes.lot(), ordered="2400")
    assert steps_of(explained(floor, recipes.report("2")))["per order"] == ("20", "step from 2000: 20")


def test_scrap_that_was_reported_names_the_report():
    floor = Floor(recipes.recipe([recipes.line(1, "1")]), recipes.lot(), ordered="100")
    report = recipes.report("2", scrap=[("1", "avoidable")])
    assert steps_of(explained(floor, report))["avoidable scrap"] == ("1", "the report's scrap")
