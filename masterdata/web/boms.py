"""A BOM version: every figure in it, who wrote and signed it, how it differs; submitted, withdrawn, approved or rejected."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.approve_bom import approve_bom
from masterdata.actions.reject_bom import reject_bom
from masterdata.actions.submit_bom import submit_bom
from masterdata.actions.withdraw_bom import withdraw_bom
from masterdata.models import BomAlternate, BomLine, BomLineStep, BomOutput, BomVersion, ScrapFactor
from masterdata.pages.access import can, desk_page, person_of, status_of
from masterdata.pages.figures import figure, when
from masterdata.pages.histories import history_of
from masterdata.pages.signatures import shown_of_version
from masterdata.pages.signing import ticket_of
from masterdata.queries import approved_from, bom_content, draft_of, surroundings
from masterdata.queries.bom_lines import flat, lines_of
from masterdata.rules.bom_difference import differences
from masterdata.rules.bom_faults import faults_of
from masterdata.rules.duties import Duty, separation_refusal
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.signatures import content_digest
from masterdata.rules.vocabulary import RecordState
from masterdata.web.effective_times import asks_to_see, choice_of, seen_at, signed_time


@desk_page()
def bom(request: HttpRequest, pk: int) -> HttpResponse:
    """One version."""
    return _page(request, _find(pk))


@desk_page(to_change=Duty.DRAFT_MASTER_DATA)
def bom_submit(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(
        request,
        pk,
        lambda version: submit_bom(version=version, actor=person_of(request), now=timezone.now()),
        "is submitted. Somebody else approves it.",
    )


@desk_page(to_change=Duty.DRAFT_MASTER_DATA)
def bom_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    why = request.POST.get("reason", "").strip()[:300]
    return _do(
        request,
        pk,
        lambda version: withdraw_bom(version=version, actor=person_of(request), now=timezone.now(), reason=why),
        "is a draft again.",
    )


@desk_page()
def bom_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Signed by somebody who may, and who did not write it; effective at once or later."""

    def approve(version: BomVersion) -> None:
        moment = signed_time(request)
        ticket = ticket_of(request, timezone.now())
        approve_bom(version=version, ticket=ticket, effective_from=moment, now=timezone.now())

    if asks_to_see(request):
        return seen_at(request, reverse("bom", args=[pk]))
    return _do(request, pk, approve, "is approved.")


@desk_page()
def bom_reject(request: HttpRequest, pk: int) -> HttpResponse:
    why = request.POST.get("reason", "").strip()[:300]

    def reject(version: BomVersion) -> None:
        if not why:
            raise Refused(Refusal("reason_missing", "Say why it is rejected.", str(version), "Enter a reason."))
        now = timezone.now()
        reject_bom(version=version, ticket=ticket_of(request, now), reason=why, now=now)

    return _do(request, pk, reject, "is rejected. A mended one is a new version.")


def _do(request: HttpRequest, pk: int, action: Callable[[BomVersion], Any], done: str) -> HttpResponse:
    version = _find(pk)
    if request.method != "POST":
        return redirect("bom", pk)
    try:
        action(version)
    except Refused as refused:
        return _page(request, _find(pk), refusals=refused.refusals)
    messages.success(request, f"{version} {done}")
    return redirect("bom", pk)


def _find(pk: int) -> BomVersion:
    return get_object_or_404(
        BomVersion.objects.select_related("item__stock_unit", "base_unit", "author", "signature__person"), pk=pk
    )


def _page(request: HttpRequest, version: BomVersion, *, refusals: Sequence[Refusal] = ()) -> HttpResponse:
    now = timezone.now()
    state = RecordState(version.state)
    person = person_of(request)
    others = list(version.item.bom_versions.exclude(pk=version.pk).order_by("-number"))
    before = _compared(request, version, others)
    content = bom_content(version)
    choice = choice_of(request)
    signed_facts = _signed_facts(version, content)
    faults = []
    if state in (RecordState.DRAFT, RecordState.SUBMITTED):
        draft = draft_of(version)
        faults = faults_of(draft, surroundings(draft, now))
    own = separation_refusal(version.author_id, person.pk, str(version))
    approves = can(request, Duty.APPROVE_MASTER_DATA)
    losses = version.scrap_factors.filter(line__isnull=True).order_by("level", "operation_number")
    context = {
        "version": version,
        "lines": flat(lines_of(version, now)),
        "outputs": version.outputs.select_related("item", "unit").order_by("position"),
        "losses": losses,
        "facts": _facts(version),
        "signature": shown_of_version(version),
        "faults": faults,
        "before": before,
        "others": others,
        "differences": differences(bom_content(before), content) if before else [],
        "history": history_of(version, related=_parts(version)),
        "digest": content_digest(content),
        "signed_facts": signed_facts,
        "choice": choice,
        "approved_facts": [*signed_facts, choice.fact],
        "approved_digest": content_digest(approved_from(content, choice.moment)),
        "may_edit": state == RecordState.DRAFT
        and version.author_id == person.pk
        and can(request, Duty.DRAFT_MASTER_DATA),
        "may_draft": can(request, Duty.DRAFT_MASTER_DATA),
        "may_submit": state == RecordState.DRAFT and can(request, Duty.DRAFT_MASTER_DATA),
        "may_withdraw": state == RecordState.SUBMITTED and can(request, Duty.DRAFT_MASTER_DATA),
        "waits": state == RecordState.SUBMITTED,
        "not_me": [own] if own and approves and state == RecordState.SUBMITTED else [],
        "refusals": [*refusals, *(one for one in choice.refusals if one not in refusals)],
        "trail": [
            {"label": "Products", "url": reverse("products")},
            {"label": version.item.code, "url": reverse("product", args=[version.item_id])},
            {"label": f"BOM version {version.number}"},
        ],
    }
    return render(request, "masterdata/bom.html", context, status=status_of(refusals) if refusals else 200)


def _signed_facts(version: BomVersion, content: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": "Record", "value": f"BOM {version}"},
        {"name": "Why", "value": version.reason},
        {"name": "Written by", "value": version.author.name},
        {"name": "Lines", "value": f"all {len(content['lines'])} as shown above, with every loss, alternate and step"},
    ]


def _compared(request: HttpRequest, version: BomVersion, others: list[BomVersion]) -> BomVersion | None:
    """The version that this one is compared with: the one asked for, else the one before it."""
    asked = request.GET.get("against", "")
    if asked.isdigit():
        return next((one for one in others if one.pk == int(asked)), None)
    return next((one for one in others if one.number < version.number), None)


def _facts(version: BomVersion) -> list[dict[str, Any]]:
    return [
        {
            "name": "Product",
            "value": version.item.code,
            "url": reverse("product", args=[version.item_id]),
            "code": True,
        },
        {"name": "Makes", "value": f"{figure(version.base_quantity)} {version.base_unit.symbol}"},
        {"name": "Phantom", "value": "yes: exploded where it is used" if version.phantom else "no"},
        {"name": "Why", "value": version.reason},
        {"name": "Written by", "value": f"{version.author.name}, {when(version.created_at)}"},
        {"name": "Submitted", "value": when(version.submitted_at)},
        {"name": "Effective from", "value": when(version.effective_from)},
        {"name": "Effective to", "value": when(version.effective_to)},
    ]


def _parts(version: BomVersion) -> list[tuple[str | Callable[[Any], str], Any]]:
    """Histories of the version's lines and everything on them, also of those that were taken out."""
    lines = BomLine.history.filter(version_id=version.pk)
    names = {row[0]: f"line {row[1]}" for row in lines.order_by("history_id").values_list("id", "item__code")}

    def of(what: str) -> Callable[[Any], str]:
        return lambda row: f"{what} of {names.get(row.line_id, 'line')}" if row.line_id else what

    return [
        (lambda row: names[row.id], lines),
        (of("step"), BomLineStep.history.filter(line_id__in=names)),
        (of("alternate"), BomAlternate.history.filter(line_id__in=names)),
        (of("scrap"), ScrapFactor.history.filter(version_id=version.pk)),
        ("output", BomOutput.history.filter(version_id=version.pk)),
    ]
