"""Imports of master data: upload a file, see every fault or every change, and make the draft change requests by one button."""

from collections.abc import Callable, Sequence

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from masterdata.actions.check_import import discard_import, order_import, recheck_import
from masterdata.actions.receive_import import receive_import, too_large
from masterdata.models import DataImport
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, refused_page, site_of, status_of
from masterdata.pages.figures import figure
from masterdata.pages.once import form_number, once
from masterdata.pages.uploads import FORM_BYTES, BoundedUpload, announced_bytes
from masterdata.rules.duties import Duty
from masterdata.rules.import_flow import ImportState
from masterdata.rules.refusal import Refusal, Refused
from masterdata.tasks import ask_for_work, work_on_import
from masterdata.web.import_page import TONES, WORDS

#: what is done while the browser waits; more is left to a worker
AT_ONCE_BYTES, AT_ONCE_CHANGES = 256 * 1024, 25


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
        return _list(request, UploadForm(initial={"reason": request.GET.get("reason", "")[:300]}))
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
    if not small:
        ask_for_work()
        return
    try:
        work_on_import(one.pk)
    except OperationalError:  # of the database, such as a lock that took too long: a worker takes it up again
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
        _go_on(found, small=True)
        messages.warning(request, "Master data was changed meanwhile: nothing was proposed. Look at the changes again.")
    return redirect("import", pk)
