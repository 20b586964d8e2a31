"""Alternates and steps of a BOM line in one line of text each, as engineers type them in the editor's grid.

PK-CAP-124 1; PK-CAP-224 1.05 40% max 500 until 2026-12-31T00:00:00+00:00        0: 1; 1000: 2
"""

from collections.abc import Iterable
from decimal import Decimal

from masterdata.rules.bom import AlternateDraft, StepDraft


class UnreadableError(ValueError):
    """What was typed cannot be read; the message says which part, and how it is written."""


def read_alternates(text: str) -> tuple[AlternateDraft, ...]:
    """`ITEM factor [share%] [max quantity] [until time]`, separated by semicolons. Raises UnreadableError."""
    return tuple(_alternate(part.split()) for part in text.split(";") if part.strip())


def write_alternates(alternates: Iterable[AlternateDraft]) -> str:
    """The text that `read_alternates` reads back."""
    written = []
    for one in alternates:
        parts = [one.item, _plain(one.factor)]
        if one.percent is not None:
            parts.append(f"{_plain(one.percent)}%")
        if one.quantity_limit is not None:
            parts.append(f"max {_plain(one.quantity_limit)}")
        if one.valid_until is not None:
            parts.append(f"until {one.valid_until}")
        written.append(" ".join(parts))
    return "; ".join(written)


def read_steps(text: str) -> tuple[StepDraft, ...]:
    """`from: quantity`, separated by semicolons. Raises UnreadableError."""
    steps = []
    for part in (part.strip() for part in text.split(";") if part.strip()):
        start, colon, quantity = part.partition(":")
        if not colon:
            raise UnreadableError(f"“{part}” is no step; write where it starts and what it takes, such as 1000: 2.")
        steps.append(StepDraft(_decimal(start, part), _decimal(quantity, part)))
    return tuple(steps)


def write_steps(steps: Iterable[StepDraft]) -> str:
    return "; ".join(f"{_plain(step.from_quantity)}: {_plain(step.quantity)}" for step in steps)


def _alternate(words: list[str]) -> AlternateDraft:
    told = " ".join(words)
    item, rest = words[0], words[1:]
    factor, percent, limit, until = Decimal(1), None, None, None
    while rest:
        word = rest.pop(0)
        if word in ("max", "until") and not rest:
            raise UnreadableError(f"“{told}”: something is missing after {word}.")
        if word == "max":
            limit = _decimal(rest.pop(0), told)
        elif word == "until":
            until = rest.pop(0)
        elif word.endswith("%"):
            percent = _decimal(word[:-1], told)
        else:
            factor = _decimal(word, told)
    return AlternateDraft(item, factor, percent, limit, until)


def _decimal(text: str, told: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except ArithmeticError as error:
        comma = " Write decimals with a point, such as 1.5." if "," in text else ""
        raise UnreadableError(f"“{told}”: {text.strip() or 'nothing'} is no number.{comma}") from error
    if not number.is_finite():
        raise UnreadableError(f"“{told}”: {text.strip()} is no number.")
    return number


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
