"""Saving of governed rows: checked first, then written with a history row that names who and why."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from masterdata.models import Person
from masterdata.rules.refusal import Refusal, Refused

Row = TypeVar("Row", bound=models.Model)
REASON_LENGTH = 100  # of the history tables; the audit trail keeps the whole reason
BATCH = 500
_VIOLATED = re.compile(r"Constraint “(\w+)” is violated")


def record(row: Row, *, actor: object, reason: str = "", changed: Iterable[str] | None = None) -> Row:
    """Check and save one row. `changed` names the fields to write (default: all). Refused with every fault of it."""
    faults = faults_in(row)
    if faults:
        raise Refused(*faults)
    _sign_history(row, actor, reason)
    try:
        row.save(update_fields=None if changed is None else list(changed))
    except IntegrityError as error:
        raise Refused(_collision(row, error)) from error
    finally:  # who saves the same row next is somebody else
        del row._history_user  # type: ignore[attr-defined]
    return row


def record_all(rows: Sequence[Row], *, actor: object, reason: str = "") -> list[Row]:
    """Insert many rows of one table with their history rows, set-based. Fields are checked, references are not."""
    if not rows:
        return []
    faults = [fault for row in rows for fault in _field_faults(row, skip_references=True)]
    if faults:
        raise Refused(*faults)
    return bulk_create_with_history(
        list(rows),
        type(rows[0]),
        batch_size=BATCH,
        default_user=_history_user(actor),
        default_change_reason=reason[:REASON_LENGTH],
    )


def change_all(rows: Sequence[Row], fields: Sequence[str], *, actor: object, reason: str = "") -> None:
    """Update the same fields of many rows of one table with their history rows."""
    if rows:
        bulk_update_with_history(
            list(rows),
            type(rows[0]),
            list(fields),
            batch_size=BATCH,
            default_user=_history_user(actor),
            default_change_reason=reason[:REASON_LENGTH],
        )


def faults_in(row: models.Model) -> list[Refusal]:
    """Every fault of a row: of its fields, then of its uniqueness and constraints."""
    faults = _field_faults(row, skip_references=False)
    if faults:
        return faults
    try:
        row.full_clean(exclude=_empty_but_allowed(row))
    except ValidationError as error:
        return _refusals(row, error)
    return []


def _field_faults(row: models.Model, *, skip_references: bool) -> list[Refusal]:
    """Faults of single fields. Skipping references saves a query for each of them, where their existence is known."""
    exclude = _empty_but_allowed(row)
    if skip_references:
        exclude |= {field.name for field in row._meta.concrete_fields if field.is_relation}
    try:
        row.clean_fields(exclude=exclude)
    except ValidationError as error:
        return _refusals(row, error)
    return []


def _empty_but_allowed(row: models.Model) -> set[str]:
    """Null columns that are null: Django would call them blank."""
    return {field.name for field in row._meta.concrete_fields if field.null and getattr(row, field.attname) is None}


def _refusals(row: models.Model, error: ValidationError) -> list[Refusal]:
    found = []
    for field, faults in error.error_dict.items():
        for fault in faults:
            text, code = " ".join(fault.messages), str(fault.code or "invalid")
            law = _VIOLATED.search(text)
            if law:  # the names of our constraints are sentences
                text, code = f"{_words(law[1])}.", law[1]
            shown = text if field == NON_FIELD_ERRORS else f"{_words(field)}: {text}"
            found.append(Refusal(code, _sentence(row, shown), subject_of(row), "Mend it and try again."))
    return found


def _sentence(row: models.Model, text: str) -> str:
    return f"{_words(row._meta.model_name or '')} {subject_of(row)}: {text}"


def subject_of(row: Any) -> str:
    """The code, number or name by which people know the row."""
    for name in ("code", "number", "username"):
        value = getattr(row, name, "")
        if value:
            return str(value)
    return ""


def _collision(row: models.Model, error: IntegrityError) -> Refusal:
    """Somebody else was faster, or a law of the database was not foreseen: its name is a sentence."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or "refused_by_the_database"
    return Refusal(name, _sentence(row, _words(name)), subject_of(row), "Look at what is there, then try again.")


def _words(name: str) -> str:
    return name.replace("_", " ")


def _sign_history(row: models.Model, actor: object, reason: str) -> None:
    row._history_user = _history_user(actor)  # type: ignore[attr-defined]
    row._change_reason = reason[:REASON_LENGTH]  # type: ignore[attr-defined]


def _history_user(actor: object) -> Person | None:
    return actor if isinstance(actor, Person) else None
