"""The laws of moves, and what moves do to balances."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.rules.moves import BalanceKey, Move, net_changes, plain, shortages, touched

SUPPLIER = 90
UNCOUNTED = frozenset({SUPPLIER})


def move(quantity="5", *, lot=1, start=10, start_order=0, end=11, end_order=0) -> Move:
    return Move(lot, 7, start, start_order, end, end_order, Decimal(quantity))


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "Infinity", "0.0000000001"])
def test_a_move_of_nothing_less_or_too_fine_is_refused(quantity):
    with pytest.raises(ValueError):
        move(quantity)


def test_a_float_is_not_a_quantity():
    with pytest.raises(ValueError, match="Decimal"):
        Move(1, 7, 10, 0, 11, 0, 0.1)


def test_a_move_goes_somewhere_else():
    with pytest.raises(ValueError, match="somewhere else"):
        move(start=10, end=10)
    assert move(start=10, end=10, end_order=5).target == BalanceKey(10, 1, 5)


def test_uncounted_ends_have_no_balance():
    receipt = move(start=SUPPLIER, end=10)
    assert touched([receipt], UNCOUNTED) == {BalanceKey(10, 1, 0): 7}
    assert net_changes([receipt], UNCOUNTED) == {BalanceKey(10, 1, 0): Decimal(5)}


def test_balances_are_named_in_locking_order():
    moves = [move(lot=3, start=12, end=10), move(lot=2, start=10, end=12, end_order=4)]
    assert list(touched(moves, UNCOUNTED)) == sorted(touched(moves, UNCOUNTED))


def test_a_balance_that_ends_as_it_was_does_not_change():
    there_and_back = [move(start=10, end=11), move(start=11, end=10)]
    assert net_changes(there_and_back, UNCOUNTED) == {}


def test_what_came_in_first_may_leave_again_in_the_same_entry():
    moves = [move(start=SUPPLIER, end=10), move(start=10, end=11)]
    assert shortages(moves, {}, UNCOUNTED) == []
    assert shortages(list(reversed(moves)), {}, UNCOUNTED) != []


def test_a_shortage_says_what_is_there_and_what_is_needed():
    key = BalanceKey(10, 1, 0)
    (short,) = shortages([move("3"), move("4", end=12)], {key: Decimal(5)}, UNCOUNTED)
    assert (short.key, short.there, short.needed) == (key, Decimal(5), Decimal(7))


places = st.tuples(st.sampled_from([10, 11, SUPPLIER]), st.sampled_from([0, 5]))
moves_of_any_kind = st.lists(
    st.builds(
        lambda ends, lot, cents: Move(lot, 7, *ends[0], *ends[1], Decimal(cents) / 100),
        st.tuples(places, places).filter(lambda ends: ends[0] != ends[1]),
        st.integers(1, 3),
        st.integers(1, 10_000),
    ),
    max_size=20,
)


@given(moves_of_any_kind)
def test_what_enters_and_leaves_the_plant_is_what_balances_change_by(moves):
    crossing = sum((m.quantity * ((m.from_bin_id == SUPPLIER) - (m.to_bin_id == SUPPLIER)) for m in moves), Decimal(0))
    assert sum(net_changes(moves, UNCOUNTED).values(), Decimal(0)) == crossing


@given(moves_of_any_kind)
def test_moves_without_shortage_leave_no_balance_below_zero(moves):
    start = dict.fromkeys(touched(moves, UNCOUNTED), Decimal(150))
    if not shortages(moves, start, UNCOUNTED):
        for key, change in net_changes(moves, UNCOUNTED).items():
            assert start[key] + change >= 0


@pytest.mark.parametrize(
    ("stored", "shown"), [("5.000000000", "5"), ("0.250000000", "0.25"), ("1E+2", "100"), ("100", "100")]
)
def test_quantities_read_as_people_write_them(stored, shown):
    assert plain(Decimal(stored)) == shown
