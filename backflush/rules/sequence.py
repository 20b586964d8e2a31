"""Which numbers of a device's counter are missing: reports that were counted there and never came here."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

#: Reports that waited in a device come out of order by fewer; a counter that falls by more has begun anew.
BEGINS_ANEW = 100


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers from `first` to `last` are missing."""

    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


def sequence_gaps(numbers: Iterable[int]) -> list[Gap]:
    """Gaps of numbers in the order in which they came, within each run of the counter."""
    gaps: list[Gap] = []
    run: set[int] = set()
    for number in numbers:
        if run and number < max(run) - BEGINS_ANEW:
            gaps += _gaps_of(run)
            run = set()
        run.add(number)
    return [*gaps, *_gaps_of(run)]


def _gaps_of(run: set[int]) -> list[Gap]:
    known = sorted(run)
    return [Gap(a + 1, b - 1) for a, b in pairwise(known) if b > a + 1]
