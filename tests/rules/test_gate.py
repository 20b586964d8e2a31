"""What must hold before lots are looked at: each reason by its code, all of them at once."""

import pytest

from backflush.rules.gate import FINAL, gate
from backflush.rules.progress import Progress
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import TriggerKind
from tests import recipes

F = Fraction


def codes(report=None, order=None, recipe=None, progress=None):
    found = gate(
        report or recipes.report("1"), order or recipes.order(), recipe or recipes.recipe(), progress or Progress()
    )
    assert all(refusal.sentence and refusal.remedy for refusal in found)
    return [refusal.code for refusal in found]


def test_an_ordinary_report_passes():
    assert codes() == []


@pytest.mark.parametrize("state", ["planned", "closed"])
def test_an_order_that_is_not_released_is_not_open(state):
    assert codes(order=recipes.order(state=state)) == ["order_not_open"]


def test_figures_that_are_missing_are_named():
    recipe = recipes.recipe(
        [recipes.line(1)], missing=(("no_conversion", 1, "LTR → KGM"), ("no_effective_bom", recipes.PRODUCT, "WO-1"))
    )

    assert codes(recipe=recipe) == ["no_conversion", "no_effective_bom"]


def test_without_a_trigger_definition_nothing_posts():
    assert codes(recipe=recipes.recipe(trigger=None)) == ["no_trigger_definition"]


@pytest.mark.parametrize(
    ("report", "trigger"),
    [
        ({"device": 2}, {}),
        ({"device_enabled": False}, {}),
        ({"device": None}, {"any_person": False}),
    ],
)
def test_a_device_that_may_not_report_is_named(report, trigger):
    recipe = recipes.recipe(trigger=recipes.trigger(**trigger))

    assert codes(recipes.report("1", **report), recipe=recipe) == ["device_not_allowed"]


def test_a_person_may_report_where_the_definition_lets_people():
    assert codes(recipes.report("1", device=None)) == []


@pytest.mark.parametrize(
    "times",
    [
        {"clock_offset_ms": 120_001},
        {"clock_offset_ms": -120_001},
        {"occurred_at": "2026-11-23T08:02:00.000001Z"},
        {"occurred_at": "2026-11-20T07:59:59.999999Z"},
    ],
)
def test_a_time_that_cannot_be_believed_blocks(times):
    assert codes(recipes.report("1", **times)) == ["clock_out_of_sync"]


@pytest.mark.parametrize(
    "times",
    [
        {"clock_offset_ms": 120_000},
        {"occurred_at": "2026-11-23T08:02:00.000000Z"},
        {"occurred_at": "2026-11-20T08:00:00.000000Z"},
    ],
)
def test_tolerance_and_offline_allowance_are_within_bounds(times):
    assert codes(recipes.report("1", **times)) == []


def test_clearance_training_and_labels_are_asked_where_the_operation_wants_them():
    strict = recipes.operation(requires_clearance=True, requires_training=True, packs=True)
    recipe = recipes.recipe(
        [recipes.line(1)], items=[recipes.item(1, label_controlled=True, label_ok=False)], operation=strict
    )

    assert codes(recipes.report("1", trained=False), recipes.order(line_clear=False), recipe) == [
        "line_not_clear",
        "not_trained",
        "label_not_approved",
    ]
    relaxed = recipes.recipe([recipes.line(1)], items=recipe.items.values())
    assert codes(recipes.report("1", trained=False), recipes.order(line_clear=False), relaxed) == []


def test_an_item_that_may_not_be_backflushed_is_refused_for_good():
    recipe = recipes.recipe([recipes.line(1)], items=[recipes.item(1, backflush_forbidden="potency-controlled")])

    assert codes(recipe=recipe) == ["method_not_allowed"]
    assert "method_not_allowed" in FINAL


def test_alternates_are_bound_by_the_method_too():
    line = recipes.with_alternates("mix", [recipes.alternate(2)])
    recipe = recipes.recipe([line], items=[recipes.item(2, backflush_forbidden="safety-critical")])

    assert codes(recipe=recipe) == ["method_not_allowed"]


@pytest.mark.parametrize(
    ("good", "more", "expected"),
    [
        ("40", {}, []),
        ("41", {}, ["operation_out_of_sequence"]),
        ("38", {"scrap": [("2", "structural")]}, []),
        ("38", {"scrap": [("2", "avoidable")], "rework": "1"}, ["operation_out_of_sequence"]),
    ],
)
def test_no_more_than_came_from_the_count_point_before(good, more, expected):
    order = recipes.order("100", good_before=Fraction(40))
    recipe = recipes.recipe(operation=recipes.operation(number="20", after="10"))

    assert codes(recipes.report(good, **more), order, recipe) == expected


def test_what_was_reported_before_counts_too():
    order = recipes.order("100", good_before=Fraction(40))
    recipe = recipes.recipe(operation=recipes.operation(number="20", after="10"))
    before = Progress(good=Fraction(30), structural=Fraction(4), rework=Fraction(1))

    assert codes(recipes.report("5"), order, recipe, before) == []
    assert codes(recipes.report("6"), order, recipe, before) == ["operation_out_of_sequence"]


def test_more_good_units_than_ordered_are_implausible_beyond_the_tolerance():
    recipe = recipes.recipe(trigger=recipes.trigger(order_tolerance=Fraction(5), report_limit=Fraction(1000)))
    before = Progress(good=Fraction(100))

    assert codes(recipes.report("5"), recipes.order("100"), recipe, before) == []
    assert codes(recipes.report("6"), recipes.order("100"), recipe, before) == ["quantity_implausible"]


def test_one_report_has_a_limit_of_its_own():
    recipe = recipes.recipe(trigger=recipes.trigger(report_limit=Fraction(10)))

    assert codes(recipes.report("10"), recipes.order("100"), recipe) == []
    assert codes(recipes.report("11"), recipes.order("100"), recipe) == ["quantity_implausible"]


@pytest.mark.parametrize(
    "counts", [{"good": "1.5"}, {"good": "1", "rework": F("0.5")}, {"good": "1", "scrap": ((F("0.1"), "avoidable"),)}]
)
def test_half_a_device_is_refused_for_good(counts):
    report = recipes.report(**counts)

    assert codes(report) == ["quantity_too_fine"]
    assert "quantity_too_fine" in FINAL


def test_what_is_counted_in_decimals_may_be_reported_in_them():
    liquid = recipes.recipe([recipes.line(1)], items=[recipes.item(recipes.PRODUCT, decimals=3)])

    assert codes(recipes.report("1.125"), recipe=liquid) == []
    assert codes(recipes.report("1.1255"), recipe=liquid) == ["quantity_too_fine"]


def test_an_order_that_counts_in_another_unit_rounds_what_is_received():
    by_the_kilogram = recipes.recipe([recipes.line(1)], receipt_factor=F(7))

    assert codes(recipes.report("1.5"), recipe=by_the_kilogram) == []


def test_a_supervisor_may_confirm_an_implausible_quantity():
    assert codes(recipes.report("11", confirmed=True), recipes.order("10")) == []


def test_a_device_that_claims_a_confirmation_reaches_twice_the_order():
    claimed = {"confirmed": True, "device": 1}

    assert codes(recipes.report("20", **claimed), recipes.order("10")) == []
    assert codes(recipes.report("21", **claimed), recipes.order("10")) == ["quantity_implausible"]
    assert codes(recipes.report("2", **claimed), recipes.order("10"), progress=Progress(good=F(19))) == [
        "quantity_implausible"
    ]
    assert codes(recipes.report("21", confirmed=True, device=None), recipes.order("10")) == []


@pytest.mark.parametrize(
    "counts",
    [
        {"good": "101"},
        {"good": "0", "rework": "101"},
        {"good": "0", "scrap": [("101", "avoidable")]},
        {"good": "40", "rework": "31", "scrap": [("30", "structural")]},
    ],
)
def test_nobody_confirms_more_than_ten_times_the_order(counts):
    report = recipes.report(**counts, confirmed=True, device=None)

    assert codes(report, recipes.order("10")) == ["quantity_impossible"]


def test_what_was_reported_before_brings_the_impossible_nearer():
    before = Progress(good=F(95))
    report = recipes.report("6", confirmed=True, device=None)

    assert codes(report, recipes.order("10"), progress=before) == ["quantity_impossible"]


def test_what_engineers_signed_as_tolerable_is_never_impossible():
    recipe = recipes.recipe(trigger=recipes.trigger(order_tolerance=F(2000), report_limit=F(3000)))

    assert codes(recipes.report("200"), recipes.order("10"), recipe) == []


def test_a_supervisor_cannot_confirm_what_the_operation_before_did_not_make():
    recipe = recipes.recipe(operation=recipes.operation(number="20", after="10"))

    assert codes(recipes.report("11", confirmed=True), recipes.order("100", good_before=Fraction(10)), recipe) == [
        "operation_out_of_sequence"
    ]


def test_quantities_are_judged_where_the_report_declares_output():
    recipe = recipes.recipe(trigger=recipes.trigger(kind=TriggerKind.PACK_CONFIRMED))

    assert codes(recipes.report("11"), recipes.order("10"), recipe) == []


def test_a_scan_issue_is_not_asked_for_quantities_or_methods():
    recipe = recipes.recipe([recipes.line(1)], items=[recipes.item(1, backflush_forbidden="serialized")])

    assert codes(recipes.scan(1, 11, "5"), recipes.order("1"), recipe) == []


def test_every_reason_is_given_at_once():
    found = Refusal("operator_unknown", "Nobody has this badge.", "B-1", "Check the badge.")
    report = recipes.report("11", device=2, clock_offset_ms=500_000, found=(found,))

    assert codes(report, recipes.order("10", state="closed")) == [
        "operator_unknown",
        "order_not_open",
        "device_not_allowed",
        "clock_out_of_sync",
        "quantity_implausible",
        "quantity_implausible",
    ]
