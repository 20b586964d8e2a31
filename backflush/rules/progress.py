"""How far an order's operation has come: what its standing reports counted, needed and covered, exactly.

Progress is derived: it is the sum over standing postings, kept beside the order so that a report need not read them all.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from masterdata.rules.exact import ZERO, Fraction

#: the classes of usage; `Needs` names only those that are not zero
CLASSES = ("base", "loss", "avoidable", "structural", "rework", "setup", "fixed")
Needs = dict[str, Fraction]


def add_up(values: Iterable[Fraction]) -> Fraction:
    """Their sum, without the cost of adding the first one to zero."""
    total = None
    for value in values:
        total = value if total is None else total + value
    return ZERO if total is None else total


def added(old: Needs, new: Needs) -> Needs:
    """Needs of both, class by class; what comes to nothing is left out."""
    both = {name: need + new[name] if name in new else need for name, need in old.items()}
    for name, need in new.items():
        if name not in both:
            both[name] = need
    return both if all(both.values()) else {name: need for name, need in both.items() if need}


def negated(needs: Needs) -> Needs:
    """The needs taken back."""
    return {name: -need for name, need in needs.items()}


@dataclass(slots=True)
class LineProgress:
    """One BOM line, in its main item's nominal stock units. It never changes: what changes is another one.

    `needs`: what standing reports needed, by class, unrounded. `sources`: per item that covered it, what was posted (that
    item's stock units) and how much of the need this covered. `last`: lots of the latest standing issue.
    """

    needs: Needs = field(default_factory=dict)
    sources: dict[int, tuple[Fraction, Fraction]] = field(default_factory=dict)
    last: tuple[int, ...] = ()
    _text: str = field(default="", compare=False, repr=False)

    @property
    def text(self) -> str:
        """Compact JSON: needs by class, sources, last lots. Written once; it stands in progress and in facts."""
        if not self._text:
            needs = ",".join([f'"{name}":{_pair(need)}' for name, need in self.needs.items()])
            sources = ",".join(
                [
                    f"[{item},{_pair(posted)},{_pair(covered)}]"
                    for item, (posted, covered) in sorted(self.sources.items())
                ]
            )
            self._text = f"[{{{needs}}},[{sources}],[{','.join(map(str, self.last))}]]"
        return self._text

    @property
    def need(self) -> Fraction:
        return add_up(self.needs.values())

    @property
    def covered(self) -> Fraction:
        return add_up([covered for _, covered in self.sources.values()])


#: of a line that nothing was reported of yet
UNTOUCHED = LineProgress()


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
    lines: Mapping[str, LineProgress] = field(default_factory=dict)

    @property
    def output(self) -> Fraction:
        return self.good + self.structural + self.avoidable + self.rework


def _pair(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"[{value.numerator},{value.denominator}]"


def _read_pair(data: list[int] | int) -> Fraction:
    return Fraction(data) if isinstance(data, int) else Fraction(data[0], data[1])


def read_line(data: list[Any]) -> LineProgress:
    """A line from the data of its `text`."""
    needs = {name: _read_pair(need) for name, need in data[0].items()}
    sources = {item: (_read_pair(posted), _read_pair(covered)) for item, posted, covered in data[1]}
    return LineProgress(needs, sources, tuple(data[2]))


def write_lines(progress: Progress) -> str:
    """The text kept in `OrderProgress.lines`."""
    parts = [f'"{key}":{line.text}' for key, line in progress.lines.items()]
    if progress.units_closed:
        parts.append(f'"units":{json.dumps(progress.units_closed)}')
    if progress.output_lot:
        parts.append(f'"output_lot":{json.dumps(progress.output_lot)}')
    return f"{{{','.join(parts)}}}"


def read_lines(progress: Progress, text: str) -> Progress:
    """Fill a progress with what `write_lines` wrote: line progress by component, handling units, output lot."""
    data = json.loads(text)
    progress.units_closed = tuple(data.pop("units", ()))
    progress.output_lot = data.pop("output_lot", "")
    progress.lines = {key: read_line(line) for key, line in data.items()}
    return progress
