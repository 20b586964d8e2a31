"""How far an order's operation has come: what its standing reports counted, needed and covered, exactly.

Progress is derived: it is the sum over standing postings, kept beside the order so that a report need not read them all.
"""

import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

ZERO = Fraction(0)

#: the classes of usage, in the order in which progress keeps them
CLASSES = ("base", "loss", "avoidable", "structural", "rework", "setup", "fixed")


@dataclass(slots=True)
class LineProgress:
    """One BOM line, in its main item's nominal stock units.

    `needs`: what standing reports needed, by class, unrounded. `sources`: per item that covered it, what was posted (that
    item's stock units) and how much of the need this covered. `last`: lots of the latest standing issue.
    """

    needs: list[Fraction] = field(default_factory=lambda: [ZERO] * len(CLASSES))
    sources: dict[int, tuple[Fraction, Fraction]] = field(default_factory=dict)
    last: tuple[int, ...] = ()

    @property
    def need(self) -> Fraction:
        return sum(self.needs, ZERO)

    @property
    def covered(self) -> Fraction:
        return sum((covered for _, covered in self.sources.values()), ZERO)


@dataclass(slots=True)
class Progress:
    """One order's operation. Quantities in the order's unit; `units_closed`: handling units that were counted.

    `output_lot`: the one output lot of its postings so far, or `*` where there were several.
    """

    good: Fraction = ZERO
    structural: Fraction = ZERO
    avoidable: Fraction = ZERO
    rework: Fraction = ZERO
    setups: int = 0
    reports: int = 0
    units_closed: tuple[str, ...] = ()
    output_lot: str = ""
    lines: dict[str, LineProgress] = field(default_factory=dict)

    @property
    def output(self) -> Fraction:
        return self.good + self.structural + self.avoidable + self.rework


def _pair(value: Fraction) -> list[int] | int:
    return value.numerator if value.denominator == 1 else [value.numerator, value.denominator]


def _read_pair(data: list[int] | int) -> Fraction:
    return Fraction(data) if isinstance(data, int) else Fraction(data[0], data[1])


def line_as_data(line: LineProgress) -> list[Any]:
    """Compact JSON data: needs by class (trailing zeros left out), sources, last lots."""
    needs = list(line.needs)
    while needs and not needs[-1]:
        needs.pop()
    sources = [[item, _pair(posted), _pair(covered)] for item, (posted, covered) in sorted(line.sources.items())]
    return [[_pair(need) for need in needs], sources, list(line.last)]


def read_line(data: list[Any]) -> LineProgress:
    needs = [_read_pair(need) for need in data[0]]
    needs += [ZERO] * (len(CLASSES) - len(needs))
    sources = {item: (_read_pair(posted), _read_pair(covered)) for item, posted, covered in data[1]}
    return LineProgress(needs, sources, tuple(data[2]))


def write_lines(progress: Progress) -> str:
    """The text kept in `OrderProgress.lines`."""
    data: dict[str, Any] = {key: line_as_data(line) for key, line in progress.lines.items()}
    if progress.units_closed:
        data["units"] = list(progress.units_closed)
    if progress.output_lot:
        data["output_lot"] = progress.output_lot
    return json.dumps(data, separators=(",", ":"))


def read_lines(progress: Progress, text: str) -> Progress:
    """Fill a progress with what `write_lines` wrote: line progress by component, handling units, output lot."""
    data = json.loads(text)
    progress.units_closed = tuple(data.pop("units", ()))
    progress.output_lot = data.pop("output_lot", "")
    progress.lines = {key: read_line(line) for key, line in data.items()}
    return progress
