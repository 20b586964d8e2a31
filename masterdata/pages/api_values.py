"""How values are written in the API's answers."""

from decimal import Decimal


def plain(value: Decimal) -> str:
    """A decimal as text, without exponent and trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def maybe_plain(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
