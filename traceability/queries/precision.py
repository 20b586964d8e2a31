"""How the quantities of an item are counted."""

from decimal import Decimal

from masterdata.models import Item
from masterdata.rules.exact import Fraction
from masterdata.rules.units import RoundingRule
from masterdata.rules.vocabulary import Rounding
from traceability.rules.quantities import countable_quantity


def rounding_rule(item: Item) -> RoundingRule:
    """The item's own rule of rounding."""
    multiple = None if item.multiple is None else Fraction(item.multiple)
    return RoundingRule(item.decimals, multiple, Rounding(item.rounding))


def counted(value: object, item: Item) -> Decimal:
    """A typed quantity in the item's stock unit; Refused where it is no quantity, or finer than the item is counted."""
    return countable_quantity(
        value, rounding_rule(item), item_code=item.code, unit=item.stock_unit.symbol or item.stock_unit.code
    )
