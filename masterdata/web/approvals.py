"""The page of a small governed record (unit factor, trigger definition): its figures, history, and signing it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from masterdata.models import SigningTicket, TriggerDefinition, UnitFactor
from masterdata.pages.access import can, person_of, status_of
from masterdata.pages.figures import words
from masterdata.pages.histories import history_of
from masterdata.pages.signatures import shown_of_version
from masterdata.pages.signing import ticket_of
from masterdata.queries.contents import EFFECTIVE_FROM, approved_from
from masterdata.queries.signing import content_of
from masterdata.rules.duties import Duty, separation_refusal
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.signatures import content_digest
from masterdata.rules.vocabulary import RecordState
from masterdata.web.effective_times import asks_to_see, choice_of, seen_at, signed_time

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
    """Show a record; where it is not approved yet, with the signature that approves it."""
    waits = record.state in (RecordState.DRAFT, RecordState.SUBMITTED)
    person = person_of(request)
    own = separation_refusal(record.author_id, person.pk, title)
    choice = choice_of(request)
    content = approved_from(content_of(record), choice.moment)
    context = {
        "record": record,
        "title": title,
        "facts": facts,
        "trail": trail,
        "versions": versions,
        "waits": waits,
        "not_me": [own] if own and waits and can(request, Duty.APPROVE_MASTER_DATA) else [],
        "signed_facts": [
            {"name": words(name), "value": ", ".join(value) if isinstance(value, list) else str(value)}
            for name, value in content.items()
            if value not in (None, "", []) and name != EFFECTIVE_FROM
        ]
        + [choice.fact],
        "choice": choice,
        "digest": content_digest(content),
        "signatures": shown_of_version(record),
        "history": history_of(record),
        "refusals": [*refusals, *(one for one in choice.refusals if one not in refusals)],
    }
    return render(request, "masterdata/approval.html", context, status=status_of(refusals) if refusals else 200)


def approve_by(
    request: HttpRequest,
    approve: Callable[..., Any],
    show: Callable[[Sequence[Refusal]], HttpResponse],
    *,
    address: str,
    key: int,
    done: str,
) -> HttpResponse:
    """Sign and approve; refused, the page again with every reason. `approve` takes ticket, effective_from and now."""
    if request.method != "POST":
        return redirect(address, key)
    if asks_to_see(request):
        return seen_at(request, reverse(address, args=[key]))
    try:
        moment = signed_time(request)
        ticket: SigningTicket = ticket_of(request, timezone.now())
        approve(ticket=ticket, effective_from=moment, now=timezone.now())
    except Refused as refused:
        return show(refused.refusals)
    messages.success(request, done)
    return redirect(address, key)
