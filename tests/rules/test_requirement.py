"""What a report needs of a line, class by class, exactly."""

import pytest

from backflush.rules.progress import LineProgress
from backflush.rules.requirement import Counts, fixed_quantity, running_requirement, with_fixed
from masterdata.rules.exact import Fraction
from masterdata.rules.vocabulary import HandlingUnitKind, OutputBasis
from tests import recipes

F = Fraction
GOOD, BOTH = OutputBasis.GOOD, OutputBasis.GOOD_AND_SCRAP


def needed(line, counts, basis=GOOD, before=None):
    return with_fixed(running_requirement(line, counts, basis), line, counts, before or LineProgress()).needs


def standard(line, counts):
    return with_fixed(running_requirement(line, counts, GOOD), line, counts, LineProgress()).standard


def counted(unit_closed="", **counts):
    exact = {name: F(value) if isinstance(value, str) else value for name, value in counts.items()}
    return Counts(unit_closed=unit_closed, **exact)


def test_planned_losses_fall_on_good_units_only():
    line = recipes.line(plain="2", kept="2.1", full="2.31")
    counts = counted(good="90", avoidable="4", rework="6", has_output=True)

    assert needed(line, counts) == {
        "base": F(180),
        "loss": 90 * F("0.31"),
        "avoidable": 4 * F("2.1"),
        "rework": 6 * F("2.1"),
    }


def test_reported_losses_take_the_place_of_planned_ones():
    line = recipes.line(plain="2", kept="2.1", full="2.31")
    counts = counted(good="90", structural="10", has_output=True)

    assert needed(line, counts, BOTH) == {"base": F(180), "loss": 90 * F("0.1"), "structural": F(21)}


def test_structural_scrap_takes_nothing_where_losses_are_planned():
    assert needed(recipes.line(), counted(structural="10", has_output=True)) == {}


def test_factors_marked_avoidable_are_avoidable_usage():
    line = recipes.line(plain="1", kept="1.1", full="1.32", kept_avoidable="0.1", full_avoidable="0.12")

    assert needed(line, counted(good="100")) == {"base": F(100), "loss": F(20), "avoidable": F(12)}


def test_setups_are_taken_as_many_times_as_counted():
    assert needed(recipes.line(plain="0", setup="10"), counted(setups=3)) == {"setup": F(30)}


def test_a_fixed_quantity_is_owed_once_from_the_first_output():
    line = recipes.line(plain="0", fixed="5")

    assert needed(line, counted(setups=1)) == {}
    assert needed(line, counted(good="1", has_output=True)) == {"fixed": F(5)}
    before = LineProgress(needs={"fixed": F(5)})
    assert needed(line, counted(good="1", has_output=True), before=before) == {}


def test_a_change_of_the_fixed_quantity_is_settled_by_the_next_report():
    before = LineProgress(needs={"fixed": F(5)})

    assert needed(recipes.line(plain="0", fixed="7"), counted(has_output=True), before=before) == {"fixed": F(2)}
    assert needed(recipes.line(plain="0", fixed="4"), counted(has_output=True), before=before) == {"fixed": F(-1)}


@pytest.mark.parametrize(
    ("ordered", "owed"), [("1", 10), ("99.999", 10), ("100", 20), ("199", 20), ("200", 40), ("5000", 40)]
)
def test_the_step_is_that_of_the_orders_quantity(ordered, owed):
    line = recipes.line(plain="0", steps=[("0", "10"), ("100", "20"), ("200", "40")])

    assert fixed_quantity(line, F(ordered)) == owed


def test_an_amended_order_recomputes_its_step():
    line = recipes.line(plain="0", steps=[("0", "10"), ("100", "20")])
    before = LineProgress(needs={"fixed": F(10)})

    assert needed(line, counted(has_output=True, order_quantity="150"), before=before) == {"fixed": F(10)}


def test_a_closed_handling_unit_of_the_lines_kind_is_owed_for():
    line = recipes.line(plain="0", per_unit_closed="2", handling_unit_kind=HandlingUnitKind.CASE)

    assert needed(line, counted(unit_closed="case")) == {"base": F(2)}
    assert needed(line, counted(unit_closed="pallet")) == {}


def test_changed_figures_touch_only_the_reports_after_them():
    """2 % until 500 of 1,000, 10 % from then on: 510 and 550, not 510 and 590."""
    before = recipes.line(full="1.02")
    changed = recipes.line(full="1.1")
    first = sum(needed(before, counted(good="500")).values())
    second = sum(needed(changed, counted(good="500"), before=LineProgress(needs={"base": first})).values())

    assert (first, second) == (510, 550)


def test_the_standard_takes_full_planned_factors_and_one_setup():
    line = recipes.line(plain="2", kept="2.1", full="2.1", setup="10", full_avoidable="0")
    counts = counted(good="90", avoidable="4", structural="6", setups=2, first_setup=True, has_output=True)

    assert standard(line, counts) == 199


def test_avoidable_factors_are_no_part_of_the_standard():
    line = recipes.line(plain="1", kept="1", full="1.1", full_avoidable="0.1", fixed="3")

    assert standard(line, counted(good="10", rework="5", has_output=True)) == 18
