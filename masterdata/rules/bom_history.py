"""Dated BOM lines of another system, made into successive whole versions: a new one wherever a line begins or ends."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

#: Identities are made from names, so that reading the same source twice gives the same lines.
NAMESPACE = uuid.UUID("0d7c2a1e-5a7b-5d0e-9d52-7f3f0c2b9a11")


@dataclass(frozen=True, slots=True)
class DatedLine:
    """A line as the source states it: in force from the first to the last day, both included; `row` is where it stands."""

    assembly: str
    component: str
    quantity: Decimal
    unit: str
    first_day: date
    last_day: date | None
    row: int

    @property
    def end(self) -> date | None:
        """The first day on which it no longer holds."""
        return self.last_day + timedelta(days=1) if self.last_day is not None else None

    def holds_on(self, day: date) -> bool:
        return self.first_day <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class DatedVersion:
    """What an assembly was made of from `start` on, until `end` (not included); None: until further notice."""

    start: date
    end: date | None
    lines: tuple[DatedLine, ...]


def versions_of(lines: Sequence[DatedLine]) -> list[DatedVersion]:
    """The successive versions of one assembly. A time in which nothing holds has no version."""
    ends = {line.end for line in lines if line.end is not None}
    days = sorted({line.first_day for line in lines} | ends)
    found = []
    for place, start in enumerate(days):
        standing = tuple(sorted((line for line in lines if line.holds_on(start)), key=lambda line: line.row))
        if standing:
            found.append(DatedVersion(start, days[place + 1] if place + 1 < len(days) else None, standing))
    return found


def identities_of(lines: Iterable[DatedLine]) -> dict[int, uuid.UUID]:
    """An identity per row: the same component of the same assembly keeps it from version to version.

    Lines of one component that hold at the same time are told apart by their order.
    """
    found: dict[int, uuid.UUID] = {}
    taken: dict[tuple[str, str], list[list[DatedLine]]] = {}
    for line in sorted(lines, key=lambda line: (line.first_day, line.row)):
        lanes = taken.setdefault((line.assembly, line.component), [])
        free = [place for place, lane in enumerate(lanes) if not any(_overlap(line, other) for other in lane)]
        lane = free[0] if free else len(lanes)
        if not free:
            lanes.append([])
        lanes[lane].append(line)
        found[line.row] = uuid.uuid5(NAMESPACE, f"{line.assembly}/{line.component}/{lane}")
    return found


def _overlap(one: DatedLine, other: DatedLine) -> bool:
    starts_before = other.end is None or one.first_day < other.end
    ends_after = one.end is None or other.first_day < one.end
    return starts_before and ends_after
