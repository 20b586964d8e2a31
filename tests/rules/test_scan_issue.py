"""A scan-issue takes exactly what was scanned, within the line's target and tolerance."""

import pytest

from masterdata.rules.exact import Fraction
from tests import recipes
from tests.recipes import Floor, taken

F = Fraction


def scanned(plain="2", tolerance="5", **fields):
    return recipes.line(1, plain, method="scan", tolerance=tolerance, **fields)


def kilograms(**fields):
    return recipes.item(1, decimals=3, rounding="half_even", **fields)


def test_scans_add_up_to_the_target_and_its_tolerance_and_no_further():
    floor = Floor(recipes.recipe([scanned()], items=[kilograms()]), recipes.lot(), ordered="10")

    assert floor.reported(
        recipes.scan(1, 11, "15"), recipes.scan(1, 11, "6.001"), recipes.scan(1, 11, "6"), recipes.scan(1, 11, "0.001")
    ) == [{1: 15}, ["over_tolerance"], {1: 6}, ["over_tolerance"]]


def test_beyond_the_tolerance_is_refused_for_good():
    floor = Floor(recipes.recipe([scanned()], items=[kilograms()]), recipes.lot(), ordered="10")

    assert floor.decide(recipes.scan(1, 11, "30")).final


def test_the_target_counts_planned_losses_where_they_are_planned():
    line = scanned(plain="2", kept="2.1", full="2.31", tolerance="0")
    floor = Floor(recipes.recipe([line], items=[kilograms()]), recipes.lot(), ordered="10")

    assert floor.reported(recipes.scan(1, 11, "23.1"), recipes.scan(1, 11, "0.001")) == [
        {1: F("23.1")},
        ["over_tolerance"],
    ]


def test_potency_counts_against_the_labels():
    recipe = recipes.recipe([scanned("1", "0")], items=[kilograms(label_potency=F("0.9"))])
    floor = Floor(recipe, recipes.lot(1, 11, potency=F("0.8")), recipes.lot(1, 12, potency=F("0.9")), ordered="10")

    assert floor.reported(
        recipes.scan(1, 11, "4.5"), recipes.scan(1, 12, "6.001"), recipes.scan(1, 12, "6"), recipes.scan(1, 12, "0.001")
    ) == [{1: F("4.5")}, ["over_tolerance"], {1: 6}, ["over_tolerance"]]


def test_exactly_the_scanned_lot_is_taken():
    floor = Floor(recipes.recipe([scanned()]), recipes.lot(1, 11), recipes.lot(1, 12), ordered="10")
    plan = floor.decide(recipes.scan(1, 12, "3"))

    assert [draw.stock.lot for outcome in plan.outcomes for pick in outcome.picks for draw in pick.draws] == [12]


@pytest.mark.parametrize(
    ("lot", "codes"),
    [
        ({"status": "held"}, ["not_released"]),
        ({"expires_on": "2026-11-22"}, ["expired"]),
        ({"bin": recipes.ELSEWHERE}, ["wrong_bin"]),
        ({"quantity": "2"}, ["short"]),
        ({"order": 8}, ["not_staged"]),
    ],
)
def test_a_lot_that_may_not_be_drawn_is_not_scanned_either(lot, codes):
    floor = Floor(recipes.recipe([scanned()]), recipes.lot(1, 11, **lot), ordered="10")

    assert floor.reported(recipes.scan(1, 11, "3")) == [codes]


def test_what_no_scanned_line_takes_is_not_on_the_bom():
    floor = Floor(recipes.recipe([recipes.line(1)]), recipes.lot())

    assert floor.reported(recipes.scan(1, 11, "1")) == [["not_on_bom"]]


def test_an_alternate_is_scanned_in_its_own_units():
    line = recipes.with_alternates("priority", [recipes.alternate(2, "2")], plain="1", method="scan")
    floor = Floor(recipes.recipe([line]), recipes.lot(), recipes.lot(2, 21), ordered="10")

    assert floor.reported(recipes.scan(2, 21, "12"), recipes.scan(1, 11, "5"), recipes.scan(1, 11, "4")) == [
        {2: 12},
        ["over_tolerance"],
        {1: 4},
    ]


def test_two_lines_of_one_item_are_filled_one_after_the_other():
    lines = [scanned("1", "0", name="first"), scanned("2", "0", name="second")]
    floor = Floor(recipes.recipe(lines), recipes.lot(), ordered="10")

    assert floor.reported(recipes.scan(1, 11, "10"), recipes.scan(1, 11, "20"), recipes.scan(1, 11, "1")) == [
        {1: 10},
        {1: 20},
        ["over_tolerance"],
    ]


def test_forward_lines_have_no_target_to_pass():
    floor = Floor(recipes.recipe([recipes.line(1, "1", method="forward")]), recipes.lot(), ordered="10")

    assert floor.reported(recipes.scan(1, 11, "99")) == [{1: 99}]


def test_scans_are_covered_need_and_output_takes_nothing_more():
    floor = Floor(recipes.recipe([scanned("1", "0")]), recipes.lot(), ordered="10")
    floor.reported(recipes.scan(1, 11, "10"))
    plan = floor.decide(recipes.report("10"))

    assert taken(plan) == {}
    assert floor.progress.lines[recipes.component("line of 1")].need == 10


def test_a_reading_far_beyond_what_is_staged_is_told_as_it_was_read():
    floor = Floor(recipes.recipe([scanned()], items=[kilograms()]), recipes.lot(1, 11, quantity="10"), ordered="10")
    sentences = [one.sentence for one in floor.decide(recipes.scan(1, 11, "500")).refusals]

    assert [one.startswith("With this scan 500 ") for one in sentences] == [False, True]
