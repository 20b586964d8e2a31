"""Imports of master data: upload a file, see every fault or every change, and make the draft change requests by one button."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from masterdata.actions.check_import import discard_import, order_import, recheck_import
from masterdata.actions.receive_import import receive_import, too_large
from masterdata.models import DataImport, ImportedRecord
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, refused_page, site_of, status_of
from masterdata.pages.figures import figure, when
from masterdata.pages.once import form_number, once
from masterdata.pages.uploads import FORM_BYTES, BoundedUpload, announced_bytes
from masterdata.rules.duties import Duty
from masterdata.rules.import_changes import Verdict
from masterdata.rules.import_flow import ImportState
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.sheet_columns import KINDS
from masterdata.tasks import ask_for_work, progress_of, work_on_import

#: what is done while the browser waits; more is left to a worker
AT_ONCE_BYTES, AT_ONCE_CHANGES = 256 * 1024, 25
TONES = {
    ImportState.RECEIVED: "info",
    ImportState.FAULTY: "blocked",
    ImportState.READY: "soon",
    ImportState.ORDERED: "info",
    ImportState.PROPOSED: "good",
    ImportState.DISCARDED: "idle",
}
WORDS = {
    ImportState.RECEIVED: "being checked",
    ImportState.FAULTY: "faulty",
    ImportState.READY: "ready to propose",
    ImportState.ORDERED: "being proposed",
    ImportState.PROPOSED: "proposed",
    ImportState.DISCARDED: "discarded",
}


class UploadForm(forms.Form):
    """The file, and why."""

    file = forms.FileField(
        label="CSV or XLSX file",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"required": "Choose the file to import."},
    )
    reason = forms.CharField(max_length=300, label="Why?", help_text="Stands in every change request.")


@csrf_exempt  # the token is in the body, which is not read before its length is known; `_upload` protects
@desk_page(to_change=Duty.IMPORT_MASTER_DATA)
def imports(request: HttpRequest) -> HttpResponse:
    """Every import, the newest first, and the form that begins one."""
    if request.method != "POST":
        return _list(request, UploadForm())
    announced, most_bytes = announced_bytes(request), settings.IMPORT_MOST_MEGABYTES * 2**20
    if announced > most_bytes + FORM_BYTES:
        return _list(request, UploadForm(), [too_large(announced)], status=413)
    request.upload_handlers = [BoundedUpload(request, most_bytes)]
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if request.upload_handlers and getattr(request.upload_handlers[0], "exceeded", False):
        return _list(request, UploadForm(request.POST), [too_large()], status=413)
    if not form.is_valid():
        return _list(request, form, status=422)
    site = site_of(request)
    try:
        with once(request):
            made = receive_import(
                content=form.cleaned_data["file"].read(),
                file_name=form.cleaned_data["file"].name,
                reason=form.cleaned_data["reason"],
                person=person_of(request),
                zone=site.time_zone if site else "UTC",
                now=timezone.now(),
            )
    except Refused as refused:
        return _list(request, form, refused.refusals, status=status_of(refused.refusals))
    _go_on(made, small=made.size <= AT_ONCE_BYTES)
    return redirect("import", made.pk)


def _go_on(one: DataImport, *, small: bool) -> None:
    if small:
        work_on_import(one.pk)
    else:
        ask_for_work()


def _list(
    request: HttpRequest, form: UploadForm, refusals: Sequence[Refusal] = (), *, status: int = 200
) -> HttpResponse:
    filters = lists.filtered(
        request,
        [
            lists.Filter("q", "File or reason"),
            lists.Filter("state", "State", [(one.value, WORDS[one]) for one in ImportState]),
        ],
    )
    asked = lists.values(filters)
    rows = DataImport.objects.select_related("person").defer("faults")
    if asked["q"]:
        rows = rows.filter(file_name__icontains=asked["q"]) | rows.filter(reason__icontains=asked["q"])
    if asked["state"]:
        rows = rows.filter(state=asked["state"])
    listing = lists.Listing(
        name="imports",
        rows=rows,
        order="-uploaded",
        file="imports",
        filters=filters,
        empty="Nothing was imported yet." if not any(asked.values()) else "No import fits.",
        empty_hint="Export a sheet, change it in your spreadsheet, and upload it here.",
        columns=[
            lists.Column("Uploaded", lambda row: lists.moment(row.uploaded_at), sort="uploaded", by="uploaded_at"),
            lists.Column(
                "File", lambda row: lists.text(row.file_name, reverse("import", args=[row.pk])), sort="file_name"
            ),
            lists.Column("By", lambda row: lists.text(row.person.name), sort="by", by="person__name"),
            lists.Column("State", lambda row: lists.text(WORDS[row.state], tone=TONES[row.state]), sort="state"),
            lists.Column("New", lambda row: lists.number(row.new), number=True, sort="new"),
            lists.Column("Changed", lambda row: lists.number(row.changed), number=True, sort="changed"),
            lists.Column("Unchanged", lambda row: lists.number(row.unchanged), number=True),
            lists.Column(
                "Faults", lambda row: lists.number(row.fault_count), number=True, sort="faults", by="fault_count"
            ),
            lists.Column("Why", lambda row: lists.text(row.reason)),
        ],
        context={
            "title": "Imports",
            "form": form,
            "refusals": refusals,
            "form_number": form_number(),
            "may_import": can(request, Duty.IMPORT_MASTER_DATA),
            "most_bytes": settings.IMPORT_MOST_MEGABYTES * 2**20,
            "most_megabytes": settings.IMPORT_MOST_MEGABYTES,
            "most_rows": figure(settings.IMPORT_MOST_ROWS),
        },
    )
    return lists.show_list(request, listing, template="masterdata/imports.html", status=status)


@desk_page()
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: how it stands, and every fault or every change."""
    found = get_object_or_404(DataImport.objects.select_related("person"), pk=pk)
    listing = _faults(request, found) if found.state == ImportState.FAULTY else _changes(request, found)
    own = found.person_id == person_of(request).pk and can(request, Duty.IMPORT_MASTER_DATA)
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
    }
    return lists.show_list(request, listing, template="masterdata/import.html")


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
    ]


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
        empty="Nothing would change: every record stands as the file has it."
        if not any(asked.values())
        else "No change fits.",
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


@desk_page(to_change=Duty.IMPORT_MASTER_DATA)
@require_POST
def import_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Propose it, check it again, or discard it."""
    found = get_object_or_404(DataImport.objects.select_related("person"), pk=pk)
    do: Callable[..., DataImport] = {"propose": order_import, "check": recheck_import, "discard": discard_import}[step]
    try:
        with once(request):
            do(data_import=found, person=person_of(request), now=timezone.now())
    except Refused as refused:
        return refused_page(request, refused.refusals)
    if step == "discard":
        messages.success(request, f"{found.file_name} is discarded. Nothing of it was proposed.")
        return redirect("imports")
    small = found.size <= AT_ONCE_BYTES and (step == "check" or found.new + found.changed <= AT_ONCE_CHANGES)
    _go_on(found, small=small)
    found.refresh_from_db()
    if step == "propose" and found.state == ImportState.RECEIVED and small:
        work_on_import(found.pk)
        messages.warning(request, "Master data was changed meanwhile: nothing was proposed. Look at the changes again.")
    return redirect("import", pk)
