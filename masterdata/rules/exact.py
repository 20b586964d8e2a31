"""Exact numbers. Every quantity and cost is a `Fraction` from the report to its one rounding; no float touches one.

The class is that of the standard library, compiled: posting does thousands of operations a second, and the compiled one
takes a sixth of the time for each. Text is read by the standard library's all the same: the compiled one's reader writes
over memory that is not its own when it meets digits of another script.
"""

import fractions
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction
else:
    from quicktions import Fraction as _Compiled

    class _Reader(type):
        """Makes and recognises compiled fractions; what is text goes through the standard library."""

        def __call__(
            cls, numerator: int | str | Decimal | _Compiled = 0, denominator: int | _Compiled | None = None
        ) -> _Compiled:
            if isinstance(numerator, str):
                read = fractions.Fraction(numerator)
                return _Compiled(read.numerator, read.denominator)
            return _Compiled(numerator, denominator)

        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, _Compiled)

    class Fraction(metaclass=_Reader):
        """`fractions.Fraction`, compiled."""


__all__ = ["NANO", "ONE", "ZERO", "Fraction", "billionths", "minor_units", "scaled_text"]

ZERO = Fraction(0)
ONE = Fraction(1)

#: the database keeps quantities in billionths
NANO = 10**9


def billionths(value: Fraction) -> int:
    """A quantity as the database keeps it: in billionths, half to even where it has more decimals."""
    bottom = value.denominator
    if NANO % bottom == 0:
        return value.numerator * (NANO // bottom)
    return _half_even(value.numerator * NANO, bottom)


def minor_units(quantity: Fraction, price: Fraction, decimals: int) -> int:
    """quantity × price in the currency's minor unit, rounded once, half to even. `decimals`: 2 for cents."""
    return _half_even(quantity.numerator * price.numerator * 10**decimals, quantity.denominator * price.denominator)


def _half_even(top: int, bottom: int) -> int:
    whole, rest = divmod(top, bottom)
    twice = 2 * rest
    return whole + (twice > bottom or (twice == bottom and whole & 1 == 1))


def scaled_text(value: int, places: int) -> str:
    """A whole number of 10^-places as plain decimal text: 12500 with 3 places is `12.5`."""
    units, part = divmod(abs(value), 10**places)
    text = f"{units}.{part:0{places}d}".rstrip("0") if part else str(units)
    return f"-{text}" if value < 0 else text
