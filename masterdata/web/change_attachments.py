"""Files of a change request: attached to a draft, taken out of it, and saved by whoever may read the request."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_safe

from masterdata.actions.attach_to_change import attach_to_change, take_out_attachment
from masterdata.models import ChangeRequest
from masterdata.pages.access import desk_page, person_of
from masterdata.pages.attachments import download, most_bytes
from masterdata.pages.uploads import FORM_BYTES, BoundedUpload, announced_bytes
from masterdata.queries.attachments import attachment_with_bytes
from masterdata.queries.changes import all_changes
from masterdata.rules.attachments import too_large
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.web.change_page import change_page

NOTHING = Refusal("file_missing", "No file was chosen.", "", "Choose the file to attach, then press the button again.")


@csrf_exempt  # the token is in the body, which is not read before its length is known; `_attach` protects
@desk_page(to_change=Duty.ATTACH_TO_CHANGE)
def change_attach(request: HttpRequest, number: int) -> HttpResponse:
    """Posted to, it attaches the file; opened, it leads to the request."""
    found = _find(number)
    if request.method != "POST":
        return redirect("change", number)
    if announced_bytes(request) > most_bytes() + FORM_BYTES:
        return _refused(request, number, [_too_large()], status=413)
    request.upload_handlers = [BoundedUpload(request, most_bytes())]
    return _attach(request, found)


@csrf_protect
def _attach(request: HttpRequest, found: ChangeRequest) -> HttpResponse:
    sent = request.FILES.get("file")
    if getattr(request.upload_handlers[0], "exceeded", False):
        return _refused(request, found.number, [_too_large()], status=413)
    if sent is None:
        return _refused(request, found.number, [NOTHING])
    try:
        made = attach_to_change(
            request=found, person=person_of(request), name=sent.name or "", content=sent.read(), now=timezone.now()
        )
    except Refused as refused:
        return _refused(request, found.number, refused.refusals)
    messages.success(request, f"{made.name} is attached.")
    return redirect("change", found.number)


@desk_page(to_change=Duty.ATTACH_TO_CHANGE)
def change_file_take_out(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Posted to, it takes a file out of the draft; opened, it leads to the request."""
    found = _find(number)
    if request.method != "POST":
        return redirect("change", number)
    file = get_object_or_404(found.attachments.select_related("request", "added_by").defer("content"), pk=pk)
    try:
        take_out_attachment(attachment=file, person=person_of(request), now=timezone.now())
    except Refused as refused:
        return _refused(request, number, refused.refusals)
    messages.success(request, f"{file.name} is taken out. It stays on record, and is not signed.")
    return redirect("change", number)


@desk_page()
@require_safe
def change_file(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """The file, to be saved."""
    file = attachment_with_bytes(number, pk)
    if file is None:
        raise Http404(f"CR-{number} has no such file.")
    return download(file)


def _find(number: int) -> ChangeRequest:
    return get_object_or_404(all_changes(), number=number)


def _too_large() -> Refusal:
    return too_large("The file", settings.ATTACHMENT_MOST_MEGABYTES)


def _refused(request: HttpRequest, number: int, refusals: Sequence[Refusal], **more: Any) -> HttpResponse:
    answer = change_page(request, _find(number), refusals=refusals)
    answer.status_code = more.get("status", answer.status_code)
    return answer
