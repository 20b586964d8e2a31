"""When each governed record is due for review: one row a record, computed from what it is and what was signed of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from masterdata.models import (
    Bin,
    BinService,
    BomVersion,
    Item,
    LabelVersion,
    Operation,
    PeriodicReview,
    ReasonCode,
    Supplier,
    TriggerDefinition,
    UnitFactor,
)
from masterdata.queries.contents import bom_content, factor_content, time_text, trigger_content
from masterdata.rules.reviews import (
    OWNERS,
    Intervals,
    Outcome,
    ReviewKind,
    Urgency,
    next_review,
    urgency,
)
from masterdata.rules.vocabulary import RecordState

PROCESS = (ReviewKind.ITEM, ReviewKind.BOM, ReviewKind.TRIGGER, ReviewKind.OPERATION)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A governed record with its reviews. `because`: words where a process change made it due; `author_id`: who wrote it."""

    kind: ReviewKind
    key: int
    name: str
    owner: str
    author_id: int | None
    last: PeriodicReview | None
    due: date
    urgency: Urgency
    because: str = ""


@dataclass(frozen=True, slots=True)
class _Record:
    key: int
    name: str
    item_id: int | None
    since: datetime | None
    owner: str = ""
    author_id: int | None = None


def reviews_due(now: datetime, kinds: Iterable[str] = tuple(ReviewKind)) -> list[Reviewed]:
    """Every record of these kinds, the longest overdue first."""
    found = [one for kind in kinds for one in _of_kind(ReviewKind(kind), now)]
    return sorted(found, key=lambda one: (one.due, one.kind, one.name))


def review_of(kind: str, key: int, now: datetime) -> Reviewed | None:
    """One record; None where there is none, or none that is in force."""
    if kind not in set(ReviewKind):
        return None
    return next(iter(_of_kind(ReviewKind(kind), now, key)), None)


def reviews_signed(kind: str, key: int) -> QuerySet[PeriodicReview]:
    """What was signed of a record, the newest first."""
    rows = PeriodicReview.objects.filter(kind=kind, record_key=key)
    return rows.select_related("person", "signature").order_by("-at", "-id")


def overdue_counts(now: datetime) -> tuple[int, int]:
    """How many are overdue, and how many of those are escalated."""
    found = [one.urgency for one in reviews_due(now)]
    escalated = found.count(Urgency.ESCALATED)
    return found.count(Urgency.OVERDUE) + escalated, escalated


def _of_kind(kind: ReviewKind, now: datetime, key: int | None = None) -> list[Reviewed]:
    records = _READERS[kind](now, key)
    kept: Intervals = settings.REVIEW_INTERVALS
    today = timezone.localdate(now)
    last = _last(kind, key)
    changes = _changes(now, {one.item_id for one in records if one.item_id}) if kind in PROCESS and records else {}
    found = []
    for one in records:
        review = last.get(one.key)
        changed = changes.get(one.item_id or 0)
        after = timezone.localdate(changed[0]) if changed else None
        since = timezone.localdate(one.since) if one.since else today
        reviewed = timezone.localdate(review.at) if review else None
        if changed and review and changed[0] <= review.at:
            after = None
        due = next_review(since=min(since, today), reviewed=reviewed, changed=after, days=kept.of(kind))
        found.append(
            Reviewed(
                kind,
                one.key,
                one.name,
                one.owner or OWNERS[kind],
                one.author_id,
                review,
                due,
                urgency(due, today, kept),
                changed[1] if changed and due == after else "",
            )
        )
    return found


def _last(kind: ReviewKind, key: int | None) -> dict[int, PeriodicReview]:
    rows = PeriodicReview.objects.filter(kind=kind, **({} if key is None else {"record_key": key}))
    newest = rows.select_related("person").order_by("record_key", "-at", "-id").distinct("record_key")
    return {row.record_key: row for row in newest}


def _changes(now: datetime, items: set[int | None]) -> dict[int, tuple[datetime, str]]:
    """The latest process change by product: not its first version, but each one that took another's place; and its route."""
    found: dict[int, tuple[datetime, str]] = {}

    def note(item_id: int, at: Any, words: str) -> None:
        if item_id not in found or at > found[item_id][0]:
            found[item_id] = (at, words)

    approved = Q(item_id__in=items, state=RecordState.APPROVED, effective_from__lte=now)
    first: dict[tuple[Any, ...], bool] = {}
    boms = BomVersion.objects.filter(approved).order_by("effective_from", "number")
    for item_id, number, at in boms.values_list("item_id", "number", "effective_from"):
        if first.setdefault(("bom", item_id), True):
            first[("bom", item_id)] = False
            continue
        note(item_id, at, f"BOM version {number} is in force")
    triggers = TriggerDefinition.objects.filter(approved).order_by("effective_from", "version")
    for item_id, operation, line, version, at in triggers.values_list(
        "item_id", "operation_number", "line_id", "version", "effective_from"
    ):
        if first.setdefault(("trigger", item_id, operation, line), True):
            first[("trigger", item_id, operation, line)] = False
            continue
        note(item_id, at, f"version {version} of the trigger definition of operation {operation} is in force")
    # a route that was set up before the first BOM was approved is no change of it; times of recording on both sides
    approvals = BomVersion.history.filter(item_id__in=items, state=RecordState.APPROVED)
    begun = dict(approvals.values_list("item_id").annotate(first=Min("history_date")))
    route = Operation.history.filter(item_id__in=items).values_list("item_id", "number", "history_date")
    for item_id, number, at in route:
        if item_id in begun and begun[item_id] < at <= now:
            note(item_id, at, f"operation {number} of the route was changed")
    return found


def _since(model: Any, keys: Iterable[int]) -> dict[int, datetime]:
    """When each row was made, from its history."""
    rows = model.history.filter(id__in=list(keys)).values_list("id").annotate(first=Min("history_date"))
    return dict(rows)


def _plain(model: Any, naming: Callable[[Any], str], owner: Callable[[Any], str] = lambda row: "", **where: Any) -> Any:
    """A reader of records that are in force as they stand."""

    def read(now: datetime, key: int | None) -> list[_Record]:
        rows = model.objects.filter(**where, **({} if key is None else {"pk": key}))
        rows = list(rows.select_related("item") if hasattr(model, "item") else rows)
        since = _since(model, [row.pk for row in rows])
        return [_Record(row.pk, naming(row), _item_of(row), since.get(row.pk), owner(row)) for row in rows]

    return read


def _item_of(row: Any) -> int | None:
    if isinstance(row, Item):
        return row.pk
    return row.item_id if isinstance(row, Operation) else None


def _versions(model: Any, naming: Callable[[Any], str], within: tuple[str, ...]) -> Any:
    """A reader of versions: of each record the one in force."""

    def read(now: datetime, key: int | None) -> list[_Record]:
        rows = model.objects.filter(state=RecordState.APPROVED, effective_from__lte=now)
        rows = rows.filter(Q(effective_to__isnull=True) | Q(effective_to__gt=now))
        rows = rows.select_related("item", "author").order_by(*within, "-effective_from", "-pk").distinct(*within)
        return [
            _Record(row.pk, naming(row), row.item_id, row.effective_from, row.author.name, row.author_id)
            for row in rows
            if key is None or row.pk == key
        ]

    return read


def _labels(now: datetime, key: int | None) -> list[_Record]:
    rows = LabelVersion.objects.filter(approved_at__lte=now).filter(
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=now)
    )
    if key is not None:
        rows = rows.filter(pk=key)
    return [
        _Record(row.pk, f"{row.item.code} label {row.number}", row.item_id, row.approved_at)
        for row in rows.select_related("item")
    ]


_READERS: dict[ReviewKind, Callable[[datetime, int | None], list[_Record]]] = {
    ReviewKind.ITEM: _plain(Item, lambda row: row.code),
    ReviewKind.BOM: _versions(BomVersion, str, ("item_id",)),
    ReviewKind.FACTOR: _versions(
        UnitFactor,
        lambda row: f"{row.item.code} {row.from_unit.code} → {row.to_unit.code} v{row.version}",
        ("item_id", "from_unit_id", "to_unit_id"),
    ),
    ReviewKind.TRIGGER: _versions(
        TriggerDefinition,
        lambda row: f"{row.item.code} {row.operation_number} v{row.version}",
        ("item_id", "operation_number", "line_id"),
    ),
    ReviewKind.OPERATION: _plain(Operation, lambda row: f"{row.item.code} {row.number} {row.name}"),
    ReviewKind.BIN: _plain(Bin, lambda row: row.code),
    ReviewKind.REASON: _plain(ReasonCode, lambda row: row.code, lambda row: row.owner, active=True),
    ReviewKind.LABEL: _labels,
    ReviewKind.SUPPLIER: _plain(Supplier, lambda row: row.code),
}
_MODELS = {
    ReviewKind.ITEM: Item,
    ReviewKind.OPERATION: Operation,
    ReviewKind.BIN: Bin,
    ReviewKind.REASON: ReasonCode,
    ReviewKind.LABEL: LabelVersion,
    ReviewKind.SUPPLIER: Supplier,
}


def record_content(kind: ReviewKind, key: int) -> dict[str, Any]:
    """What a record says, as it is shown to the reviewer and signed."""
    if kind == ReviewKind.BOM:
        return bom_content(BomVersion.objects.select_related("item", "base_unit", "author").get(pk=key))
    if kind == ReviewKind.FACTOR:
        return factor_content(UnitFactor.objects.get(pk=key))
    if kind == ReviewKind.TRIGGER:
        return trigger_content(TriggerDefinition.objects.get(pk=key))
    row = _MODELS[kind]._default_manager.get(pk=key)  # type: ignore[attr-defined]
    content: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name in ("id", "signature"):
            continue
        value = getattr(row, field.name)
        if isinstance(value, datetime):
            content[field.name] = time_text(value)
        elif value is None or isinstance(value, bool | int):
            content[field.name] = value
        else:
            content[field.name] = str(value)
    if kind == ReviewKind.BIN:
        services = BinService.objects.filter(bin_id=key).select_related("line")
        content["serves"] = sorted(f"{one.line.code} {one.operation_number}".strip() for one in services)
    return content


def review_content(found: Reviewed, *, outcome: str, remark: str, next_on: date) -> dict[str, Any]:
    """Exactly what is signed of a review: the record as it stands, and what the reviewer says of it."""
    return {
        "kind": found.kind.value,
        "record": found.name,
        "says": record_content(found.kind, found.key),
        "outcome": Outcome(outcome).value,
        "remark": remark.strip(),
        "next_review": next_on.isoformat(),
    }
