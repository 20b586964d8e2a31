"""Asking for a correction in one step: what should have been reported, what that would post, why; QA then signs once."""

import json
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from backflush.actions.request_reversal import request_reversal
from backflush.models import Posting
from backflush.queries.corrections import preview_correction
from backflush.queries.postings import parse_posting_number, posting_number
from backflush.queries.reversals import reported_body, reversal_facts
from backflush.rules.correction import corrected_payload, differences
from backflush.rules.report import Report, canonical_body
from backflush.rules.reversal import reversal_refusals
from backflush.rules.vocabulary import ReportKind
from backflush.web.explained import unit_symbols
from backflush.web.sending import parsed
from masterdata.models import ReasonCode
from masterdata.pages.access import desk_page, person_of, status_of, the_site
from masterdata.pages.once import form_number, once
from masterdata.rules.duties import Duty
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.typed_numbers import typed_number
from masterdata.rules.vocabulary import ReasonKind
from traceability.models import WorkOrder

WORDS = {
    "good": "Good units",
    "scrap": "Scrap",
    "rework": "Rework",
    "setup_events": "Setups",
    "output_lot": "Output lot",
    "handling_unit": "Handling unit (SSCC)",
    "item": "Item",
    "lot": "Lot",
    "quantity": "Quantity",
    "unit": "Unit",
    "tare": "Tare",
}
_SCANNED = ("lot", "quantity", "unit")
_SETUP = ("setup_events",)


class CorrectionForm(forms.Form):
    """What should have been reported; it starts as what was."""

    def __init__(self, body: dict[str, Any], data: Any = None) -> None:
        super().__init__(data)
        kind = body.get("kind")
        names: tuple[str, ...] = ("good", "rework", "setup_events", "output_lot")
        if kind == ReportKind.SCAN_ISSUE:
            names = _SCANNED
        elif kind == ReportKind.SETUP:
            names = _SETUP
        elif kind == ReportKind.HANDLING_UNIT_CLOSED:
            names = (*names, "handling_unit")
        for name in names:
            self.fields[name] = _field(WORDS[name], body.get(name), counted=name not in _TEXTS)
        self.scrapped: dict[str, str] = {}
        if "good" in names:
            said = {entry["reason"]: entry["quantity"] for entry in body.get("scrap", [])}
            for reason in ReasonCode.objects.filter(kind=ReasonKind.SCRAP, active=True).order_by("code"):
                field = f"scrap-{reason.code}"
                self.scrapped[field] = reason.code
                self.fields[field] = _field(
                    f"Scrap: {reason.name} ({reason.loss})", said.get(reason.code), counted=True
                )

    def changes(self) -> dict[str, Any]:
        """The fields of the report as they were typed."""
        typed = {
            name: typed_number(value) if name not in _TEXTS else value.strip()
            for name, value in self.cleaned_data.items()
        }
        changes: dict[str, Any] = {name: value for name, value in typed.items() if name not in self.scrapped}
        for name in ("rework", "setup_events"):
            if changes.get(name) == "0":
                changes[name] = None
        if "good" in changes:
            changes["good"] = changes["good"] or "0"
            changes["scrap"] = [
                {"quantity": typed[field], "reason": reason}
                for field, reason in self.scrapped.items()
                if typed[field] not in ("", "0")
            ]
        return changes


_TEXTS = frozenset({"output_lot", "handling_unit", "lot", "unit"})


def _field(label: str, value: Any, *, counted: bool) -> forms.CharField:
    attributes = {"autocomplete": "off"} | ({"inputmode": "decimal"} if counted else {})
    return forms.CharField(
        label=label,
        required=False,
        max_length=60,
        initial="" if value is None else str(value),
        widget=forms.TextInput(attrs=attributes),
    )


@desk_page(Duty.REQUEST_REVERSAL)
def posting_correct(request: HttpRequest, number: str) -> HttpResponse:
    """The form; looked at it shows what would post, asked for it leads to the request that QA signs."""
    found = _find(request, number)
    body = reported_body(found)
    form = CorrectionForm(body, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, found, body, form)
    reason = ReasonCode.objects.filter(code=request.POST.get("reason", "")).first()
    note = request.POST.get("note", "").strip()[:500]
    corrected: Report | None = None
    try:
        corrected = parsed(corrected_payload(body, form.changes(), str(uuid.uuid4())))
        if "look" in request.POST:
            return _page(request, found, body, form, corrected=corrected)
        if reason is None:
            raise Refused(
                Refusal("reason_missing", "A correction needs a reason.", number, "Choose one of the reasons.")
            )
        with once(request):
            asked = request_reversal(
                posting=found,
                reason=reason,
                actor=person_of(request),
                now=timezone.now(),
                note=note,
                corrected=corrected,
            )
    except Refused as refused:
        return _page(request, found, body, form, refused=refused)
    return redirect("reversal", asked.pk)


def _find(request: HttpRequest, number: str) -> Posting:
    parsed_number = parse_posting_number(number)
    found = (
        Posting.objects.filter(site_id=the_site(request).pk, number=parsed_number).first() if parsed_number else None
    )
    if found is None or found.report_id is None:
        raise Http404(f"There is no posting {number} that was posted from a report.")
    return found


def _page(
    request: HttpRequest,
    found: Posting,
    body: dict[str, Any],
    form: CorrectionForm,
    *,
    corrected: Report | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    number = posting_number(found.number)
    anew = Fraction(corrected.good) if corrected is not None else Fraction(found.good)
    against = reversal_refusals(reversal_facts(found, anew=anew))
    order = WorkOrder.objects.get(pk=found.order_id)
    context: dict[str, Any] = {
        "number": number,
        "form": form,
        "order": order,
        "operation": found.operation_number,
        "against": against,
        "refusals": refused.refusals if refused else (),
        "reasons": _reasons(),
        "chosen": request.POST.get("reason", ""),
        "note_text": request.POST.get("note", ""),
        "form_number": form_number(),
        "trail": [
            {"label": "Postings", "url": reverse("postings")},
            {"label": number, "url": reverse("posting", args=[number])},
            {"label": "Correction"},
        ],
    }
    if corrected is not None and not against:
        context |= shown_preview(found, corrected, person_of(request).pk)
        context["differences"] = told(body, json.loads(canonical_body(corrected)))
        context["looked"] = True
    return render(request, "backflush/correction.html", context, status=status_of(refused.refusals) if refused else 200)


def _reasons() -> list[dict[str, str]]:
    rows = ReasonCode.objects.filter(kind=ReasonKind.REVERSAL, active=True).order_by("code")
    return [{"code": row.code, "name": row.name, "note": row.owner} for row in rows]


def told(was: dict[str, Any], now: dict[str, Any]) -> list[dict[str, str]]:
    """What differs, each field by its name on the screen."""
    return [{"name": WORDS[one.field], "was": one.was, "now": one.now} for one in differences(was, now)]


def shown_preview(found: Posting, corrected: Report, person_id: int) -> dict[str, Any]:
    """What the corrected report would post, as the usage table shows it."""
    preview, symbols = preview_correction(found, corrected, person_id=person_id), unit_symbols()
    return {
        "would_block": [Refusal(**reason) for reason in preview["reasons"]],
        "preview_note": preview["note"],
        "preview_lines": [
            {**line, "symbol": symbols.get(line["unit"], line["unit"])}
            for line in preview["lines"]
            if line["draws"] or Decimal(line["quantity"] or 0)
        ],
        "preview_outputs": [{**one, "symbol": symbols.get(one["unit"], one["unit"])} for one in preview["outputs"]],
    }
