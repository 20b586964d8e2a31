"""Checks of the ledger: what each found, and of the last one every sentence that does not hold, row by row."""

from django.http import HttpRequest, HttpResponse

from backflush.models import LedgerCheck
from backflush.queries.ledger_checks import last_check, ledger_checks
from masterdata.pages import lists
from masterdata.pages.access import desk_page
from masterdata.pages.figures import when


@desk_page()
def ledger_check_list(request: HttpRequest) -> HttpResponse:
    """All checks, the newest first, under what the last one said."""
    last = last_check()
    listing = lists.Listing(
        name="checks",
        rows=ledger_checks(),
        order="-started",
        file="ledger_checks",
        empty="The ledger was not checked yet.",
        empty_hint="A worker checks it every hour; manage.py check_ledger does so at once.",
        columns=[
            lists.Column("Began", lambda row: lists.moment(row.started_at), sort="started", by="started_at"),
            lists.Column("Result", _result),
            lists.Column("Invariants", lambda row: lists.number(row.invariants), number=True),
            lists.Column("Replayed", lambda row: lists.number(row.replayed, "postings"), number=True),
            lists.Column("From", lambda row: lists.text("the first posting" if row.anew else "the last check's mark")),
            lists.Column("Took", lambda row: lists.number(row.seconds, "s"), number=True),
        ],
        context={"title": "Ledger checks", "last": last, "last_at": when(last.started_at) if last else ""},
    )
    return lists.show_list(request, listing, template="backflush/ledger_checks.html")


def _result(row: LedgerCheck) -> lists.Cell:
    if not row.broken:
        return lists.text("everything holds", tone="good")
    broken = ", ".join(one["name"].replace("_", " ") for one in row.broken)
    return lists.text(f"{len(row.broken)} broken: {broken}", tone="blocked")
