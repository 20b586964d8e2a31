"""Periodic review: when each governed record is looked at again, and what becomes of it when nobody does.

A record is due an interval after it was last reviewed, or after it came into force where it never was; and at once after a
process change: a later version of the product's BOM or trigger definition in force, or another route.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from masterdata.rules.refusal import Refusal

#: a quarter
DAYS = 91


class ReviewKind(StrEnum):
    ITEM = "item"
    BOM = "bom_version"
    FACTOR = "unit_factor"
    TRIGGER = "trigger_definition"
    OPERATION = "operation"
    BIN = "bin"
    REASON = "reason_code"
    LABEL = "label_version"
    SUPPLIER = "supplier"


KIND_WORDS = {
    ReviewKind.ITEM: "item",
    ReviewKind.BOM: "BOM",
    ReviewKind.FACTOR: "unit factor",
    ReviewKind.TRIGGER: "trigger definition",
    ReviewKind.OPERATION: "operation",
    ReviewKind.BIN: "bin",
    ReviewKind.REASON: "reason code",
    ReviewKind.LABEL: "label",
    ReviewKind.SUPPLIER: "supplier",
}
#: whose a record is, where it names nobody
OWNERS = {
    ReviewKind.ITEM: "Engineering",
    ReviewKind.BOM: "Engineering",
    ReviewKind.FACTOR: "Engineering",
    ReviewKind.TRIGGER: "Engineering",
    ReviewKind.OPERATION: "Engineering",
    ReviewKind.BIN: "Production",
    ReviewKind.REASON: "Production",
    ReviewKind.LABEL: "Quality",
    ReviewKind.SUPPLIER: "Quality",
}


class Outcome(StrEnum):
    CONFIRMED = "confirmed"
    CHANGE_NEEDED = "change_needed"


class Urgency(StrEnum):
    ESCALATED = "escalated"
    OVERDUE = "overdue"
    DUE = "due"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Intervals:
    """Days between two reviews by kind, and after how many overdue days a review escalates."""

    days: int = DAYS
    by_kind: tuple[tuple[str, int], ...] = ()
    escalate_after: int = 14
    ahead: int = 14

    def of(self, kind: str) -> int:
        return dict(self.by_kind).get(kind, self.days)


def next_review(*, since: date, reviewed: date | None, changed: date | None, days: int) -> date:
    """The day of the next review. `since`: when it came into force; `changed`: the latest process change after the last review.

    A version that took another's place is a change itself, on the day it came into force.
    """
    base = reviewed or since
    if changed is not None and changed >= base:
        return changed
    return base + timedelta(days=days)


def urgency(due: date, today: date, intervals: Intervals) -> Urgency:
    """*due* from two weeks ahead to its day, *overdue* after it, *escalated* beyond the second limit."""
    if today > due + timedelta(days=intervals.escalate_after):
        return Urgency.ESCALATED
    if today > due:
        return Urgency.OVERDUE
    return Urgency.DUE if today >= due - timedelta(days=intervals.ahead) else Urgency.LATER


def outcome_refusals(outcome: str, remark: str, name: str) -> list[Refusal]:
    """What is missing of a review: its outcome, and a remark where something is to be changed."""
    found = []
    if outcome not in {one.value for one in Outcome}:
        found.append(Refusal("outcome_missing", f"Say what the review of {name} found.", name, "Choose an outcome."))
    if outcome == Outcome.CHANGE_NEEDED and not remark.strip():
        found.append(
            Refusal("remark_missing", f"Say what has to change at {name}.", name, "Write a remark, then sign.")
        )
    return found


def intervals_of(days: int, by_kind: str, escalate_after: int) -> Intervals:
    """From settings: `bin=365, supplier=182`. ValueError for a kind that there is not, or less than a day."""
    found = []
    for part in filter(None, (one.strip() for one in by_kind.split(","))):
        kind, _, number = (one.strip() for one in part.partition("="))
        if (
            kind not in {one.value for one in ReviewKind}
            or not number.isascii()
            or not number.isdigit()
            or int(number) < 1
        ):
            known = ", ".join(ReviewKind)
            raise ValueError(f"“{part}” is no interval of reviews: write kind=days, with one of {known}.")
        found.append((kind, int(number)))
    return Intervals(days, tuple(found), escalate_after)
