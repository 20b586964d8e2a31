"""The audit trail on one page: who changed which record when and why, old against new; searched, and as a file."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from masterdata.pages import figures, lists
from masterdata.pages.access import desk_page, the_site
from masterdata.pages.audit_events import DONE, Told, kind_of, who_of
from masterdata.queries.audit_trail import (
    ActorNames,
    about,
    actors_called,
    audit_events,
    audited_tables,
    name_of,
)
from masterdata.rules.duties import Duty

DAYS = 7


@desk_page(Duty.READ_AUDIT_TRAIL)
def audit_trail(request: HttpRequest) -> HttpResponse:
    """The last days, or whatever is asked for; the newest first."""
    since = timezone.localdate() - timedelta(days=DAYS)
    filters = lists.filtered(
        request,
        [
            lists.Filter("kind", "Kind of record", [(table, kind_of(table)) for table in audited_tables()]),
            lists.Filter("record", "Record (its code or number)"),
            lists.Filter("who", "Who"),
            lists.Filter("done", "What", list(DONE.items())),
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


def _columns(names: ActorNames) -> list[lists.Column]:
    told = Told()
    return [
        lists.Column(
            "When", lambda row: {**lists.moment(row.at), "text": figures.when(row.at, seconds=True)}, sort="at"
        ),
        lists.Column("Who", lambda row: lists.text(who_of(row, names)), sort="who", by="actor"),
        lists.Column("Record", lambda row: lists.text(f"{told.kind(row)} {name_of(row)}"), sort="record", by="tbl"),
        lists.Column("What", lambda row: lists.text(DONE[row.op]), sort="what", by="op"),
        lists.Column("Old → new", told.changes),
        lists.Column("Why", lambda row: lists.text(row.reason)),
        lists.Column("Database role", lambda row: lists.text(row.db_user, soft=True)),
    ]
