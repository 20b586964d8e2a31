"""What became of a governed record that is not in force: replaced and by what, ended, not approved yet, or taken out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import Q

from masterdata.models import (
    Bin,
    BomVersion,
    Item,
    LabelVersion,
    Operation,
    ReasonCode,
    Supplier,
    TriggerDefinition,
    UnitFactor,
)
from masterdata.queries.reviews import reviews_signed
from masterdata.rules.reviews import ReviewKind
from masterdata.rules.vocabulary import RecordState


class Became(StrEnum):
    REPLACED = "replaced"
    ENDED = "ended"
    AWAITED = "awaited"
    UNAPPROVED = "unapproved"
    OUT_OF_USE = "out of use"
    TAKEN_OUT = "taken out"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """`successor`: key and name of what is in force in its place. `present`: whether the record can still be opened."""

    name: str
    became: Became
    at: datetime | None = None
    state: str = ""
    successor: tuple[int, str] | None = None
    present: bool = True


#: the table of each kind of record that is reviewed
REVIEWED: dict[ReviewKind, type[models.Model]] = {
    ReviewKind.ITEM: Item,
    ReviewKind.BOM: BomVersion,
    ReviewKind.FACTOR: UnitFactor,
    ReviewKind.TRIGGER: TriggerDefinition,
    ReviewKind.OPERATION: Operation,
    ReviewKind.BIN: Bin,
    ReviewKind.REASON: ReasonCode,
    ReviewKind.LABEL: LabelVersion,
    ReviewKind.SUPPLIER: Supplier,
}
#: what versions of one record have in common
_SAME: dict[ReviewKind, tuple[str, ...]] = {
    ReviewKind.BOM: ("item_id",),
    ReviewKind.FACTOR: ("item_id", "from_unit_id", "to_unit_id"),
    ReviewKind.TRIGGER: ("item_id", "operation_number", "line_id"),
    ReviewKind.LABEL: ("item_id",),
}


def whereabouts(kind: ReviewKind, key: int, now: datetime) -> Whereabouts | None:
    """Of a record that no review is due for. None: there never was one of this key."""
    model: Any = REVIEWED[kind]
    row = model._default_manager.filter(pk=key).first()
    if row is None:
        return _taken_out(kind, key, now)
    if kind == ReviewKind.LABEL:
        return _label(row, now)
    if kind in _SAME:
        return _version(kind, row, now)
    name = _name(kind, row, key)
    changed = row.history.order_by("-history_date", "-history_id").first()
    return Whereabouts(name, Became.OUT_OF_USE, changed.history_date if changed else None)


def _version(kind: ReviewKind, row: Any, now: datetime) -> Whereabouts:
    name, heir = _name(kind, row, row.pk), _in_force(kind, row, now)
    if row.state != RecordState.APPROVED:
        waits = "waiting for signatures" if row.state == RecordState.SUBMITTED else row.state
        return Whereabouts(name, Became.UNAPPROVED, None, waits, heir)
    if row.effective_from > now:
        return Whereabouts(name, Became.AWAITED, row.effective_from, "", heir)
    ended = row.effective_to if row.effective_to and row.effective_to <= now else None
    if heir is None:
        return Whereabouts(name, Became.ENDED, ended)
    # the first that came after it: what is in force now may have replaced yet another
    later = _rivals(kind, row).filter(
        Q(effective_from__gt=row.effective_from) | Q(effective_from=row.effective_from, pk__gt=row.pk),
        state=RecordState.APPROVED,
    )
    first = later.order_by("effective_from", "pk").first()
    times = [at for at in (ended, first.effective_from if first else None) if at is not None]
    return Whereabouts(name, Became.REPLACED, min(times, default=None), "", heir)


def _label(row: LabelVersion, now: datetime) -> Whereabouts:
    name, heir = _name(ReviewKind.LABEL, row, row.pk), _in_force(ReviewKind.LABEL, row, now)
    if row.approved_at is None or row.approved_at > now:
        return Whereabouts(name, Became.UNAPPROVED, None, "not approved", heir)
    return Whereabouts(name, Became.REPLACED if heir else Became.ENDED, row.withdrawn_at, "", heir)


def _taken_out(kind: ReviewKind, key: int, now: datetime) -> Whereabouts | None:
    """A record whose row is gone: its history still knows whose version it was."""
    model: Any = REVIEWED[kind]
    last = model.history.filter(id=key).order_by("-history_date", "-history_id").first()
    signed = reviews_signed(kind, key).first()
    if last is None:
        return Whereabouts(signed.name, Became.TAKEN_OUT, present=False) if signed else None
    heir = _in_force(kind, last, now) if kind in _SAME else None
    name = signed.name if signed else _name(kind, last.instance, key)
    return Whereabouts(name, Became.TAKEN_OUT, last.history_date, "", heir, present=False)


def _rivals(kind: ReviewKind, row: Any) -> Any:
    model: Any = REVIEWED[kind]
    return model.objects.filter(**{name: getattr(row, name) for name in _SAME[kind]})


def _in_force(kind: ReviewKind, row: Any, now: datetime) -> tuple[int, str] | None:
    """Key and name of the version of the same record that is in force."""
    rows = _rivals(kind, row)
    if kind == ReviewKind.LABEL:
        rows = rows.filter(approved_at__lte=now).filter(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=now))
        found = rows.order_by("-number").first()
    else:
        rows = rows.filter(state=RecordState.APPROVED, effective_from__lte=now)
        rows = rows.filter(Q(effective_to__isnull=True) | Q(effective_to__gt=now))
        found = rows.order_by("-effective_from", "-pk").first()
    return (found.pk, _name(kind, found, found.pk)) if found is not None else None


_NAMES: dict[ReviewKind, Callable[[Any], str]] = {
    ReviewKind.FACTOR: lambda row: f"{row.item.code} {row.from_unit.code} → {row.to_unit.code} v{row.version}",
    ReviewKind.TRIGGER: lambda row: f"{row.item.code} {row.operation_number} v{row.version}",
    ReviewKind.OPERATION: lambda row: f"{row.item.code} {row.number} {row.name}",
    ReviewKind.LABEL: lambda row: f"{row.item.code} label {row.number}",
    ReviewKind.BOM: lambda row: f"{row.item.code} v{row.number}",
}


def _name(kind: ReviewKind, row: Any, key: int) -> str:
    """As in the list of reviews; of a row whose item is gone as well, its key."""
    try:
        return _NAMES[kind](row) if kind in _NAMES else str(row)
    except models.ObjectDoesNotExist:
        return str(key)
