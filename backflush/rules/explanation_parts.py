"""What an explanation is made of: lines, and the steps of their arithmetic."""

from dataclasses import dataclass

from masterdata.rules.exact import Fraction
from masterdata.rules.usage import plain_text, readable


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the arithmetic: what it is, the figure, and a remark."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One BOM line of a plan, explained. `quantity` is what is drawn in all, in `unit`, of `item` (code).

    `nothing_drawn`: why, in a sentence, where no lot was drawn.
    """

    component: str
    item: int
    item_code: str
    unit: str
    written: str
    method: str
    steps: tuple[Step, ...]
    draws: tuple[tuple[int, int, int, str], ...]
    quantity: str
    nothing_drawn: str = ""


def number(value: Fraction) -> str:
    """A figure as people read it: decimal where it is finite, else the fraction with its decimal neighbour."""
    text = plain_text(value)
    return text if "/" not in text else f"{text} ≈ {readable(value).removeprefix('about ')}"
