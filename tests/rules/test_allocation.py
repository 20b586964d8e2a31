"""Which lots go first. The same facts give the same lots, in whatever order they are offered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masterdata.rules.exact import Fraction
from masterdata.rules.vocabulary import AllocationStrategy
from tests import recipes
from traceability.rules.allocation import NO_EXPIRY, ranked


def offer(code, quantity="10", **fields):
    lot = int.from_bytes(code.encode(), "big")
    return recipes.lot(lot=lot, quantity=quantity, lot_code=code, **fields)


def order_of(strategy, offers, need="7"):
    return [stock.lot_code for stock, _ in ranked(offers, strategy, Fraction(need))]


EARLY, LATE = "2026-11-01T00:00:00.000000Z", "2026-11-02T00:00:00.000000Z"


def test_fefo_takes_the_earliest_expiry_then_the_first_received_then_the_lot_code():
    offers = [
        offer("A", received_at=EARLY, expires_on=NO_EXPIRY),
        offer("D", received_at=LATE, expires_on="2027-01-31"),
        offer("C", received_at=LATE, expires_on="2027-01-31"),
        offer("E", received_at=EARLY, expires_on="2027-01-31"),
        offer("B", received_at=LATE, expires_on="2026-12-31"),
    ]

    assert order_of("fefo", offers) == ["B", "E", "C", "D", "A"]


def test_fifo_and_lifo_go_by_receipt_and_end_alike_with_the_lot_code():
    offers = [offer("B", received_at=LATE), offer("C", received_at=EARLY), offer("A", received_at=EARLY)]

    assert order_of("fifo", offers) == ["A", "C", "B"]
    assert order_of("lifo", offers) == ["B", "A", "C"]


def test_reservation_goes_by_the_rank_set_at_staging():
    assert order_of("reservation", [offer("A", rank=2), offer("B", rank=1)]) == ["B", "A"]


def test_potency_takes_the_strongest_first():
    offers = [offer("A", potency=Fraction("0.95")), offer("B", potency=Fraction("0.97"))]

    assert order_of("potency", offers) == ["B", "A"]


def test_fewest_lots_takes_the_smallest_that_covers_alone():
    offers = [offer("A", "20"), offer("B", "8"), offer("C", "9"), offer("D", "2")]

    assert order_of("fewest_lots", offers)[0] == "B"


def test_fewest_lots_takes_the_largest_first_where_none_covers():
    assert order_of("fewest_lots", [offer("A", "2"), offer("B", "6"), offer("C", "5")]) == ["B", "C", "A"]


def test_one_lot_in_two_bins_is_drawn_in_the_order_of_the_bins():
    offers = [offer("A", bin=2, bin_code="S-2"), offer("A", bin=1, bin_code="S-1")]

    assert [stock.bin_code for stock, _ in ranked(offers, "fefo", Fraction(1))] == ["S-1", "S-2"]


_OFFERS = st.lists(
    st.builds(
        lambda code, quantity, expiry, received, rank, potency: offer(
            code,
            str(quantity),
            expires_on=expiry,
            received_at=received,
            rank=rank,
            potency=potency,
        ),
        code=st.text("ABCDEF", min_size=1, max_size=2),
        quantity=st.integers(1, 9),
        expiry=st.sampled_from(["2026-12-31", "2027-01-31", NO_EXPIRY]),
        received=st.sampled_from([EARLY, LATE]),
        rank=st.integers(0, 2),
        potency=st.sampled_from([None, Fraction("0.9"), Fraction("0.95")]),
    ),
    min_size=2,
    max_size=6,
    unique_by=lambda pair: pair[0].lot_code,
)


@pytest.mark.parametrize("strategy", list(AllocationStrategy))
@given(offers=_OFFERS, need=st.integers(1, 30), data=st.data())
def test_the_order_of_the_offers_does_not_matter(strategy, offers, need, data):
    shuffled = data.draw(st.permutations(offers))

    assert order_of(strategy, shuffled, str(need)) == order_of(strategy, offers, str(need))


@pytest.mark.parametrize("strategy", list(AllocationStrategy))
@given(offers=_OFFERS, need=st.integers(1, 30))
def test_ranking_neither_loses_nor_invents_a_lot(strategy, offers, need):
    assert sorted(order_of(strategy, offers, str(need))) == sorted(stock.lot_code for stock, _ in offers)
