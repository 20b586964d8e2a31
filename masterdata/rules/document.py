"""A document that is shown on a page and made into a file: numbered sections of words, facts and tables, and one digest.

Everything in it is text already, so that the page and the file cannot differ. The digest covers every word but the time at
which the document was made: made twice of the same records, it is the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from masterdata.rules.signatures import content_digest


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; `empty` is said where there are none. `title`: words above it, where a section has several."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str
    title: str = ""

    def __post_init__(self) -> None:
        odd = [row for row in self.rows if len(row) != len(self.head)]
        if odd:
            raise ValueError(f"Every row has {len(self.head)} cells, as the head has; not {odd[0]}.")


@dataclass(frozen=True, slots=True)
class See:
    """A page that says more: words, its address's name and what it takes. On screens only, and no part of the digest."""

    words: str
    page: str
    key: object = None


@dataclass(frozen=True, slots=True)
class Section:
    """`steps` are numbered sentences; `absent` says what there is not, plainly."""

    title: str
    words: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    absent: tuple[str, ...] = ()
    see: tuple[See, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    number: str
    title: str
    subtitle: str
    sections: tuple[Section, ...]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over the number, the titles and every section."""
        return content_digest(
            {
                "number": self.number,
                "title": self.title,
                "subtitle": self.subtitle,
                "sections": [section_content(one) for one in self.sections],
            }
        )


def section_content(section: Section) -> Mapping[str, Any]:
    """What is said in a section, as plain data."""
    return {
        "title": section.title,
        "words": list(section.words),
        "facts": [list(fact) for fact in section.facts],
        "steps": list(section.steps),
        "tables": [
            {
                "title": table.title,
                "head": list(table.head),
                "rows": [list(row) for row in table.rows],
                "empty": table.empty,
            }
            for table in section.tables
        ],
        "absent": list(section.absent),
    }


def utc_text(moment: datetime | None) -> str:
    """24 Nov 2026 02:14:05 UTC; empty where there is none."""
    if moment is None:
        return ""
    at = moment.astimezone(UTC)
    return f"{at.day} {at:%b %Y %H:%M:%S} UTC"


def both_times(moment: datetime | None, zone: str) -> str:
    """A moment as UTC and as the clock at the site showed it: 24 Nov 2026 02:14:05 UTC (03:14 CET)."""
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(zone))
    other_day = f"{local.day} {local:%b} " if local.date() != moment.astimezone(UTC).date() else ""
    return f"{utc_text(moment)} ({other_day}{local:%H:%M} {local:%Z})"
