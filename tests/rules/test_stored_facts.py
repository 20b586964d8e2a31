"""What is kept beside a posting is enough to decide it again, to the same digits."""

import json

from hypothesis import given
from hypothesis import strategies as st

from backflush.rules.decide import decide
from backflush.rules.progress import Progress, read_lines, write_lines
from backflush.rules.recipe import read_recipe
from backflush.rules.stored_facts import read_facts, write_facts
from masterdata.rules.exact import Fraction
from tests import recipes
from tests.exact import exact
from tests.recipes import Floor


def drawn(plan):
    """Everything of a plan that is posted, in order."""
    return (
        [
            (
                outcome.line.component,
                outcome.needs,
                outcome.required.standard,
                outcome.carried,
                pick.item,
                pick.covered,
                draws,
            )
            for outcome in plan.outcomes
            for pick in outcome.picks
            if (draws := [(draw.stock.lot, draw.stock.bin, draw.stock.order, draw.quantity) for draw in pick.draws])
        ],
        plan.receipts,
        plan.output_lot,
        plan.good,
        plan.note,
        plan.refusals,
    )


def again(floor, told, progress, stock):
    """The plan, and the plan on its stored facts: read, decided, and read with the stored recipe."""
    plan = decide(told, floor.order, floor.recipe, progress, stock)
    if plan.refusals:
        return plan, plan
    text = write_facts(told, floor.order, floor.recipe, progress, stock, plan)
    report, order, before, offers = read_facts(text)
    return plan, decide(report, order, read_recipe(floor.recipe.text), before, offers)


_LOT = st.builds(
    lambda lot, item, quantity, expiry, received, rank, potency, status, bin_: recipes.lot(
        item,
        item * 100 + lot,
        str(quantity),
        expires_on=expiry,
        received_at=received,
        rank=rank,
        potency=potency,
        status=status,
        bin=bin_,
    ),
    lot=st.integers(0, 3),
    item=st.integers(1, 3),
    quantity=st.integers(0, 12),
    expiry=st.sampled_from(["2026-11-22", "2026-12-31", "9999-12-31"]),
    received=st.sampled_from([recipes.LONG_BEFORE, "2026-11-02T00:00:00.000000Z"]),
    rank=st.integers(0, 2),
    potency=st.none() | exact(min_value="1/2", max_value=1, max_denominator=20),
    status=st.sampled_from(["released", "released", "released", "held"]),
    bin_=st.sampled_from([recipes.STAGING, recipes.STAGING, recipes.ELSEWHERE]),
)
_REPORT = st.one_of(
    st.builds(
        lambda good, scrap, rework, setups, lot: recipes.report(
            str(good), scrap=[(str(scrap), "structural")], rework=str(rework), setup_events=setups, output_lot=lot
        ),
        st.integers(0, 4),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(0, 1),
        st.sampled_from(["", "B1", "B2"]),
    ),
    st.builds(recipes.setup),
    st.builds(lambda lot, quantity: recipes.scan(3, 300 + lot, str(quantity)), st.integers(0, 3), st.integers(1, 4)),
)


@given(
    strategy=st.sampled_from(["priority", "mix", "share"]),
    allocation=st.sampled_from(["fefo", "fifo", "lifo", "reservation", "potency", "fewest_lots"]),
    lots=st.lists(_LOT, max_size=9, unique_by=lambda pair: (pair[0].bin, pair[0].lot)),
    told=st.lists(_REPORT, min_size=1, max_size=6),
    whole=st.booleans(),
)
def test_deciding_on_stored_facts_gives_the_same_plan(strategy, allocation, lots, told, whole):
    percent = "30" if strategy == "share" else None
    lines = [
        recipes.with_alternates(
            strategy,
            [recipes.alternate(2, "1.5", percent=percent, limit="6")],
            plain="2/3",
            setup="1",
            fixed="1/2",
            whole_assemblies=whole and strategy == "mix",
        ),
        recipes.line(2, "1/3", name="the same item on another line"),
        recipes.line(3, "1", method="scan"),
    ]
    recipe = recipes.recipe(
        lines, items=[recipes.item(2, decimals=1, rounding="half_even")], outputs=[recipes.output(5, "1/3")]
    )
    floor = Floor(recipe, *lots, allocation=allocation)
    for one in told:
        plan, replayed = again(floor, one, floor.progress, recipes.Stock(floor.stock.offers, floor.stock.left))
        assert drawn(replayed) == drawn(plan)
        floor.decide(one)


def test_a_single_lot_leaves_its_ranking_out():
    floor = Floor(recipes.recipe([recipes.line(1)]), recipes.lot(1, 11, "5"))
    plan = decide(recipes.report("2"), floor.order, floor.recipe, floor.progress, floor.stock)
    stored = json.loads(
        write_facts(
            recipes.report("2"), floor.order, floor.recipe, floor.progress, recipes.stock(recipes.lot(1, 11, "5")), plan
        )
    )

    assert stored["stock"] == [[1, 11, recipes.STAGING, recipes.ORDER, "5", "0"]]


def test_lots_with_their_own_density_are_kept_with_it():
    line = recipes.line(1, "12.5", crosses=1)

    recipe = recipes.recipe([line], items=[recipes.item(1, decimals=4, rounding="half_even", density=Fraction("0.79"))])
    floor = Floor(
        recipe,
        recipes.lot(1, 11, "5", density=Fraction("0.80")),
        recipes.lot(1, 12, "20", density=Fraction("0.78")),
    )
    plan, replayed = again(floor, recipes.report("1"), floor.progress, floor.stock)

    assert drawn(replayed) == drawn(plan)


def test_a_density_that_was_measured_warm_is_compared_at_the_items_temperature():
    """12.5 units of 0.79 kg each at 20 °C; 0.75 at 60 °C are 0.78 at 20 °C."""
    figures = {"density": Fraction("0.79"), "density_at": Fraction(20), "expansion": Fraction("0.001")}
    recipe = recipes.recipe(
        [recipes.line(1, "9.875", crosses=1)], items=[recipes.item(1, decimals=4, rounding="half_even", **figures)]
    )
    warm = recipes.lot(1, 11, "20", density=Fraction("0.75"), density_temperature=Fraction(60))
    floor = Floor(recipe, warm)
    plan, replayed = again(floor, recipes.report("1"), floor.progress, floor.stock)

    assert drawn(replayed) == drawn(plan)
    assert [draw.quantity for draw in plan.outcomes[0].picks[0].draws] == [Fraction("9.75")]
    assert read_recipe(recipe.text) == recipe


def test_a_recipe_from_before_densities_had_temperatures_keeps_its_text():
    recipe = recipes.recipe([recipes.line(1)], items=[recipes.item(1, density=Fraction("0.79"))])

    assert "expansion" not in recipe.text
    assert read_recipe(recipe.text).text == recipe.text


def test_progress_is_read_as_it_was_written():
    floor = Floor(
        recipes.recipe([recipes.line(1, "1/3", setup="1/7")], outputs=[recipes.output(5, "1/3")]), recipes.lot()
    )
    floor.reported(recipes.report("2", output_lot="B1"), recipes.report("2", rework="1", output_lot="B2"))
    closed = recipes.report(kind="handling_unit_closed", handling_unit="C1", handling_unit_kind="case")
    floor.reported(closed)

    kept = read_lines(Progress(), write_lines(floor.progress))

    assert kept.lines == floor.progress.lines
    assert kept.units_closed == ("C1",)
    assert kept.output_lot == "*"
