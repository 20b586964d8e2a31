"""How operations are numbered: they are ordered by their numbers, so a number has one way to be written."""

from masterdata.rules.refusal import Refusal


def number_faults(number: str, item_code: str) -> list[Refusal]:
    """`operation_number_invalid` where it is no whole number without leading zeros."""
    if number.isascii() and number.isdigit() and not number.startswith("0"):
        return []
    return [
        Refusal(
            "operation_number_invalid",
            f"{number or '(empty)'} is no operation number.",
            item_code,
            "Use a whole number without leading zeros, such as 10.",
        )
    ]
