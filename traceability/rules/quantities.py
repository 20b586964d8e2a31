"""A quantity that somebody scanned or typed, made into one that the ledger can hold, or refused in words."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction

from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.units import RoundingRule, decimal_text, fits

#: whatever is typed, nobody moves more than this in one scan
MOST = Fraction(10**15)


def exact_quantity(value: object) -> Fraction:
    """The exact value of a typed or computed quantity. Raises Refused('quantity_not_a_number' or 'quantity_not_positive')."""
    if isinstance(value, (bool, float)) or not isinstance(value, (int, str, Decimal, Fraction)):
        raise _refused("quantity_not_a_number", f"“{value}” is not a quantity.", "Enter a number such as 12.5.")
    try:
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


def countable_quantity(value: object, rule: RoundingRule, *, item_code: str, unit: str) -> Decimal:
    """A quantity in the item's stock unit, no finer than the item is counted. Raises Refused otherwise."""
    exact = exact_quantity(value)
    if not fits(exact, rule):
        raise _refused(
            "quantity_too_fine",
            f"{item_code} is counted in steps of {decimal_text(rule.step)} {unit}; {_written(exact)} {unit} is finer.",
            f"Enter a whole number of {decimal_text(rule.step)} {unit}.",
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
