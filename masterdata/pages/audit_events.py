"""Events of the audit trail in words: what kind of record, what was done, old against new, and by whom."""

from typing import Any

from django.apps import apps
from django.db.models import DateTimeField

from masterdata.models import AuditEvent
from masterdata.pages import figures, lists
from masterdata.pages.histories import Names
from masterdata.queries.audit_trail import ActorNames, changes_of

MOST_CHANGES = 6
DONE = {"insert": "created", "update": "changed", "delete": "removed", "found": "stood there already"}


def _model(table: str) -> Any:
    """The model of `traceability_materiallot`; None where none is known any more."""
    return next((one for one in apps.get_models(include_auto_created=True) if one._meta.db_table == table), None)


def kind_of(table: str) -> str:
    model = _model(table)
    return str(model._meta.verbose_name) if model else table


class Told:
    """Kinds and changes in words; each table and each record that is named is looked up once."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}
        self._fields: dict[str, dict[str, Any]] = {}
        self._names = Names()

    def kind(self, row: AuditEvent) -> str:
        return self._kinds.setdefault(row.tbl, kind_of(row.tbl))

    def changes(self, row: AuditEvent) -> lists.Cell:
        """The first few on the page, all of them in the file."""
        if row.tbl not in self._fields:
            model = _model(row.tbl)
            self._fields[row.tbl] = {one.column: one for one in model._meta.concrete_fields} if model else {}
        told = [self._change(row, name, old, new) for name, old, new in changes_of(row)]
        more = len(told) - MOST_CHANGES
        shown = "; ".join(told[:MOST_CHANGES]) + (f"; and {more} more" if more > 0 else "")
        return {**lists.text(shown), "raw": "; ".join(told)}

    def _change(self, row: AuditEvent, column: str, old: Any, new: Any) -> str:
        field = self._fields[row.tbl].get(column)
        name = figures.words(field.name if field else column)
        if row.op == "update":
            return f"{name}: {self._shown(field, old)} → {self._shown(field, new)}"
        return f"{name}: {self._shown(field, old if row.op == 'delete' else new)}"

    def _shown(self, field: Any, value: Any) -> str:
        """As histories show it; the trail has moments as text, and columns that are gone."""
        if field is None:
            return str(value)
        return (
            self._names.shown(field, field.to_python(value) if isinstance(field, DateTimeField) else value) or "nothing"
        )


def who_of(row: AuditEvent, names: ActorNames) -> str:
    who = names.of(row.actor)
    return f"{who} for {row.on_behalf}" if row.on_behalf else who
