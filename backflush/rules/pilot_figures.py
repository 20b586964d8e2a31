"""What a pilot found of one component: what was measured beside what was computed, per unit, with limits of 95 %.

One order is one value, for the components that were measured there, and for no other. Of each, d = (measured − computed) ÷ units.
The mean of d has the limits  mean ± t × s ÷ √n  with the standard deviation s of the d and Student's t for n − 1 degrees of
freedom: that the orders differ among each other by more than chance is what the limits say, so a few orders give wide ones.
Everything is exact up to the square root.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from backflush.rules.student_t import t_of_95_percent
from masterdata.rules.exact import ONE, ZERO, Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import Convention

#: fewer orders tell nothing that a factor could be built on
FEWEST_ORDERS = 5
#: digits of the square root, and of what is divided for showing
_CONTEXT = Context(prec=28)
#: decimals of a stored percentage
_MOST_PLACES = 6


@dataclass(frozen=True, slots=True)
class Sample:
    """One order: its good units in BOM base units, and of one component, in nominal stock units, what was measured and computed.

    `running`: the part of the computed that grows with the units; setups and what is owed once per order are not in it.
    """

    order: str
    units: Fraction
    measured: Fraction
    computed: Fraction
    running: Fraction

    @property
    def difference(self) -> Fraction:
        """Measured less computed, per unit."""
        return (self.measured - self.computed) / self.units


@dataclass(frozen=True, slots=True)
class Found:
    """Means per unit over `orders` orders. `half_width`: of the limits around `difference`; None while there are too few."""

    orders: int
    fewest: int
    measured: Fraction
    computed: Fraction
    running: Fraction
    difference: Fraction
    half_width: Decimal | None

    @property
    def enough(self) -> bool:
        return self.orders >= self.fewest

    @property
    def low(self) -> Decimal | None:
        return None if self.half_width is None else decimal_of(self.difference) - self.half_width

    @property
    def high(self) -> Decimal | None:
        return None if self.half_width is None else decimal_of(self.difference) + self.half_width

    @property
    def differs(self) -> bool:
        """Whether zero lies outside the limits."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    @property
    def places(self) -> int:
        """Decimals that mean something: down to the second digit of the limits' half width."""
        return places_of(self.half_width)


def left_out_of(order_left_out: str, *, measured: bool) -> str:
    """Why an order does not count for one component; empty where it does.

    An order at which something else was measured says nothing of a component that nobody measured there.
    """
    return order_left_out or ("" if measured else "not measured here")


def too_few_words(counting: int, measured: int, orders: int, fewest: int) -> str:
    """What is too few, in words; empty where there are enough. `measured`: orders that measured it, of `orders`."""
    wanted = max(fewest, FEWEST_ORDERS)
    if counting >= wanted:
        return ""
    if not measured:
        return f"not measured in any of {orders} order{'' if orders == 1 else 's'}; {wanted} are wanted"
    waits = measured - counting
    uncounted = f", {waits} measured {'does' if waits == 1 else 'do'} not count" if waits else ""
    return f"not enough orders yet ({counting} of {wanted}){uncounted}: no limits, no verdict"


def found(samples: Sequence[Sample], fewest: int = FEWEST_ORDERS) -> Found | None:
    """What the orders say together; None where there is none. Orders without units must be left out before."""
    number = len(samples)
    if not number:
        return None
    mean = _mean([one.difference for one in samples])
    return Found(
        orders=number,
        fewest=max(fewest, FEWEST_ORDERS),
        measured=_mean([one.measured / one.units for one in samples]),
        computed=_mean([one.computed / one.units for one in samples]),
        running=_mean([one.running / one.units for one in samples]),
        difference=mean,
        half_width=_half_width(samples, mean) if number >= max(fewest, FEWEST_ORDERS) else None,
    )


def _half_width(samples: Sequence[Sample], mean: Fraction) -> Decimal:
    """t × s ÷ √n, with s² = Σ(d − mean)² ÷ (n − 1)."""
    number = len(samples)
    squares = sum(((one.difference - mean) ** 2 for one in samples), ZERO)
    of_the_mean = squares / (number - 1) / number
    return _CONTEXT.multiply(t_of_95_percent(number - 1), _CONTEXT.sqrt(decimal_of(of_the_mean)))


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, ZERO) / len(values)


def decimal_of(value: Fraction) -> Decimal:
    """To 28 digits."""
    return _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def places_of(half_width: Decimal | None) -> int:
    """Decimals down to the second digit of a half width: 3 for 0.037; at most nine, as quantities are kept."""
    if not half_width:
        return 9 if half_width is not None else 3
    return min(9, max(0, 1 - half_width.adjusted()))


def shown(value: Fraction | Decimal, places: int) -> Decimal:
    """Rounded for people, half to even."""
    number = value if isinstance(value, Decimal) else decimal_of(value)
    return number.quantize(Decimal(1).scaleb(-places), context=_CONTEXT)


@dataclass(frozen=True, slots=True)
class Line:
    """How the component stands in the version in force: its running component loss, and what keeps a factor from it."""

    item: str
    percent: Fraction
    convention: Convention
    per_base: bool = True
    backflushed: bool = True
    of_a_phantom: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A percentage for a line, with the limits that the pilot leaves it."""

    percent: Decimal
    low: Decimal
    high: Decimal
    before: Fraction


def proposal(seen: Found, line: Line) -> Proposal | Refusal:
    """The component loss with which the computed mean would have been the measured one.

    All that grows with the units grows with the component's own factor f, whatever losses of assembly or operation multiply it:
    the new f is  f × (running + difference) ÷ running. Setup quantities and quantities per order stay as they are.
    """
    refusal = _refusal(seen, line)
    if refusal is not None:
        return refusal
    assert seen.half_width is not None
    share = line.percent / 100
    factor = ONE + share if line.convention == Convention.GROSS_UP else ONE / (ONE - share)
    width = Fraction(seen.half_width)
    percents = [
        _percent(factor * (seen.running + seen.difference + more) / seen.running, line.convention)
        for more in (ZERO, -width, width)
    ]
    if percents[0] < 0:
        return Refusal(
            "less_than_without_loss",
            f"Less of {line.item} was measured than the BOM's quantity without any loss.",
            line.item,
            "No loss explains that: look at the line's quantity, and correct it in a draft of its own.",
        )
    places = min(_MOST_PLACES, places_of(_CONTEXT.create_decimal((decimal_of(percents[2] - percents[1])) / 2)))
    middle, low, high = (shown(one, places) for one in percents)
    if Fraction(middle) == line.percent:
        return Refusal(
            "factor_is_right",
            f"The factor of {line.item} is what was measured.",
            line.item,
            "Leave it as it is.",
        )
    return Proposal(middle, low, high, line.percent)


def _percent(factor: Fraction, convention: Convention) -> Fraction:
    if convention == Convention.GROSS_UP:
        return (factor - ONE) * 100
    return (ONE - ONE / factor) * 100 if factor > 0 else Fraction(-100)


def _refusal(seen: Found, line: Line) -> Refusal | None:
    if not seen.enough or seen.half_width is None:
        missing = seen.fewest - seen.orders
        return Refusal(
            "not_enough_orders",
            f"Not enough orders yet: {line.item} was measured in {seen.orders} of {seen.fewest}.",
            line.item,
            f"Measure {missing} more.",
        )
    if line.of_a_phantom:
        return Refusal(
            "line_of_a_phantom",
            f"{line.item} comes through a phantom: its factor stands in the phantom's BOM, for every product that uses it.",
            line.item,
            "Draft a version of the phantom with what was found here.",
        )
    if not line.per_base or seen.running <= 0:
        return Refusal(
            "takes_no_percentage",
            f"What is taken of {line.item} does not grow with the units, so it has no percentage.",
            line.item,
            "Correct its quantity in a draft of its own.",
        )
    if not line.backflushed:
        return Refusal(
            "posted_by_scan",
            f"{line.item} is posted as it is scanned: no factor decides what is taken.",
            line.item,
            "Its factor is only for planning; change it in a draft where planning needs it.",
        )
    return None
