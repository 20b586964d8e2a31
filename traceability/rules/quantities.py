"""A quantity that somebody scanned or typed, made into one that the ledger can hold, or refused in words."""

import re
from decimal import Decimal, InvalidOperation

from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.typed_numbers import typed_number
from masterdata.rules.units import RoundingRule, decimal_text, fits

#: whatever is typed, nobody moves more than this in one scan
MOST = Fraction(10**15)
#: what is written as a machine would; every other text came from somebody's hand and is read as such
_PLAIN = re.compile(r"[+-]?[0-9]*\.?[0-9]*([eE][+-]?[0-9]{1,4})?")


def exact_quantity(value: object) -> Fraction:
    """The exact value of a typed or computed quantity. Raises Refused('quantity_not_a_number' or 'quantity_not_positive')."""
    if isinstance(value, (bool, float)) or not isinstance(value, (int, str, Decimal, Fraction)):
        raise _refused("quantity_not_a_number", f"“{value}” is not a quantity.", "Enter a number such as 12.5.")
    try:
        if isinstance(value, str) and not _PLAIN.fullmatch(value):
            value = typed_number(value)
        exact = value if isinstance(value, Fraction) else Fraction(Decimal(value))
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise _refused(
            "quantity_not_a_number", f"“{value}” is not a quantity.", "Enter a number such as 12.5."
        ) from error
    if exact <= 0:
        raise _refused("quantity_not_positive", "The quantity must be more than zero.", "Enter what is really there.")
    if exact > MOST:
        raise _refused("quantity_implausible", "The quantity is larger than any stock.", "Enter what is really there.")
    return exact


def is_countable(value: Fraction, rule: RoundingRule) -> bool:
    """Whether a quantity of an item can lie in a bin: no more decimals than the item has.

    A rounding multiple says what is taken together, not what can be there: the rest of a broken box is still counted.
    """
    return fits(value, RoundingRule(rule.decimals)) or fits(value, rule)


def countable_quantity(value: object, rule: RoundingRule, *, item_code: str, unit: str) -> Decimal:
    """A quantity in the item's stock unit, no finer than the item is counted. Raises Refused otherwise."""
    exact = exact_quantity(value)
    if not is_countable(exact, rule):
        step = decimal_text(RoundingRule(rule.decimals).step)
        raise _refused(
            "quantity_too_fine",
            f"{item_code} is counted in steps of {step} {unit}; {_written(exact)} {unit} is finer.",
            f"Enter a whole number of {step} {unit}.",
            item_code,
        )
    return Decimal(decimal_text(exact))


def _written(value: Fraction) -> str:
    try:
        return decimal_text(value)
    except ValueError:
        return f"{value.numerator}/{value.denominator}"


def _refused(code: str, sentence: str, remedy: str, subject: str = "") -> Refused:
    return Refused(Refusal(code, sentence, subject, remedy))
