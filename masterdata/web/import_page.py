"""One import: how it stands, every fault or every change, and its file as it was uploaded."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from masterdata.actions.run_batch import to_do
from masterdata.models import DataImport, ImportedRecord
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of
from masterdata.pages.figures import figure, when
from masterdata.pages.once import form_number
from masterdata.rules.duties import Duty
from masterdata.rules.import_changes import Verdict
from masterdata.rules.import_flow import BatchState, BatchStep, ImportState
from masterdata.rules.sheet_columns import KINDS
from masterdata.tasks import progress_of
from masterdata.web.change_page import TONES as CHANGE_TONES

TONES = {
    ImportState.RECEIVED: "info",
    ImportState.FAULTY: "blocked",
    ImportState.READY: "soon",
    ImportState.ORDERED: "info",
    ImportState.PROPOSED: "good",
    ImportState.DISCARDED: "idle",
    ImportState.FAILED: "blocked",
}
WORDS = {
    ImportState.RECEIVED: "being checked",
    ImportState.FAULTY: "faulty",
    ImportState.READY: "ready to propose",
    ImportState.ORDERED: "being proposed",
    ImportState.PROPOSED: "proposed",
    ImportState.DISCARDED: "discarded",
    ImportState.FAILED: "failed",
}


@desk_page()
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: how it stands, and every fault or every change."""
    found = get_object_or_404(DataImport.objects.select_related("person"), pk=pk)
    listing = _faults(request, found) if found.state == ImportState.FAULTY else _changes(request, found)
    own = found.person_id == person_of(request).pk and can(request, Duty.IMPORT_MASTER_DATA)
    batch = found.batches.order_by("-pk").first()
    listing.context = {
        "one": found,
        "title": found.file_name,
        "facts": _facts(found),
        "count_of_changes": found.new + found.changed,
        "shown_faults": len(found.faults),
        "own": own,
        "form_number": form_number(),
        "trail": [{"label": "Imports", "url": reverse("imports")}, {"label": found.file_name}],
        "under_way": found.state in (ImportState.RECEIVED, ImportState.ORDERED),
        "progress": _progress(found),
        "import_state": found.state,
        "requests": _requests(found),
        "to_submit": to_do(found, BatchStep.SUBMIT).count(),
        "to_withdraw": to_do(found, BatchStep.WITHDRAW).count(),
        "batch": batch,
        "batch_under_way": batch is not None and batch.state == BatchState.WAITING,
    }
    return lists.show_list(request, listing, template="masterdata/import.html")


def _requests(found: DataImport) -> list[dict[str, str]]:
    """How many of its change requests are in which state, each with the list of them."""
    counts = found.change_requests.order_by("state").values_list("state").annotate(Count("pk"))
    address = reverse("changes")
    return [
        {
            "state": state,
            "tone": CHANGE_TONES[state],
            "count": figure(count),
            "url": f"{address}?import={found.pk}&state={state}",
        }
        for state, count in counts
    ]


def _facts(found: DataImport) -> list[dict[str, Any]]:
    return [
        {"name": "State", "value": WORDS[ImportState(found.state)], "tone": TONES[ImportState(found.state)]},
        {"name": "Uploaded", "value": f"{when(found.uploaded_at)} by {found.person.name}"},
        {"name": "Why", "value": found.reason},
        {"name": "New", "value": figure(found.new)},
        {"name": "Changed", "value": figure(found.changed)},
        {"name": "Unchanged", "value": figure(found.unchanged)},
        {"name": "Waiting for approval already", "value": figure(found.waiting)},
        {"name": "Rows", "value": figure(found.rows)},
        {"name": "Days begin in", "value": found.zone},
        {"name": "SHA-256", "value": found.sha256, "code": True},
        *_the_same_before(found),
    ]


def _the_same_before(found: DataImport) -> list[dict[str, Any]]:
    """That this very file was uploaded before, by whom, and what came of it."""
    same = DataImport.objects.filter(sha256=found.sha256, pk__lt=found.pk).select_related("person").defer("faults")
    before = same.order_by("-pk").first()
    if before is None:
        return []
    words = f"{when(before.uploaded_at)} by {before.person.name}: {WORDS[ImportState(before.state)]}"
    return [{"name": "The same file before", "value": words, "url": reverse("import", args=[before.pk])}]


def _faults(request: HttpRequest, found: DataImport) -> lists.Listing:
    """Every fault, in the order of the file. What a file has beyond those that are kept is told by number."""
    return lists.Listing(
        name="faults",
        rows=found.faults,
        order="",
        file=f"import_{found.pk}_faults",
        empty="No fault is kept.",
        per_page=100,
        columns=[
            lists.Column("Sheet", lambda row: lists.text(row["sheet"])),
            lists.Column("Row", lambda row: lists.number(row["row"] or None), number=True),
            lists.Column("Column", lambda row: lists.text(row["column"], code=True)),
            lists.Column("What is wrong", lambda row: lists.text(row["sentence"])),
            lists.Column("What to do", lambda row: lists.text(row["remedy"], soft=True)),
        ],
    )


def _changes(request: HttpRequest, found: DataImport) -> lists.Listing:
    filters = lists.filtered(
        request,
        [
            lists.Filter("q", "Record"),
            lists.Filter(
                "verdict", "New or changed", [(one.value, one.value) for one in (Verdict.NEW, Verdict.CHANGED)]
            ),
            lists.Filter("kind", "Kind", [(one.name, one.record) for one in KINDS.values()]),
        ],
    )
    asked = lists.values(filters)
    rows = ImportedRecord.objects.filter(data_import=found, number=found.checks)
    if asked["q"]:
        rows = rows.filter(subject__icontains=asked["q"])
    for name in ("verdict", "kind"):
        if asked[name]:
            rows = rows.filter(**{name: asked[name]})
    return lists.Listing(
        name="changes",
        rows=rows.order_by("pk"),
        order="row",
        file=f"import_{found.pk}_changes",
        filters=filters,
        empty="Nothing is left to propose." if not any(asked.values()) else "No change fits.",
        columns=[
            lists.Column("Kind", lambda row: lists.text(KINDS[row.kind].record), sort="kind"),
            lists.Column("Record", lambda row: lists.text(row.subject, code=True), sort="subject"),
            lists.Column("Row", lambda row: lists.number(row.row), number=True, sort="row"),
            lists.Column(
                "Verdict",
                lambda row: lists.text(row.verdict, tone="info" if row.verdict == Verdict.NEW else "soon"),
            ),
            lists.Column("What would change", _told),
        ],
    )


MOST_TOLD = 4


def _told(row: ImportedRecord) -> lists.Cell:
    """The differences in words; the page shows the first ones, the file all of them."""
    words = [_difference(one) for one in row.differences]
    if row.verdict == Verdict.NEW:
        words = ["a record that is not there yet"]
    shown = "; ".join(words[:MOST_TOLD])
    more = f"; and {len(words) - MOST_TOLD} more" if len(words) > MOST_TOLD else ""
    return {"text": shown + more, "raw": "; ".join(words)}


def _difference(one: dict[str, str]) -> str:
    where = " ".join(part for part in (one["what"], one["field"]) if part)
    if not one["field"]:
        return f"{where} added: {one['new']}" if one["new"] else f"{where} taken out: {one['old']}"
    return f"{where}: {one['old'] or '(empty)'} → {one['new'] or '(empty)'}"


def _progress(found: DataImport) -> dict[str, Any] | None:
    told = progress_of(found.pk) if found.state in (ImportState.RECEIVED, ImportState.ORDERED) else None
    return {"done": told[0], "of": told[1]} if told else None


@desk_page()
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the work is; once it is done the page is loaded anew."""
    found = get_object_or_404(DataImport.objects.defer("faults"), pk=pk)
    context = {"one": found, "progress": _progress(found), "import_state": found.state}
    answer = render(request, "masterdata/import_progress.html", context)
    if found.state not in (ImportState.RECEIVED, ImportState.ORDERED):
        answer["HX-Refresh"] = "true"
    return answer


@desk_page()
def import_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was uploaded, byte for byte."""
    found = get_object_or_404(DataImport.objects.select_related("file").defer("faults"), pk=pk)
    answer = HttpResponse(bytes(found.file.content), content_type="application/octet-stream")
    ending = ".xlsx" if answer.content.startswith(b"PK") else ".csv"
    answer["Content-Disposition"] = f'attachment; filename="import_{found.pk}{ending}"'
    return answer
