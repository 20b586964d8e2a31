"""The page of a small governed record (unit factor, trigger definition): its figures, history, and what decides on it."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from masterdata.models import TriggerDefinition, UnitFactor
from masterdata.pages.access import can, person_of, status_of
from masterdata.pages.beside import beside
from masterdata.pages.histories import history_of
from masterdata.pages.signatures import shown_of_version
from masterdata.queries.changes import live_change, waits_for_nobody
from masterdata.queries.signing import subject_of
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import RecordState

Record = UnitFactor | TriggerDefinition


def approval_page(
    request: HttpRequest,
    record: Record,
    *,
    title: str,
    facts: Sequence[dict[str, Any]],
    trail: Sequence[dict[str, str]],
    versions: Sequence[dict[str, Any]],
    refusals: Sequence[Refusal] = (),
) -> HttpResponse:
    """Show a record, with the change request that decides on it, or the button that opens one."""
    person = person_of(request)
    kind = subject_of(record)
    live = live_change(kind, record.pk)
    context = {
        "record": record,
        "title": title,
        "facts": facts,
        "trail": trail,
        "versions": versions,
        "kind": kind,
        "live": live,
        "may_request": record.state == RecordState.DRAFT
        and live is None
        and record.author_id == person.pk
        and can(request, Duty.DRAFT_MASTER_DATA),
        "waits_for_nobody": waits_for_nobody(kind, record),
        "own": record.author_id == person.pk and can(request, Duty.DRAFT_MASTER_DATA),
        "beside": beside(request, kind, record),
        "signatures": shown_of_version(record),
        "history": history_of(record),
        "refusals": refusals,
    }
    return render(request, "masterdata/approval.html", context, status=status_of(refusals) if refusals else 200)
