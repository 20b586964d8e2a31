"""Variance parts: the textbook's figures, and that the parts add up to the last minor unit whatever the order."""

from hypothesis import given
from hypothesis import strategies as st

from masterdata.rules.exact import Fraction
from tests.exact import exact
from variance.rules.decomposition import (
    LineUse,
    OutputUse,
    SourceUse,
    decompose,
    favourable,
    in_minor_units,
    not_of_a_component,
)


def _source(quantity, price, *, actual=None, factor="1", share="1"):
    quantity, price = Fraction(quantity), Fraction(price)
    actual_price = price if actual is None else Fraction(actual)
    return SourceUse(
        item=1,
        quantity=quantity,
        standard_amount=quantity * price,
        actual_amount=quantity * actual_price,
        standard_price=price,
        factor=Fraction(factor),
        share=Fraction(share),
    )


def test_mix_and_yield_of_a_60_40_blend():
    """60/40 at 200 and 100, 1.6 in per out, 300 out, 275 and 225 used: mix 2,500 F, yield 3,200 U, usage 700 U."""
    need = Fraction("1.6") * 300
    line = LineUse(
        component="blend",
        sources=[_source("275", "200", share="0.6"), _source("225", "100", share="0.4")],
        classes={"base": Fraction(500)},
        base=need,
        losses=Fraction(0),
        setup=Fraction(0),
        shared=True,
    )
    parts = decompose([line], [], Fraction(300), need * 160 / 300).parts
    assert (parts["mix"], favourable(parts["mix"])) == (-2500, "F")
    assert (parts["yield"], favourable(parts["yield"])) == (3200, "U")
    assert parts["mix"] + parts["yield"] + parts["usage"] == 700


def test_price_setup_running_avoidable_and_count():
    """P 4, a 4.10; 2 each, 5 % running, setup 10, good and scrap; 90 good, 6 structural, 4 avoidable, two setups, count 3."""
    line = LineUse(
        component="part",
        sources=[_source("233", "4", actual="4.1")],
        classes={
            "base": Fraction(180),
            "loss": Fraction(9),
            "structural": Fraction("12.6"),
            "avoidable": Fraction("8.4"),
            "setup": Fraction(20),
            "count": Fraction(3),
        },
        base=Fraction(180),
        losses=Fraction(9),
        setup=Fraction(10),
    )
    assert (line.actual, line.standard) == (233, 199)
    split = decompose([line], [], Fraction(90), Fraction(199 * 4, 90))
    assert {name: amount for name, amount in split.parts.items() if amount} == {
        "price": Fraction("23.30"),
        "setup": 40,
        "running": Fraction("50.40"),
        "avoidable": Fraction("33.60"),
        "count": 12,
    }
    assert split.total == Fraction("159.30")


def test_a_substitute_at_another_price_is_substitution():
    line = LineUse(
        component="screw",
        sources=[_source("6", "2"), _source("8", "1.5", factor="2", share="0")],
        classes={"base": Fraction(10)},
        base=Fraction(10),
        losses=Fraction(0),
        setup=Fraction(0),
    )
    parts = decompose([line], [], Fraction(1), Fraction(20)).parts
    assert parts["substitution"] == 6 * 2 + 8 * Fraction("1.5") - 10 * 2
    assert parts["usage"] == 0


def test_a_by_product_that_fell_short_is_unfavourable():
    split = decompose([], [OutputUse(Fraction(8), Fraction(10), Fraction(3))], Fraction(0), Fraction(0))
    assert (split.parts["by_product"], split.parts["standard"], split.total) == (6, -30, -24)


numbers = exact(min_value=0, max_value=10_000, max_denominator=1000)
prices = exact(min_value=0, max_value=500, max_denominator=10_000)
positive = exact(min_value=Fraction(1, 100), max_value=100, max_denominator=100)


@st.composite
def lines(draw):
    shared = draw(st.booleans())
    count = draw(st.integers(1, 3))
    shares = [Fraction(1)] + [Fraction(0)] * (count - 1)
    if shared and count > 1:
        first = draw(exact(min_value=0, max_value=1, max_denominator=100))
        shares = [first, 1 - first] + [Fraction(0)] * (count - 2)
    sources = []
    for share in shares:
        quantity, price, cents = draw(numbers), draw(prices), draw(numbers)
        sources.append(
            SourceUse(
                1, quantity, quantity * price + cents / 1000, quantity * draw(prices), price, draw(positive), share
            )
        )
    names = ("base", "loss", "avoidable", "structural", "rework", "setup", "count")
    return LineUse(
        component=str(draw(st.uuids())),
        sources=sources,
        classes={name: draw(numbers) for name in names},
        base=draw(numbers),
        losses=draw(numbers),
        setup=draw(numbers),
        shared=shared,
        scanned=draw(st.booleans()),
    )


@given(
    st.lists(lines(), max_size=5),
    st.lists(st.builds(OutputUse, numbers, numbers, prices), max_size=2),
    numbers,
    prices,
    st.integers(0, 3),
)
def test_the_parts_add_up_exactly_and_to_the_last_minor_unit(used, outputs, units, standard, decimals):
    split = decompose(used, outputs, units, standard)
    assert sum(split.parts.values()) == split.total
    rounded, total = in_minor_units(split.parts, split.total, decimals)
    assert sum(rounded.values()) == total
    assert abs(total - split.total) * 10**decimals <= Fraction(1, 2)


@given(
    st.lists(lines(), max_size=5),
    st.lists(st.builds(OutputUse, numbers, numbers, prices), max_size=2),
    numbers,
    prices,
    st.integers(0, 3),
)
def test_rows_of_components_and_the_row_beside_them_add_up_to_the_last_minor_unit(
    used, outputs, units, standard, decimals
):
    split = decompose(used, outputs, units, standard)
    whole, total = in_minor_units(split.parts, split.total, decimals)
    rows = [in_minor_units(own, sum(own.values(), Fraction(0)), decimals) for own in split.by_component.values()]
    rest = not_of_a_component(whole, [parts for parts, _ in rows])
    for name, amount in whole.items():
        assert sum(parts.get(name, 0) for parts, _ in rows) + rest.get(name, 0) == amount
    assert sum(own for _, own in rows) + sum(rest.values()) == total
    for name, amount in rest.items():  # what is not the product's own is nothing but cents of rounding
        if name not in ("standard", "by_product", "rounding"):
            assert abs(amount) * 10**decimals <= Fraction(len(rows) + 1, 2)
