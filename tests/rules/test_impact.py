"""Impact replay: reports decided again by proposed figures, cumulative per order and line, and what would have been short."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from backflush.rules.flush import Stock
from backflush.rules.impact import Case, replay_order
from backflush.rules.impact_totals import Impact, read_impact
from backflush.rules.recipe import Recipe
from masterdata.rules.exact import Fraction
from masterdata.rules.vocabulary import PostingMethod
from tests import recipes
from tests.recipes import Floor

F = Fraction


def replayed(then: Recipe, proposed: Recipe, told, *balances, reversed_again=(), before=0):
    """What happened on the floor by `then`, replayed by `proposed`; reports by index in `reversed_again` stand no more."""
    floor = Floor(then, *balances)
    cases = []
    for index, report in enumerate(told):
        there = Stock(floor.stock.offers, dict(floor.stock.left))
        plan = floor.decide(report)
        assert not plan.refusals, plan.refusals
        if index not in reversed_again:
            cases.append(
                Case(index + 1, "10", report, floor.order, there, then, proposed, counted=len(cases) + 1 > before)
            )
    return replay_order(cases)


def in_all(differences, what):
    found = {}
    for one in differences:
        for item, quantity in getattr(one, what).items():
            found[item] = found.get(item, F(0)) + quantity
    return found


def test_a_worked_example_by_hand():
    """0.3 then and 0.5 proposed for a unit, whole pieces rounded up, three reports of five, six pieces staged.

    Then: 1.5, 3, 4.5 in all: 2, 3, 5 pieces. Proposed: 2.5, 5, 7.5 in all: 3, 5, 8 pieces; the last two are not there.
    """
    then, proposed = recipes.recipe([recipes.line(1, "0.3")]), recipes.recipe([recipes.line(1, "0.5")])

    reports = replayed(then, proposed, [recipes.report("5")] * 3, recipes.lot(1, 11, "6"))

    assert [one.used_then for one in reports] == [{1: 2}, {1: 1}, {1: 2}]
    assert [one.used for one in reports] == [{1: 3}, {1: 2}, {1: 3}]
    assert [one.short for one in reports] == [{}, {}, {1: 2}]
    impact = Impact()
    impact.add_order(7, "WO-1", reports, lambda item: F("2.5"))
    assert (impact.reports, impact.orders, impact.short_reports, impact.short_orders) == (3, 1, 1, 1)
    assert (impact.components[1].difference, impact.cost) == (3, F("7.5"))
    assert [(one.number, one.cost) for one in impact.heaviest_reports] == [(3, F("2.5")), (1, F("2.5")), (2, F("2.5"))]


def test_what_one_report_lacked_is_not_lacked_again_by_the_next():
    then, proposed = recipes.recipe([recipes.line(1)]), recipes.recipe([recipes.line(1, "2")])

    reports = replayed(then, proposed, [recipes.report("4"), recipes.report("4")], recipes.lot(1, 11, "8"))

    assert [one.short for one in reports] == [{}, {1: 8}]
    reports = replayed(then, proposed, [recipes.report("6"), recipes.report("2")], recipes.lot(1, 11, "8"))
    assert [one.short for one in reports] == [{1: 4}, {1: 4}]


def test_what_the_proposal_leaves_over_serves_later_reports():
    """Four good then took the first lot whole; proposed, two of it are left for the scrap that takes more now."""
    then = recipes.recipe([recipes.line(1)])
    proposed = recipes.recipe([recipes.line(1, "0.5", kept="3", full="0.5")])
    told = [recipes.report("4"), recipes.report("0", scrap=[("2", "avoidable")])]

    reports = replayed(then, proposed, told, recipes.lot(1, 11, "4"), recipes.lot(1, 12, "2"))

    assert [one.used for one in reports] == [{1: 2}, {1: 6}]
    assert [one.short for one in reports] == [{}, {1: 2}]


def test_a_component_that_was_not_staged_is_short_in_full():
    then, proposed = recipes.recipe([recipes.line(1)]), recipes.recipe([recipes.line(1), recipes.line(2, "3")])

    reports = replayed(then, proposed, [recipes.report("2")], recipes.lot(1, 11, "9"))

    assert reports[0].used == {1: 2, 2: 6}
    assert reports[0].short == {2: 6}


def test_a_component_that_is_taken_out_is_used_no_more():
    then, proposed = recipes.recipe([recipes.line(1), recipes.line(2)]), recipes.recipe([recipes.line(1)])

    reports = replayed(then, proposed, [recipes.report("2")], recipes.lot(1, 11), recipes.lot(2, 21))

    assert (reports[0].used_then, reports[0].used) == ({1: 2, 2: 2}, {1: 2})


def test_what_is_owed_once_an_order_is_owed_once():
    then, proposed = recipes.recipe([recipes.line(1, fixed="3")]), recipes.recipe([recipes.line(1, fixed="5")])

    reports = replayed(then, proposed, [recipes.report("1"), recipes.report("1")], recipes.lot(1, 11))

    assert [one.used for one in reports] == [{1: 6}, {1: 1}]


def test_reports_before_the_days_are_added_up_and_not_counted():
    then, proposed = recipes.recipe([recipes.line(1, "0.3")]), recipes.recipe([recipes.line(1, "0.5")])

    reports = replayed(then, proposed, [recipes.report("5")] * 3, recipes.lot(1, 11, "9"), before=2)

    assert [(one.used_then, one.used) for one in reports] == [({1: 2}, {1: 3})]


def test_an_alternate_that_covered_then_covers_now():
    line = recipes.with_alternates("priority", [recipes.alternate(2, "1")], item=1, plain="1")
    more = replace(line, plain=F(2), kept=F(2), full=F(2))

    reports = replayed(
        recipes.recipe([line]),
        recipes.recipe([more]),
        [recipes.report("5")],
        recipes.lot(1, 11, "1"),
        recipes.lot(2, 21, "50"),
    )

    assert (reports[0].used_then, reports[0].used, reports[0].short) == ({2: 5}, {2: 10}, {})


def test_a_mix_that_does_not_suffice_lacks_only_the_rest():
    line = recipes.with_alternates("mix", [recipes.alternate(2, "1")], item=1, plain="1")
    more = replace(line, plain=F(3), kept=F(3), full=F(3))

    reports = replayed(
        recipes.recipe([line]),
        recipes.recipe([more]),
        [recipes.report("5")],
        recipes.lot(1, 11, "4"),
        recipes.lot(2, 21, "6"),
    )

    assert reports[0].used_then == {1: 4, 2: 1}
    assert reports[0].short == {1: 5}
    assert sum(reports[0].used.values()) == 15


def test_a_scanned_line_counts_by_its_need_and_lacks_serials():
    item = recipes.item(1, serial=True)
    scanned = recipes.line(1, "1", method=PostingMethod.SCAN, tolerance="100")
    twice = replace(scanned, plain=F(2), kept=F(2), full=F(2))
    told = [recipes.scan(1, 11, "1"), recipes.report("1"), recipes.scan(1, 12, "1"), recipes.report("1")]

    reports = replayed(
        recipes.recipe([scanned], items=[item]),
        recipes.recipe([twice], items=[item]),
        told,
        recipes.lot(1, 11, "1"),
        recipes.lot(1, 12, "1"),
    )

    assert [one.used for one in reports] == [{}, {1: 2}, {}, {1: 2}]
    assert [one.used_then for one in reports] == [{}, {1: 1}, {}, {1: 1}]
    assert [one.short for one in reports] == [{}, {1: 1}, {}, {1: 1}]


def test_a_report_that_the_proposal_would_refuse_says_why_and_is_not_added():
    forbidden = recipes.item(2, backflush_forbidden="it is serialised")
    then = recipes.recipe([recipes.line(1)])
    proposed = recipes.recipe([recipes.line(1), recipes.line(2)], items=[forbidden])

    reports = replayed(then, proposed, [recipes.report("1")], recipes.lot(1, 11))

    impact = Impact()
    impact.add_order(7, "WO-1", reports, lambda item: F(1))
    assert reports[0].refusals
    assert not reports[0].used
    assert (impact.refused_reports, impact.components) == (1, {})
    assert [(one.first, one.reports) for one in impact.refused.values()] == [(1, 1)]


def test_totals_are_the_same_after_writing_and_reading():
    then, proposed = recipes.recipe([recipes.line(1, "1/3")]), recipes.recipe([recipes.line(1, "0.5")])
    impact = Impact()
    impact.add_order(7, "WO-1", replayed(then, proposed, [recipes.report("5")], recipes.lot(1)), lambda item: F("1/3"))

    again = read_impact(impact.as_data())

    assert again == impact
    assert again.cost == F("1/3")


counts = st.integers(1, 50).map(lambda units: recipes.report(str(units)))
setups = st.just(recipes.setup())
scrap = st.integers(1, 9).map(lambda units: recipes.report("1", scrap=[(str(units), "avoidable")]))
decimals = st.integers(0, 3)
figures = st.fractions(min_value=0, max_value=5, max_denominator=64).map(str)


@st.composite
def figured(draw):
    """A recipe of two items on three lines, one with an alternate, as engineers might write it."""
    items = [
        recipes.item(id_, decimals=draw(decimals), rounding=draw(st.sampled_from(["up", "half_even"])))
        for id_ in (1, 2)
    ]
    strategy = draw(st.sampled_from(["priority", "mix"]))
    lines = [
        recipes.line(1, draw(figures), full=None, fixed=draw(figures), setup=draw(figures)),
        recipes.line(2, draw(figures)),
        recipes.with_alternates(strategy, [recipes.alternate(1, "2")], item=2, plain=draw(figures), name="mixed"),
    ]
    return recipes.recipe(lines, items=items)


@settings(max_examples=60)
@given(figured(), st.lists(st.one_of(counts, setups, scrap), min_size=1, max_size=12), st.data())
def test_the_unchanged_figures_make_no_difference_anywhere(recipe, told, data):
    gone = data.draw(st.sets(st.integers(0, len(told) - 1), max_size=3))

    reports = replayed(recipe, recipe, told, recipes.lot(1, 11), recipes.lot(2, 21), reversed_again=gone)

    assert all(one.used == one.used_then and one.made == one.made_then and not one.short for one in reports)


@settings(max_examples=60)
@given(figured(), figured(), st.lists(st.one_of(counts, scrap), min_size=1, max_size=5))
def test_what_is_short_is_what_the_whole_takes_beyond_what_was_staged(then, proposed, told):
    """All that the reports took by the figures of then was staged before the first, and nothing else."""
    items = then.items.values()
    then, proposed = (
        recipes.recipe([replace(line, strategy=None, alternates=()) for line in one.lines], items=items)
        for one in (then, proposed)
    )
    staged = in_all(replayed(then, then, told, recipes.lot(1), recipes.lot(2)), "used_then")
    balances = [recipes.lot(item, 10 * item, str(quantity)) for item, quantity in staged.items() if quantity]

    reports = replayed(then, proposed, told, *balances)

    for item, used in in_all(reports, "used").items():
        assert in_all(reports, "short").get(item, 0) == max(0, used - staged.get(item, 0))
