"""QA rules on a blocked report: accepted as its lots are now, or given its true time; first why, then the signature."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from backflush.actions.rule_on_report import ACCEPT_MEANING, CORRECT_MEANING, accept_report, correct_report_time
from backflush.models import OperationReport
from backflush.queries.rulings import acceptance, acceptance_content, codes_against, correction_content
from backflush.rules.ruling import CLOCK
from backflush.tasks import ring_the_bell
from masterdata.pages.access import can
from masterdata.pages.figures import words
from masterdata.pages.signing import ticket_of
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.signatures import content_digest


def accept(request: HttpRequest, report: OperationReport) -> None:
    """Signed: accept it. Raises Refused."""
    now = timezone.now()
    accept_report(report=report, ticket=ticket_of(request, now), note=_note(request, "accept_note"), now=now)
    ring_the_bell()
    messages.success(request, "Accepted, and sent to posting again. This page shows what becomes of it.")


def correct(request: HttpRequest, report: OperationReport) -> None:
    """Signed: correct its time. Raises Refused."""
    corrected_at = _moment(request)
    if corrected_at is None:
        raise Refused(Refusal("time_missing", "Say when it happened.", "time", "Give day and time at the site."))
    now = timezone.now()
    correct_report_time(
        report=report,
        corrected_at=corrected_at,
        ticket=ticket_of(request, now),
        note=_note(request, "correct_note"),
        now=now,
    )
    ring_the_bell()
    messages.success(request, "The time is corrected, and the report sent to posting again.")


def ruling_context(request: HttpRequest, report: OperationReport) -> dict[str, Any]:
    """What the page of a blocked report needs to offer and sign a ruling; empty where QA has nothing to rule on."""
    if not can(request, Duty.DISPOSE_OF_REPORT):
        return {}
    codes = codes_against(report)
    context: dict[str, Any] = {"may_correct": CLOCK in codes}
    if "not_released" in codes:
        mended, stays = acceptance(report, timezone.now())
        context |= {"acceptable": mended, "stays": stays}
        note = _note(request, "accept_note")
        if mended and note:
            context["accepting"] = _signed(acceptance_content(report, mended, note), ACCEPT_MEANING)
    note, moment = _note(request, "correct_note"), _moment(request)
    if CLOCK in codes and note and moment:
        context["correcting"] = _signed(correction_content(report, moment, note), CORRECT_MEANING)
        context["corrected_text"] = moment.isoformat()
    return context


def _signed(content: dict[str, Any], meaning: str) -> dict[str, Any]:
    facts = [
        {"name": words(name), "value": " ".join(value) if isinstance(value, list) else value}
        for name, value in content.items()
    ]
    return {"facts": facts, "digest": content_digest(content), "meaning": meaning}


def _note(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip()[:500]


def _moment(request: HttpRequest) -> datetime | None:
    """A time typed at the site, or sent again with its offset."""
    try:
        found = parse_datetime(request.POST.get("corrected_at", "").strip()[:40])
    except ValueError:
        return None
    if found is None or not 2000 <= found.year <= 2200:
        return None
    return timezone.make_aware(found) if timezone.is_naive(found) else found
