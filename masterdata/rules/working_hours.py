"""What counts as working hours at a site: days of the week and a time of day, as in `1-5 06:00-22:00`."""

import re
from dataclasses import dataclass

_FORM = re.compile(r"([1-7])-([1-7]) (\d\d):(\d\d)-(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Days from 1 (Monday) to 7; minutes of the day, the end not counted."""

    first_day: int
    last_day: int
    begins: int
    ends: int

    @classmethod
    def read(cls, text: str) -> "WorkingHours":
        """ValueError, in words, for what is no such text."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"Working hours are written like 1-5 06:00-22:00, not {text!r}.")
        first, last, *times = (int(one) for one in found.groups())
        begins, ends = times[0] * 60 + times[1], times[2] * 60 + times[3]
        if first > last or not 0 <= begins < ends <= 24 * 60:
            raise ValueError(f"Working hours begin before they end: {text!r} do not.")
        return cls(first, last, begins, ends)

    def __str__(self) -> str:
        times = (f"{one // 60:02d}:{one % 60:02d}" for one in (self.begins, self.ends))
        return f"{self.first_day}-{self.last_day} {'-'.join(times)}"
