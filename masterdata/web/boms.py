"""A BOM version: every figure in it, who wrote and signed it, how it differs, and what decides on it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from masterdata.models import BomAlternate, BomLine, BomLineStep, BomOutput, BomVersion, ScrapFactor
from masterdata.pages.access import can, desk_page, person_of, status_of
from masterdata.pages.beside import beside
from masterdata.pages.figures import figure, when
from masterdata.pages.histories import history_of
from masterdata.pages.signatures import shown_of_version
from masterdata.queries import bom_content, draft_of, surroundings
from masterdata.queries.bom_lines import flat, lines_of
from masterdata.queries.changes import live_change, waits_for_nobody
from masterdata.rules.bom_difference import differences
from masterdata.rules.bom_faults import faults_of
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import RecordState


@desk_page()
def bom(request: HttpRequest, pk: int) -> HttpResponse:
    """One version."""
    return _page(request, _find(pk))


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
    faults = []
    if state in (RecordState.DRAFT, RecordState.SUBMITTED):
        draft = draft_of(version)
        faults = faults_of(draft, surroundings(draft, now))
    live = live_change("bom_version", version.pk)
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
        "live": live,
        "may_edit": state == RecordState.DRAFT
        and version.author_id == person.pk
        and can(request, Duty.DRAFT_MASTER_DATA),
        "may_draft": can(request, Duty.DRAFT_MASTER_DATA),
        "may_request": state == RecordState.DRAFT
        and live is None
        and version.author_id == person.pk
        and can(request, Duty.DRAFT_MASTER_DATA),
        "refusals": refusals,
        "waits_for_nobody": waits_for_nobody("bom_version", version),
        "own": version.author_id == person.pk and can(request, Duty.DRAFT_MASTER_DATA),
        "beside": beside(request, "bom_version", version),
        "trail": [
            {"label": "Products", "url": reverse("products")},
            {"label": version.item.code, "url": reverse("product", args=[version.item_id])},
            {"label": f"BOM version {version.number}"},
        ],
    }
    return render(request, "masterdata/bom.html", context, status=status_of(refusals) if refusals else 200)


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
