"""Deviations that the product opens by rule, set-based, inside the transaction of what caused them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from masterdata.actions.record import record_all
from masterdata.models import Person, Site
from traceability.actions.open_quality_record import due_day
from traceability.actions.quality_numbers import take_record_numbers
from traceability.models import QualityLink, QualityNote, QualityRecord
from traceability.rules.vocabulary import QualityKind


@dataclass(frozen=True, slots=True)
class Happening:
    """A report that calls for a deviation: why (a code), in words, and the order it is for (0: unknown)."""

    event_id: UUID
    cause: str
    title: str
    text: str
    order_id: int = 0


def open_deviations(
    *, site_id: int, happenings: Sequence[Happening], now: datetime, person: Person | None = None
) -> list[QualityRecord]:
    """Open one deviation for each report that has none yet; where there is one, what happened is noted in it.

    The caller holds the reports' rows, so that nobody opens a second one meanwhile. A repeated cause adds no second note.
    """
    if not happenings:
        return []
    events = [one.event_id for one in happenings]
    known = {row.opened_for: row for row in QualityRecord.objects.filter(site_id=site_id, opened_for__in=events)}
    noted = set(QualityNote.objects.filter(record__in=known.values()).values_list("record_id", "step"))
    notes = []
    for one in happenings:
        there = known.get(one.event_id)
        if there is not None and (there.pk, one.cause) not in noted:
            notes.append(QualityNote(record=there, at=now, person=person, step=one.cause, text=one.text))
    new = {one.event_id: one for one in happenings if one.event_id not in known}
    made = _open(site_id, list(new.values()), now, person) if new else []
    for row in made:
        one = new[row.opened_for]  # type: ignore[index]
        notes.append(QualityNote(record=row, at=now, person=person, step=one.cause, text=one.text))
    QualityNote.objects.bulk_create(notes)
    return made


def _open(site_id: int, new: list[Happening], now: datetime, person: Person | None) -> list[QualityRecord]:
    due_on = due_day(Site.objects.get(pk=site_id), now)
    numbers = take_record_numbers(site_id=site_id, kind=QualityKind.DEVIATION, count=len(new))
    made = record_all(
        [
            QualityRecord(
                site_id=site_id,
                kind=QualityKind.DEVIATION,
                number=number,
                title=one.title[:160],
                description=one.text,
                cause=one.cause,
                due_on=due_on,
                opened_by=person,
                opened_at=now,
                opened_for=one.event_id,
            )
            for number, one in zip(numbers, new, strict=True)
        ],
        actor=person,
        reason="opened by rule",
    )
    links = []
    for row, one in zip(made, new, strict=True):
        links.append(QualityLink(record=row, event_id=one.event_id))
        if one.order_id:
            links.append(QualityLink(record=row, order_id=one.order_id))
    QualityLink.objects.bulk_create(links)
    return made
