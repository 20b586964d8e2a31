"""Invariants: sentences about the ledger, each with a query that returns a row for every place where it is not so."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True)
class Invariant:
    """`name` is the file's, which begins with its number; `sentence` says what holds."""

    name: str
    sentence: str
    sql: str


@dataclass(frozen=True, slots=True)
class Violation:
    """One row that should not be: column names and values."""

    invariant: Invariant
    row: dict[str, Any]

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self.row.items() if value is not None)


def read_invariants(folder: Path) -> list[Invariant]:
    """The invariants of a folder by name: files of SQL whose leading comment is the sentence."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        comment = []
        for line in text.splitlines():
            if not line.startswith("--"):
                break
            comment.append(line.removeprefix("--").strip())
        found.append(Invariant(path.stem, " ".join(comment), text))
    return found


def violations_of(invariant: Invariant, limit: int = 20) -> Iterator[Violation]:
    """Up to `limit` rows that break an invariant."""
    with connection.cursor() as cursor:
        cursor.execute(invariant.sql)
        columns = [column.name for column in cursor.description]
        for row in cursor.fetchmany(limit):
            yield Violation(invariant, dict(zip(columns, row, strict=True)))
