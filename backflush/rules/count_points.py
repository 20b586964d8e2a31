"""Whether anything more can come to an operation from those before it, or what is missing was scrapped on the way."""

from collections.abc import Sequence
from dataclasses import dataclass

from masterdata.rules.exact import Fraction
from masterdata.rules.usage import readable


@dataclass(frozen=True, slots=True)
class CountPoint:
    """What an operation counted so far, in the order's unit. `output`: good, scrap and rework together."""

    number: str
    good: Fraction
    scrapped: Fraction
    output: Fraction


def nothing_more_comes(points: Sequence[CountPoint], ordered: Fraction) -> str:
    """A sentence where the last of these points, in sequence, used all that will ever come to it; empty where more may come.

    A point has ended when its good and scrapped units reach the order's quantity, or when it used all of a point that ended.
    """
    here, before = points[-1], points[:-1]
    if not before or before[-1].good > here.output or not _ended(before, ordered):
        return ""
    after = before[-1].number
    lost = [(point.scrapped, _where(point.number, after, here.number)) for point in points if point.scrapped]
    if not lost:
        return f"All that comes from operation {after} is used."
    told = " and ".join([_units(*lost[0]), *(f"{readable(units)} {where}" for units, where in lost[1:])])
    return f"Nothing more comes from operation {after}: {told}."


def _ended(points: Sequence[CountPoint], ordered: Fraction) -> bool:
    here, before = points[-1], points[:-1]
    if here.good + here.scrapped >= ordered:
        return True
    return bool(before) and before[-1].good <= here.output and _ended(before, ordered)


def _where(number: str, after: str, here: str) -> str:
    return "there" if number == after else "here" if number == here else f"at operation {number}"


def _units(units: Fraction, where: str) -> str:
    return f"{readable(units)} {'unit was' if units == 1 else 'units were'} scrapped {where}"
