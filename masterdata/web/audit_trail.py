"""The audit trail on one page: who changed which record when and why, old against new; searched, and as a file."""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import DateTimeField
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from masterdata.models import AuditEvent
from masterdata.pages import figures, lists
from masterdata.pages.access import desk_page, the_site
from masterdata.pages.histories import Names
from masterdata.queries.audit_trail import (
    ActorNames,
    about,
    actors_called,
    audit_events,
    audited_tables,
    changes_of,
    name_of,
)
from masterdata.rules.duties import Duty

DAYS = 7
MOST_CHANGES = 6
_DONE = {"insert": "created", "update": "changed", "delete": "removed", "found": "stood there already"}


@desk_page(Duty.READ_AUDIT_TRAIL)
def audit_trail(request: HttpRequest) -> HttpResponse:
    """The last days, or whatever is asked for; the newest first."""
    since = timezone.localdate() - timedelta(days=DAYS)
    filters = lists.filtered(
        request,
        [
            lists.Filter("kind", "Kind of record", [(table, _kind(table)) for table in audited_tables()]),
            lists.Filter("record", "Record (its code or number)"),
            lists.Filter("who", "Who"),
            lists.Filter("done", "What", list(_DONE.items())),
            lists.Filter("from", "From", kind="date", value=since.isoformat()),
            lists.Filter("to", "To", kind="date"),
        ],
    )
    asked = lists.values(filters)
    rows = audit_events(the_site(request).pk)
    if asked["kind"]:
        rows = rows.filter(tbl=asked["kind"])
    if asked["record"]:
        rows = about(rows, asked["record"])
    if asked["who"]:
        rows = rows.filter(actors_called(asked["who"]))
    if asked["done"]:
        rows = rows.filter(op=asked["done"])
    if first := lists.as_day(asked["from"]):
        rows = rows.filter(at__gte=lists.day_begins(first))
    if last := lists.as_day(asked["to"]):
        rows = rows.filter(at__lt=lists.day_begins(last + timedelta(days=1)))
    listing = lists.Listing(
        name="events",
        rows=rows,
        order="-at",
        file="audit-trail",
        filters=filters,
        all_url=f"?from={lists.FIRST_DAY.isoformat()}",
        empty="Nothing was changed that fits.",
        empty_hint="Look further back, or leave a field empty.",
        columns=_columns(ActorNames()),
        context={
            "title": "Audit trail",
            "intro": "Every change of a record, whatever made it: a screen, the API, a service or a hand at the database.",
        },
    )
    return lists.show_list(request, listing)


def _model(table: str) -> Any:
    """The model of `traceability_materiallot`; None where none is known any more."""
    return next((one for one in apps.get_models(include_auto_created=True) if one._meta.db_table == table), None)


def _kind(table: str) -> str:
    model = _model(table)
    return str(model._meta.verbose_name) if model else table


class _Told:
    """Kinds and changes in words; each table and each record that is named is looked up once."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}
        self._fields: dict[str, dict[str, Any]] = {}
        self._names = Names()

    def kind(self, row: AuditEvent) -> str:
        return self._kinds.setdefault(row.tbl, _kind(row.tbl))

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


def _columns(names: ActorNames) -> list[lists.Column]:
    told = _Told()
    return [
        lists.Column(
            "When", lambda row: {**lists.moment(row.at), "text": figures.when(row.at, seconds=True)}, sort="at"
        ),
        lists.Column("Who", lambda row: lists.text(_who(row, names)), sort="who", by="actor"),
        lists.Column("Record", lambda row: lists.text(f"{told.kind(row)} {name_of(row)}"), sort="record", by="tbl"),
        lists.Column("What", lambda row: lists.text(_DONE[row.op]), sort="what", by="op"),
        lists.Column("Old → new", told.changes),
        lists.Column("Why", lambda row: lists.text(row.reason)),
        lists.Column("Database role", lambda row: lists.text(row.db_user, soft=True)),
    ]


def _who(row: AuditEvent, names: ActorNames) -> str:
    who = names.of(row.actor)
    return f"{who} for {row.on_behalf}" if row.on_behalf else who
