"""Histories of records as screens show them: who changed what, when and why, old against new, newest first."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models

from masterdata.actions.record import subject_of
from masterdata.models import Person, Signature
from masterdata.pages.figures import figure, when, words
from masterdata.rules.plant_words import role_words
from masterdata.rules.secret_columns import SECRET_COLUMNS

_KINDS = {"+": "created", "~": "changed", "-": "taken out"}
#: `base`: a whole record as it stood at submission, which its request shows field by field
_SILENT = SECRET_COLUMNS | {"id", "base"}
MOST = 200


def history_of(
    *records: models.Model, related: Iterable[tuple[str | Callable[[Any], str], Any]] = ()
) -> list[dict[str, Any]]:
    """Entries for the `history` component; of several records, each by its name.

    `related`: (words before the change, or what makes them from a row; history QuerySet) of parts of the record.
    """
    rows: list[tuple[str, Any]] = []
    for one in records:
        name = f"{one._meta.verbose_name} {subject_of(one)}" if len(records) > 1 else ""
        rows += [(name, row) for row in one.history.all()[:MOST]]  # type: ignore[attr-defined]
    for prefix, histories in related:
        newest = histories.order_by("-history_date", "-history_id")[:MOST]
        rows += [(prefix(row) if callable(prefix) else prefix, row) for row in newest]
    names = Names()
    before: dict[tuple[type, Any], Any] = {}
    entries = []
    for prefix, row in sorted(rows, key=lambda pair: (pair[1].history_date, pair[1].history_id)):
        key = (type(row), row.id)
        changes = _changes(before.get(key), row, names)
        before[key] = row
        if row.history_type == "~" and not changes:
            continue
        entries.append(
            {
                "at": when(row.history_date, seconds=True),
                "who": names.person(row.history_user_id),
                "kind": row.history_type,
                "parts": [prefix],
                "why": row.history_change_reason or "",
                "changes": changes if row.history_type == "~" else [],
            }
        )
    return _gathered(entries[::-1])[:MOST]


def _gathered(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Parts that one person made or took out in one step stand in one entry."""
    found: list[dict[str, Any]] = []
    for entry in entries:
        last = found[-1] if found else None
        same = last is not None and all(last[name] == entry[name] for name in ("at", "who", "why"))
        if same and last and not last["changes"] and not entry["changes"] and last["kind"] == entry["kind"]:
            last["parts"] = [*entry["parts"], *last["parts"]]
        else:
            found.append({**entry})
    for entry in found:
        named = list(dict.fromkeys(part for part in entry["parts"] if part))
        whole = _KINDS[entry["kind"]]
        entry["what"] = f"{', '.join(named)} {whole}" if len(named) == len(set(entry["parts"])) else _with(whole, named)
    return found


def _with(whole: str, named: list[str]) -> str:
    return f"{whole}, with {', '.join(named)}" if named else whole


def _changes(old: Any, new: Any, names: "Names") -> list[dict[str, str]]:
    if old is None:
        return []
    found = []
    for field in new.tracked_fields:
        if field.name in _SILENT:
            continue
        was, now = getattr(old, field.attname), getattr(new, field.attname)
        if was != now:
            found.append({"field": words(field.name), "old": names.shown(field, was), "new": names.shown(field, now)})
    return found


def _name_of(row: models.Model) -> str:
    return f"{row.printed_name} ({row.meaning})" if isinstance(row, Signature) else str(row)


class Names:
    """Names of people and referenced rows, each looked up once."""

    def __init__(self) -> None:
        self._people: dict[int, str] = {}
        self._rows: dict[tuple[type[models.Model], Any], str] = {}

    def person(self, key: int | None) -> str:
        if key is None:
            return "the system"
        if key not in self._people:
            self._people.update(Person.objects.values_list("id", "name"))
        return self._people.get(key, str(key))

    def shown(self, field: Any, value: Any) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, dict):
            return "; ".join(f"{words(name)}: {part}" for name, part in self._parts(field, value)) or "none"
        if isinstance(value, list):
            whole = any(isinstance(one, dict) for one in value)
            return "; ".join(self.shown(field, one) if whole else role_words(str(one)) for one in value) or "none"
        if field.is_relation:
            return self._row(field.related_model, value)
        if hasattr(value, "tzinfo"):
            return when(value)
        if isinstance(field, models.DecimalField):
            return figure(value)
        return words(value) if field.choices else str(value)

    def _parts(self, field: Any, value: dict[str, Any]) -> list[tuple[str, str]]:
        told = [(name, self.shown(field, part)) for name, part in value.items()]
        return [(name, part) for name, part in told if part]

    def _row(self, model: type[models.Model], key: Any) -> str:
        known = (model, key)
        if known not in self._rows:
            row = model._default_manager.filter(pk=key).first()
            self._rows[known] = _name_of(row) if row is not None else str(key)
        return self._rows[known]
