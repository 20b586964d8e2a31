"""Times of versions in a sheet: when a proposed one begins, what stands of an approved one, and that each ends with the next."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from masterdata.rules.sheet_table import Faults

_TIMES = ("effective_from", "effective_to")


def successors(versions: Iterable[tuple[tuple[str, ...], str, str]]) -> dict[tuple[tuple[str, ...], str], str]:
    """When the next version of the same record begins, by record and version. `versions`: record, number, beginning.

    A version without a number, and one whose successor says no time, has none.
    """
    found: dict[tuple[tuple[str, ...], str], str] = {}
    by_record: dict[tuple[str, ...], list[tuple[int, str, str]]] = {}
    for record, number, start in versions:
        if number:
            by_record.setdefault(record, []).append((int(number), number, start))
    for record, rows in by_record.items():
        rows.sort()
        for one, other in pairwise(rows):
            found[(record, one[1])] = other[2]
    return found


def start_of(
    sheet: str,
    row: int,
    stored: Mapping[str, str] | None,
    values: Mapping[str, str],
    name: str,
    faults: Faults,
    successor: str = "",
) -> str:
    """From when on a proposed version is to hold. Times that stand there from the version before it say nothing of it.

    `successor`: when the next version of the file begins, which is where this one ends.
    """
    before = stored or {}
    start, end = values["effective_from"], values["effective_to"]
    if end and end not in (before.get("effective_to"), successor):
        sentence = f"{name} ends when its successor takes effect; an end of its own cannot be proposed."
        remedy = f"Leave the cell empty, or write {successor}." if successor else "Leave the cell empty."
        faults.at(sheet, row, "effective_to", "end_is_not_proposed", sentence, remedy)
    if start and successor and successor.rstrip("Z") <= start.rstrip("Z"):
        sentence = f"The version after {name} begins at {successor}, which is not later."
        faults.at(
            sheet, row, "effective_from", "times_out_of_order", sentence, "Let each version begin after the last."
        )
    return "" if start == before.get("effective_from") else start


def times_stand(
    sheet: str,
    row: int,
    stored: Mapping[str, str],
    values: Mapping[str, str],
    name: str,
    faults: Faults,
    successor: str = "",
) -> bool:
    """Whether the times of an approved version are as they were signed. Empty cells say nothing of them.

    One that is still open ends where its `successor` of the file begins, once that is signed.
    """
    fine = True
    for column in _TIMES:
        text = values[column]
        ends_later = column == "effective_to" and not stored[column] and text == successor
        if text and text != stored[column] and not ends_later:
            sentence = f"{name} is approved, with {column.replace('_', ' ')} {stored[column] or 'open'}."
            faults.at(sheet, row, column, "times_stand", sentence, "Leave the time as it was, or the cell empty.")
            fine = False
    return fine
