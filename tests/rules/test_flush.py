"""The decision as a whole: what a report takes, and the laws that hold whatever is reported."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backflush.rules.ledger_lines import issue_lines
from masterdata.rules.exact import Fraction
from masterdata.rules.vocabulary import HandlingUnitKind, OutputBasis, PostingMethod, TriggerKind
from tests import recipes
from tests.exact import exact
from tests.recipes import Floor, taken

F = Fraction
ZERO = F(0)


def test_every_line_posts_or_none_does():
    floor = Floor(recipes.recipe([recipes.line(1), recipes.line(2)]), recipes.lot(1, 11, "10"), recipes.lot(2, 21, "6"))

    plan = floor.decide(recipes.report("10"))

    assert [refusal.code for refusal in plan.refusals] == ["short"]
    assert floor.reported(recipes.report("6")) == [{1: 6, 2: 6}]


def test_two_lines_of_one_item_need_enough_for_both():
    lines = [recipes.line(1, name="left"), recipes.line(1, name="right")]
    floor = Floor(recipes.recipe(lines), recipes.lot(1, 11, "9"))

    assert floor.reported(recipes.report("5"), recipes.report("4")) == [["short"], {1: 8}]


def test_nothing_there_is_both_not_staged_and_short():
    floor = Floor(recipes.recipe([recipes.line(1)]), recipes.lot(1, 11, "0"))

    assert floor.reported(recipes.report("1")) == [["not_staged", "short"]]


def test_every_reason_against_every_lot_is_given():
    floor = Floor(
        recipes.recipe([recipes.line(1), recipes.line(2)]),
        recipes.lot(1, 11, expires_on="2020-01-01"),
        recipes.lot(1, 12, status="held"),
        recipes.lot(2, 21, bin=recipes.ELSEWHERE),
    )

    assert floor.reported(recipes.report("1")) == [["expired", "not_released", "short", "wrong_bin", "short"]]


def test_what_the_ledger_has_no_digits_for_is_not_made():
    huge = str(10**18)
    floor = Floor(recipes.recipe(), ordered=huge)

    assert floor.reported(recipes.report(str(10**18 - 1))) == [{}]
    assert floor.reported(recipes.report("1")) == [["quantity_impossible"]]


def test_what_belongs_to_another_order_is_not_there():
    floor = Floor(recipes.recipe([recipes.line(1)]), recipes.lot(1, 11, "5", order=8))

    assert floor.reported(recipes.report("1")) == [["not_staged", "short"]]


def test_supermarket_stock_serves_flagged_items_of_any_order():
    flagged = recipes.recipe([recipes.line(1)], items=[recipes.item(1, supermarket=True)])

    assert Floor(flagged, recipes.in_supermarket(1, 11, "5")).reported(recipes.report("5")) == [{1: 5}]
    unflagged = recipes.recipe([recipes.line(1)])
    assert Floor(unflagged, recipes.in_supermarket(1, 11, "5")).reported(recipes.report("5")) == [
        ["not_staged", "short"]
    ]


def test_setup_is_taken_at_the_first_output_unless_one_was_reported():
    line = recipes.line(1, "2", setup="10")

    assert Floor(recipes.recipe([line]), recipes.lot()).reported(recipes.report("5"), recipes.report("5")) == [
        {1: 20},
        {1: 10},
    ]
    assert Floor(recipes.recipe([line]), recipes.lot()).reported(recipes.setup(2), recipes.report("5")) == [
        {1: 20},
        {1: 10},
    ]
    assert Floor(recipes.recipe([line]), recipes.lot()).reported(
        recipes.report("5", setup_events=1), recipes.setup(), recipes.report("5")
    ) == [{1: 20}, {1: 10}, {1: 10}]


def test_another_kind_of_report_is_recorded_and_counts_nothing():
    recipe = recipes.recipe([recipes.line(1)], trigger=recipes.trigger(kind=TriggerKind.PACK_CONFIRMED))
    plan = Floor(recipe, recipes.lot()).decide(recipes.report("5"))

    assert taken(plan) == {}
    assert plan.receipts == []
    assert plan.good == 0
    assert "another kind of report" in plan.note


def closing(unit, **fields):
    return recipes.report(
        kind="handling_unit_closed", handling_unit=unit, handling_unit_kind=HandlingUnitKind.CASE, **fields
    )


def test_a_handling_unit_counts_once_and_only_when_it_is_closed():
    line = recipes.line(1, "0", per_unit_closed="2", handling_unit_kind=HandlingUnitKind.CASE)
    floor = Floor(recipes.recipe([line, recipes.line(2)]), recipes.lot(), recipes.lot(2, 21))

    assert floor.reported(recipes.report("4", handling_unit="C1"), closing("C1"), closing("C1"), closing("C2")) == [
        {2: 4},
        {1: 2},
        {},
        {1: 2},
    ]


def test_a_unit_closed_may_be_what_declares_output():
    recipe = recipes.recipe([recipes.line(1)], trigger=recipes.trigger(kind=TriggerKind.HANDLING_UNIT_CLOSED))
    floor = Floor(recipe, recipes.lot())

    assert floor.reported(closing("C1", good=F(12)), closing("C1", good=F(12)), closing("C2", good=F(12))) == [
        {1: 12},
        {},
        {1: 12},
    ]


def test_only_the_last_operation_receives_the_product_and_rework_is_held():
    report = recipes.report("8", rework="2", output_lot="B7")
    last = Floor(recipes.recipe(), recipes.lot()).decide(report)
    earlier = recipes.recipe(operation=recipes.operation(last=False))

    assert [(r.lot_code, r.quantity, r.held) for r in last.receipts] == [("B7", 8, False), ("B7-R", 2, True)]
    assert Floor(earlier, recipes.lot()).decide(report).receipts == []


def test_by_products_come_from_good_units_cumulatively_without_losses():
    recipe = recipes.recipe(
        outputs=[recipes.output(5, "1/3")],
        items=[recipes.item(5, rounding="down")],
        trigger=recipes.trigger(basis=OutputBasis.GOOD_AND_SCRAP),
    )
    floor = Floor(recipe)
    plans = [floor.decide(recipes.report("1", scrap=[("5", "structural")])) for _ in range(3)]

    assert [[r.quantity for r in plan.receipts if r.item == 5] for plan in plans] == [[], [], [1]]


def test_serials_must_all_be_scanned_before_units_count():
    line = recipes.line(1, "2", method=PostingMethod.SCAN)
    recipe = recipes.recipe([line], items=[recipes.item(1, serial=True)])
    floor = Floor(recipe, recipes.lot(1, 11, "1"), recipes.lot(1, 12, "1"), ordered="2")

    assert floor.reported(
        recipes.report("1"),
        recipes.scan(1, 11, "1"),
        recipes.report("1"),
        recipes.scan(1, 12, "1"),
        recipes.report("1"),
        recipes.report("1"),
    ) == [["serials_missing"], {1: 1}, ["serials_missing"], {1: 1}, {}, ["serials_missing"]]


def test_a_line_that_owed_nothing_new_carries_its_lots_into_the_next_output_lot():
    floor = Floor(recipes.recipe([recipes.line(1, "1/3")]), recipes.lot(1, 11))
    plans = [floor.decide(recipes.report("1", output_lot=lot)) for lot in ("B1", "B1", "B2")]

    assert [plan.outcomes[0].carried for plan in plans] == [(), (), (11,)]


# ---- laws that hold whatever is reported ----

_EXACT = exact(min_value=0, max_value=4, max_denominator=12)
_RULES = st.sampled_from(
    [
        {"rounding": "up"},
        {"rounding": "down"},
        {"rounding": "half_even", "decimals": 3},
        {"rounding": "half_even", "decimals": 0},
        {"rounding": "up", "multiple": "2.5"},
    ]
)


@st.composite
def recipe_of(draw):
    """One plain line with everything that may be on it, in one of the ways in which items are rounded."""
    plain, more, still_more = draw(_EXACT), draw(_EXACT), draw(_EXACT)
    line = recipes.line(
        1,
        str(plain),
        kept=str(plain * (1 + more)),
        full=str(plain * (1 + more) * (1 + still_more)),
        setup=str(draw(_EXACT)),
        fixed=str(draw(_EXACT)),
        kept_avoidable="0",
        full_avoidable=str(plain * (1 + more) * still_more / 2),
    )
    basis = draw(st.sampled_from(list(OutputBasis)))
    return recipes.recipe(
        [line],
        items=[recipes.item(1, **draw(_RULES))],
        outputs=[recipes.output(5, str(draw(_EXACT)))],
        trigger=recipes.trigger(basis=basis),
    )


_COUNTS = st.tuples(*(st.integers(0, 20) for _ in range(4)))


def counting(counts, id_=1):
    good, structural, avoidable, rework = map(str, counts)
    return recipes.report(good, id=id_, scrap=[(structural, "structural"), (avoidable, "avoidable")], rework=rework)


def total(floor, item=1):
    return sum((taken(plan).get(item, ZERO) for plan in floor.plans), ZERO)


@given(recipe=recipe_of(), parts=st.lists(_COUNTS, min_size=1, max_size=6), data=st.data())
def test_any_split_of_the_output_posts_what_one_report_of_all_of_it_would(recipe, parts, data):
    split, whole, shuffled = (Floor(recipe, recipes.lot()) for _ in range(3))
    for counts in parts:
        split.decide(counting(counts))
    for counts in data.draw(st.permutations(parts)):
        shuffled.decide(counting(counts))
    whole.decide(counting(tuple(map(sum, zip(*parts, strict=True)))))

    assert total(split) == total(whole) == total(shuffled)
    made = [sum((r.quantity for p in f.plans for r in p.receipts if r.item == 5), ZERO) for f in (split, whole)]
    assert made[0] == made[1]


@given(recipe=recipe_of(), parts=st.lists(_COUNTS, min_size=1, max_size=6))
def test_classes_add_up_to_the_quantity_of_every_ledger_line(recipe, parts):
    floor = Floor(recipe, *(recipes.lot(1, 11 + place, "7.5") for place in range(40)))
    for counts in parts:
        floor.decide(counting(counts))
    for plan in floor.plans:
        for outcome in plan.outcomes:
            for line in issue_lines(outcome, recipe):
                assert len(line.classes) == 7
                assert sum(line.classes) == line.quantity > 0


@given(
    recipe=recipe_of(), parts=st.lists(_COUNTS, min_size=1, max_size=8), lots=st.lists(st.integers(1, 60), max_size=4)
)
def test_no_balance_ever_falls_below_zero(recipe, parts, lots):
    floor = Floor(recipe, *(recipes.lot(1, 11 + place, str(quantity)) for place, quantity in enumerate(lots)))
    for counts in parts:
        plan = floor.decide(counting(counts))
        assert min(floor.stock.left.values(), default=ZERO) >= 0
        assert all(draw.quantity > 0 for outcome in plan.outcomes for pick in outcome.picks for draw in pick.draws)
    assert total(floor) + sum(floor.stock.left.values(), ZERO) == sum(lots)


@pytest.mark.parametrize("allocation", ["fefo", "fifo", "lifo", "reservation", "potency", "fewest_lots"])
@given(need=st.integers(1, 40), quantities=st.lists(st.integers(1, 15), min_size=2, max_size=5), data=st.data())
def test_the_same_facts_give_the_same_lots_in_whatever_order_they_are_read(allocation, need, quantities, data):
    line = recipes.with_alternates("mix", [recipes.alternate(2)])
    balances = [
        recipes.lot(1 + place % 2, 11 + place, str(quantity), expires_on=f"2027-0{1 + place % 3}-01")
        for place, quantity in enumerate(quantities)
    ]

    def drawn(offers):
        floor = Floor(recipes.recipe([line]), *offers, allocation=allocation)
        plan = floor.decide(recipes.report(str(need)))
        return [
            (pick.item, draw.stock.lot, draw.quantity)
            for outcome in plan.outcomes
            for pick in outcome.picks
            for draw in pick.draws
        ]

    assert drawn(balances) == drawn(data.draw(st.permutations(balances)))
