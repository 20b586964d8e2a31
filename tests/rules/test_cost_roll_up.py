"""The cost of a BOM version: what usage takes times what it costs, through phantoms and losses, rounded nowhere."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masterdata.rules.cost_roll_up import Gap, RollUp, Taken, roll_up
from masterdata.rules.exact import Fraction
from masterdata.rules.explosion import explode
from masterdata.rules.usage import BomFact, BomLineFact, RunningLoss
from masterdata.rules.vocabulary import Convention, Per

F = Fraction
PRODUCT, SET, INNER, A, B = 1, 2, 3, 4, 5
UNITS = dict.fromkeys((PRODUCT, SET, INNER, A, B), "C62")
COSTS = {PRODUCT: F(0), SET: F(9), INNER: F(9), A: F("0.31"), B: F(1, 3)}
DIMENSIONS = {"C62": "count", "KGM": "mass"}


def used(item=A, quantity="1", unit="C62", **fields):
    return BomLineFact(uuid.uuid4(), item, F(quantity), unit, fields.pop("operation", "10"), **fields)


def bom(item, *lines, base="1", phantom=False, assembly=None, operations=None):
    return BomFact(item, item, F(base), "C62", phantom, assembly, operations or {}, lines)


def convert(item, from_unit, to_unit):
    return F(1) if from_unit == to_unit else None


def costed(top, *phantoms, costs=COSTS) -> RollUp:
    return roll_up(top, {one.item: one for one in phantoms}.get, UNITS, costs, convert, DIMENSIONS)


def test_a_line_costs_what_is_taken_of_it_times_its_standard_cost():
    rolled = costed(bom(PRODUCT, used(A, "24", pieces=F(2)), base="12"))

    assert rolled.lines[0].taken == (Taken(A, F(48), F("14.88")),)
    assert (rolled.per_base, rolled.per_unit) == (F("14.88"), F("1.24"))


def test_losses_compound_into_the_cost_by_their_convention():
    top = bom(
        PRODUCT,
        used(A, scrap=RunningLoss(F(50), Convention.DIVIDE)),
        assembly=RunningLoss(F(10)),
        operations={"10": RunningLoss(F(5))},
    )

    assert costed(top).per_unit == F("0.31") * 2 * F("1.1") * F("1.05")


def test_a_phantom_costs_what_it_is_made_of_and_not_what_stands_in_its_item():
    inner = bom(INNER, used(B, "2", scrap=RunningLoss(F(1))), base="1", phantom=True)
    kit = bom(SET, used(A, "3"), used(INNER, "4"), base="2", phantom=True)
    line = costed(bom(PRODUCT, used(SET, "6")), kit, inner).lines[0]

    assert line.phantom
    assert line.taken == (Taken(A, F(9), F("2.79")), Taken(B, F("24.24"), F("8.08")))
    assert line.running == F("10.87")


def test_what_is_owed_once_is_kept_apart_from_what_is_owed_with_every_unit():
    rolled = costed(
        bom(
            PRODUCT,
            used(A, "10", per=Per.ORDER),
            used(A, "0", per=Per.STEPS, steps=((F(0), F(1)), (F(1000), F(2)))),
            used(A, "2", per=Per.HANDLING_UNIT),
            used(A, "1", setup=F(3)),
            base="5",
        )
    )

    assert rolled.per_base == F("0.31")
    assert (rolled.per_order, rolled.per_closed, rolled.per_setup) == (F("3.1"), F("0.62"), F("0.93"))
    assert rolled.lines[1].steps == ((F(0), F("0.31")), (F(1000), F("0.62")))


@pytest.mark.parametrize(
    ("line", "gap"),
    [
        (used(PRODUCT), Gap("no_cost", PRODUCT)),
        (used(A, unit="KGM"), Gap("no_conversion", A, "KGM → C62")),
        (used(99), Gap("unknown_item", 99)),
        (used(A, scrap=RunningLoss(F(100), Convention.DIVIDE)), Gap("nothing_left", A)),
    ],
)
def test_what_cannot_be_costed_is_told_and_counts_as_nothing(line, gap):
    rolled = costed(bom(PRODUCT, used(A), line))

    assert rolled.gaps == ((2, gap),)
    assert rolled.per_base == F("0.31")


def test_a_component_without_cost_inside_a_phantom_is_told_at_the_line_that_uses_the_phantom():
    rolled = costed(bom(PRODUCT, used(SET)), bom(SET, used(A), used(B), phantom=True), costs={**COSTS, B: F(0)})

    assert rolled.gaps == ((1, Gap("no_cost", B)),)
    assert rolled.lines[0].taken[1] == Taken(B, F(1), None)


def test_a_phantom_that_is_drafted_of_itself_is_a_gap_and_not_an_endless_way_down():
    standing = bom(SET, used(A), phantom=True)

    assert costed(bom(SET, used(SET), phantom=True), standing).gaps == ((1, Gap("made_of_itself", SET)),)


decimals = st.decimals("0.001", "1000", places=3).map(Fraction)
percents = st.decimals("0", "99", places=2).map(Fraction)
losses = st.none() | st.builds(RunningLoss, percents, st.sampled_from(Convention))
plain_lines = st.builds(
    lambda item, quantity, scrap, operation: used(item, quantity, scrap=scrap, operation=operation),
    st.sampled_from((A, B)),
    decimals,
    losses,
    st.sampled_from(("10", "20")),
)
phantom_lines = st.builds(lambda quantity, scrap: used(SET, quantity, scrap=scrap), decimals, losses)


@st.composite
def versions(draw):
    kit = bom(SET, *draw(st.lists(plain_lines, min_size=1, max_size=3)), base=draw(decimals), phantom=True)
    top = bom(
        PRODUCT,
        *draw(st.lists(plain_lines | phantom_lines, max_size=5)),
        base=draw(decimals),
        assembly=draw(losses),
        operations={"20": one} if (one := draw(losses)) else {},
    )
    return top, kit


@given(versions())
def test_the_cost_is_that_of_the_usage_which_posting_explodes(made):
    top, kit = made
    usage = explode(top, {SET: kit}.get, UNITS, convert, DIMENSIONS)

    assert costed(top, kit).per_unit == sum((line.full * COSTS[line.item] for line in usage.lines), F(0))


@given(versions(), decimals)
def test_cost_grows_as_standard_costs_do_and_the_base_is_only_a_way_of_writing(made, times):
    top, kit = made
    dearer = {item: cost * times for item, cost in COSTS.items()}
    rolled = costed(top, kit)

    assert costed(top, kit, costs=dearer).per_base == rolled.per_base * times
    assert rolled.per_unit * top.base == rolled.per_base
    assert sum((one.cost for line in rolled.lines for one in line.taken), F(0)) == rolled.per_base
