"""From an owed need to lots: alternates by strategy, each item rounded once by its own rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backflush.rules.drawing import Source, pick_line, wanted_of
from backflush.rules.progress import LineProgress
from masterdata.rules.exact import Fraction
from tests import recipes
from tests.exact import exact

F = Fraction
ONE = F(1)
MAIN, OTHER, THIRD = 1, 2, 3


def source(item, *quantities, factor="1", cap=None, **fields):
    """Lots of an item, in the order in which FEFO draws them."""
    offers = [recipes.lot(item, item * 10 + place, str(q), **fields) for place, q in enumerate(quantities)]
    return Source(item, F(factor), offers, None if cap is None else F(cap))


def picked(line, need, *sources, before=None, items=None, strategy="fefo"):
    """(item, quantity, short) for what the line takes of each source."""
    figures = {one.item: recipes.item(one.item) for one in sources}
    figures.update({one.id: one for one in items or ()})
    picks = pick_line(line, sources, before or LineProgress(), F(need), figures, strategy)
    return [(pick.item, pick.quantity, pick.short) for pick in picks if pick.wanted > 0]


def posted(**sources):
    """Progress of a line that was covered by these (posted, covered) so far."""
    return LineProgress(sources={int(item[1:]): (F(p), F(c)) for item, (p, c) in sources.items()})


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ({"rounding": "up"}, [1, 1, 2]),
        ({"rounding": "down"}, [0, 1, 1]),
        ({"rounding": "half_even"}, [0, 1, 2]),
        ({"rounding": "up", "multiple": "25"}, [25, 25, 25]),
        ({"rounding": "half_even", "decimals": 1}, [F("0.5"), F(1), F("1.5")]),
    ],
)
def test_the_need_is_rounded_by_the_items_own_rule(rule, values):
    item = recipes.item(MAIN, **rule)

    assert [wanted_of(item, F(0), need, ONE) for need in (F("0.5"), F(1), F("1.5"))] == values


def test_rounding_looks_at_the_whole_so_far_not_at_the_part():
    item = recipes.item(MAIN)

    assert wanted_of(item, F(1), F(2, 3) - 1, ONE) == 0
    assert wanted_of(item, F(1), F(1, 3), ONE) == 1


def test_lots_are_drained_one_after_the_other():
    line = recipes.line()

    assert picked(line, "25", source(MAIN, 20, 10)) == [(MAIN, 25, 0)]
    assert picked(line, "35", source(MAIN, 20, 10)) == [(MAIN, 30, 5)]


def test_priority_takes_the_first_that_covers_the_need_alone():
    line = recipes.with_alternates("priority", [recipes.alternate(OTHER, "2"), recipes.alternate(THIRD)])

    assert picked(line, "4", source(MAIN, 4), source(OTHER, 99, factor="2")) == [(MAIN, 4, 0)]
    assert picked(line, "4", source(MAIN, 3), source(OTHER, 8, factor="2")) == [(OTHER, 8, 0)]
    assert picked(line, "4", source(MAIN, 3), source(OTHER, 7, factor="2"), source(THIRD, 4)) == [(THIRD, 4, 0)]


def test_priority_is_short_of_the_main_item_where_none_covers():
    line = recipes.with_alternates("priority", [recipes.alternate(OTHER)])

    assert picked(line, "4", source(MAIN, 3), source(OTHER, 3)) == [(MAIN, 3, 1)]


def test_mix_goes_on_where_the_one_before_ran_out():
    line = recipes.with_alternates("mix", [recipes.alternate(OTHER, "1.5"), recipes.alternate(THIRD)])
    tenths = [recipes.item(OTHER, decimals=1)]
    sources = (source(MAIN, 3), source(OTHER, "1.5", factor="1.5"), source(THIRD, 9))

    assert picked(line, "5", *sources, items=tenths) == [(MAIN, 3, 0), (OTHER, F("1.5"), 0), (THIRD, 1, 0)]


def test_mix_is_short_of_the_main_item_for_the_rest():
    line = recipes.with_alternates("mix", [recipes.alternate(OTHER)])

    assert picked(line, "9", source(MAIN, 3), source(OTHER, 4)) == [(MAIN, 3, 0), (OTHER, 4, 0), (MAIN, 0, 2)]


def test_whole_assemblies_leave_the_odd_piece_where_it_is():
    line = recipes.with_alternates("mix", [recipes.alternate(OTHER)], plain="2", whole_assemblies=True)

    assert picked(line, "4", source(MAIN, 3), source(OTHER, 4)) == [(MAIN, 2, 0), (OTHER, 2, 0)]
    assert picked(line, "4", source(MAIN, 1), source(OTHER, 4)) == [(OTHER, 4, 0)]


def test_shares_are_cumulative_each_by_itself():
    line = recipes.with_alternates("share", [recipes.alternate(OTHER, percent="50")])
    sources = (source(MAIN, 99), source(OTHER, 99))

    assert picked(line, "1", *sources) == [(MAIN, 1, 0), (OTHER, 1, 0)]
    assert picked(line, "2", *sources, before=posted(i1=("1", "1"), i2=("1", "1"))) == []
    assert picked(line, "3", *sources, before=posted(i1=("1", "1"), i2=("1", "1"))) == [(MAIN, 1, 0), (OTHER, 1, 0)]


def test_a_limit_caps_what_an_alternate_may_give():
    line = recipes.with_alternates("mix", [recipes.alternate(OTHER), recipes.alternate(THIRD)])

    assert picked(line, "10", source(MAIN, 3), source(OTHER, 10, cap="4"), source(THIRD, 10)) == [
        (MAIN, 3, 0),
        (OTHER, 4, 0),
        (THIRD, 3, 0),
    ]


def test_what_an_alternate_posted_counts_in_main_units():
    line = recipes.with_alternates("priority", [recipes.alternate(OTHER, "2")])
    before = posted(i1=("4", "4"), i2=("8", "4"))

    assert picked(line, "9", source(MAIN, 1), source(OTHER, 22, factor="2"), before=before) == [(MAIN, 1, 0)]
    assert picked(line, "9", source(MAIN), source(OTHER, 22, factor="2"), before=before) == [(OTHER, 2, 0)]


def test_a_lot_with_its_own_density_does_its_own_share():
    """12.5 L; 5 kg at 0.80 kg/L are 6.25 L, the other 6.25 L at 0.78 are 4.875 kg. The item's figure is 0.79."""
    nominal = F("0.79")
    offers = [
        recipes.lot(MAIN, 11, "5", ratio=F("0.80") / nominal),
        recipes.lot(MAIN, 12, "9", ratio=F("0.78") / nominal),
    ]
    item = recipes.item(MAIN, decimals=4, rounding="half_even")
    (pick,) = pick_line(
        recipes.line(), [Source(MAIN, ONE, offers)], LineProgress(), F("12.5") * nominal, {MAIN: item}, "fefo"
    )

    assert [draw.quantity for draw in pick.draws] == [5, F("4.875")]
    assert pick.covered == F("12.5") * nominal
    assert pick.short == 0


_QUANTITIES = st.lists(st.integers(0, 20), max_size=3)


@given(
    strategy=st.sampled_from(["priority", "mix", "share"]),
    need=exact(min_value=0, max_value=60, max_denominator=12),
    main=_QUANTITIES,
    other=_QUANTITIES,
    factor=st.sampled_from(["1", "2", "0.5", "3"]),
    whole=st.booleans(),
    allocation=st.sampled_from(["fefo", "lifo", "fewest_lots"]),
)
def test_nothing_is_drawn_that_is_not_there_and_nothing_owed_is_forgotten(
    strategy, need, main, other, factor, whole, allocation
):
    percent = "40" if strategy == "share" else None
    line = recipes.with_alternates(
        strategy, [recipes.alternate(OTHER, factor, percent=percent)], whole_assemblies=whole and strategy == "mix"
    )
    sources = [source(MAIN, *(q for q in main if q)), source(OTHER, *(q for q in other if q), factor=factor)]
    items = {MAIN: recipes.item(MAIN), OTHER: recipes.item(OTHER)}
    picks = pick_line(line, sources, LineProgress(), need, items, allocation)

    for pick in picks:
        there = {stock.lot: left for one in sources for stock, left in one.offers}
        assert all(0 < draw.quantity <= there[draw.stock.lot] for draw in pick.draws)
        assert len({draw.stock.lot for draw in pick.draws}) == len(pick.draws)
        assert pick.short >= 0
        assert pick.quantity + pick.short <= max(pick.wanted, pick.quantity)
    if not any(pick.short for pick in picks):
        assert sum((pick.covered for pick in picks), F(0)) >= need
