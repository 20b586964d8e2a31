"""All change requests of an import at once: submit or withdraw them, and what of it was refused."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from masterdata.actions.run_batch import ask_for_batch
from masterdata.models import DataImport, RequestBatch
from masterdata.pages import lists
from masterdata.pages.access import desk_page, person_of
from masterdata.pages.figures import figure, when
from masterdata.pages.once import once
from masterdata.rules.duties import Duty
from masterdata.rules.import_flow import BatchState, BatchStep
from masterdata.tasks import ask_for_work, progress_of_batch, work_on_batch, work_on_batches

#: requests that are done while the browser waits; more are left to a worker
AT_ONCE = 25
DONE = {BatchStep.SUBMIT: "submitted", BatchStep.WITHDRAW: "withdrawn"}
TONES = {BatchState.WAITING: "info", BatchState.DONE: "good", BatchState.FAILED: "blocked"}
WORDS = {BatchState.WAITING: "under way", BatchState.DONE: "done", BatchState.FAILED: "failed"}


@desk_page(to_change=Duty.IMPORT_MASTER_DATA)
@require_POST
def batch_ask(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Submit all drafts of an import, or withdraw all of its requests that nobody decided on."""
    found = get_object_or_404(DataImport.objects.select_related("person"), pk=pk)
    with once(request):
        made = ask_for_batch(
            data_import=found,
            step=step,
            person=person_of(request),
            reason=request.POST.get("reason", "").strip()[:300],
            now=timezone.now(),
        )
    if made.total <= AT_ONCE:
        work_on_batch(made.pk)
    else:
        ask_for_work(work_on_batches)
    made.refresh_from_db()
    if made.state == BatchState.DONE and not made.refused:
        messages.success(request, f"{_done(made)}.")
        return redirect("import", pk)
    return redirect("import-batch", made.pk)


@desk_page()
def one_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: how far it is, and every request that was refused with every reason."""
    found = get_object_or_404(RequestBatch.objects.select_related("person", "data_import"), pk=pk)
    title = f"{found.step.capitalize()} all requests"
    listing = lists.Listing(
        name="reasons",
        rows=found.refused,
        order="",
        file=f"batch_{found.pk}_refused",
        empty="Nothing was refused." if found.state == BatchState.DONE else "Nothing is told yet.",
        per_page=100,
        columns=[
            lists.Column(
                "Request",
                lambda row: lists.text(f"CR-{row['number']}", reverse("change", args=[row["number"]]), code=True),
            ),
            lists.Column("Record", lambda row: lists.text(row["subject"])),
            lists.Column("What is wrong", lambda row: lists.text(row["sentence"])),
            lists.Column("What to do", lambda row: lists.text(row["remedy"], soft=True)),
        ],
    )
    listing.context = {
        "title": title,
        "batch": found,
        "sentence": _done(found),
        "under_way": found.state == BatchState.WAITING,
        "progress": _progress(found),
        "facts": [
            {"name": "State", "value": WORDS[BatchState(found.state)], "tone": TONES[BatchState(found.state)]},
            {"name": "Asked for", "value": f"{when(found.asked_at)} by {found.person.name}"},
            {"name": "Ended", "value": when(found.finished_at)},
            {"name": "Requests", "value": figure(found.total)},
            {"name": "Why", "value": found.reason or found.data_import.reason},
        ],
        "trail": [
            {"label": "Imports", "url": reverse("imports")},
            {"label": found.data_import.file_name, "url": reverse("import", args=[found.data_import_id])},
            {"label": title},
        ],
    }
    return lists.show_list(request, listing, template="masterdata/import_batch.html")


@desk_page()
def batch_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the batch is; once it has ended the page is loaded anew."""
    found = get_object_or_404(RequestBatch.objects.defer("refused"), pk=pk)
    answer = render(request, "masterdata/import_batch_progress.html", {"progress": _progress(found)})
    if found.state != BatchState.WAITING:
        answer["HX-Refresh"] = "true"
    return answer


def _progress(found: RequestBatch) -> dict[str, int] | None:
    told = progress_of_batch(found.pk) if found.state == BatchState.WAITING else None
    return {"done": told[0], "of": told[1]} if told else None


def _done(found: RequestBatch) -> str:
    """What came of it, in words."""
    left = len({one["number"] for one in found.refused})
    done = found.total - left
    words = DONE[BatchStep(found.step)]
    one = "request is" if done == 1 else "requests are"
    refused = f"; {figure(left)} could not be {words}" if left else ""
    return f"{figure(done)} {one} {words}{refused}"
