"""Reporting output at an order's operation: figures by touch or keyboard, and what they will consume before they are sent."""

import uuid
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from backflush.queries.order_progress import progress_of
from backflush.queries.previews import preview_usage
from backflush.queries.readiness import readiness
from backflush.queries.recipes import trigger_in_force
from backflush.rules.vocabulary import ReportKind
from backflush.web.floor_remedies import floor_remedies
from backflush.web.sending import parsed, send, with_remedies
from masterdata.actions.verify_presence import verify_presence
from masterdata.models import Person, ReasonCode, Unit
from masterdata.pages.access import person_of, status_of
from masterdata.pages.figures import figure
from masterdata.pages.floor import floor_page
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refused
from masterdata.rules.typed_numbers import typed_number
from masterdata.rules.vocabulary import ReasonKind, TriggerKind
from traceability.models import OrderOperation, WorkOrder
from traceability.pages.order_head import floor_operation, floor_order, order_head
from traceability.queries import read_scan

_NEEDS_SUPERVISOR = "quantity_implausible"


@floor_page(Duty.REPORT_OUTPUT)
def report(request: HttpRequest, pk: int, operation: str) -> HttpResponse:
    """The form; sent, it leads to what became of it. A refused form keeps everything that was typed."""
    order = floor_order(request, pk)
    at = floor_operation(order, operation)
    if request.method != "POST":
        return _page(request, order, at)
    try:
        confirmer = _confirmer(request)
        badge = confirmer.badge if confirmer else ""
        event = send(request, parsed(_payload(request, order, at, badge)), confirmer=confirmer)
    except Refused as refused:
        return _page(request, order, at, refused=refused)
    return redirect("report-sent", event)


@floor_page(Duty.REPORT_OUTPUT)
def report_preview(request: HttpRequest, pk: int, operation: str) -> HttpResponse:
    """What the figures on the screen would take, from which lots, and what speaks against them. Writes nothing."""
    order = floor_order(request, pk)
    at = floor_operation(order, operation)
    context: dict[str, Any] = {"order": order, "at": at}
    try:
        payload = _payload(request, order, at, request.POST.get("confirmed_by", "").strip()[:60])
    except Refused as refused:
        return render(request, "backflush/report_preview.html", {**context, "refusals": refused.refusals})
    payload.pop("event_id")
    if not any(payload[name] for name in ("good", "scrap", "rework", "setup_events")):
        context["empty"] = True
        return render(request, "backflush/report_preview.html", context)
    try:
        found = preview_usage(
            site_id=order.site_id,
            report=parsed(payload, preview=True),
            person=person_of(request),
            now=timezone.now(),
        )
    except Refused as refused:
        return render(request, "backflush/report_preview.html", {**context, "refusals": refused.refusals})
    symbols = dict(Unit.objects.values_list("code", "symbol"))
    context |= {
        "reasons": floor_remedies(found["reasons"], order, at),
        "supervisor": any(one["code"] == _NEEDS_SUPERVISOR for one in found["reasons"]),
        "note": found["note"],
        "lines": [
            {**line, "symbol": symbols.get(line["unit"], line["unit"])}
            for line in found["lines"]
            if line["draws"] or Decimal(line["quantity"] or 0)
        ],
        "outputs": [{**one, "symbol": symbols.get(one["unit"], one["unit"])} for one in found["outputs"]],
        "nothing": not found["lines"],
    }
    return render(request, "backflush/report_preview.html", context)


def _payload(request: HttpRequest, order: WorkOrder, at: OrderOperation, confirmed_by: str) -> dict[str, Any]:
    """The report as the API would have it, from what the form holds."""
    post = request.POST
    kind = _asked_kind(request) or _kind(order, at)
    reasons = _scrap_reasons()
    figures = _figures(
        request,
        {
            "good": "Good units",
            "rework": "Rework",
            "setup_events": "Setups",
            **{f"scrap-{reason.code}": reason.name for reason in reasons},
        },
    )
    scrap = [
        {"quantity": figures[f"scrap-{reason.code}"], "reason": reason.code}
        for reason in reasons
        if figures[f"scrap-{reason.code}"] not in ("", "0")
    ]
    payload: dict[str, Any] = {
        "event_id": post.get("event_id", ""),
        "kind": str(kind),
        "order": order.number,
        "operation": at.number,
        "occurred_at": timezone.now().isoformat(),
        "good": figures["good"] or None,
        "scrap": scrap,
        "rework": figures["rework"] or "0",
        "setup_events": figures["setup_events"] or "0",
        "output_lot": post.get("output_lot", "").strip() or None,
        "confirmed_by": confirmed_by or None,
    }
    if kind == ReportKind.HANDLING_UNIT_CLOSED:
        typed = post.get("handling_unit", "").strip()
        payload["handling_unit"] = (read_scan(typed).sscc or typed) or None
    for name in ("rework", "setup_events"):
        payload[name] = None if payload[name] == "0" else payload[name]
    if payload["good"] is None and any(payload[name] for name in ("scrap", "rework", "setup_events")):
        payload["good"] = "0"
    if kind == ReportKind.SETUP:
        payload |= {"good": None, "scrap": None, "rework": None, "setup_events": payload["setup_events"] or "1"}
    return payload


def _figures(request: HttpRequest, fields: dict[str, str]) -> dict[str, str]:
    """The figures of these fields (name → words), with a decimal point; Refused with all that can be read in no or two ways."""
    read, refusals = {}, []
    for field, name in fields.items():
        try:
            read[field] = typed_number(request.POST.get(field, ""), name)
        except Refused as refused:
            # what is no number at all is told with the report's other faults
            read[field] = request.POST[field]
            refusals += [one for one in refused.refusals if one.code != "quantity_not_a_number"]
    if refusals:
        raise Refused(*refusals)
    return read


def _asked_kind(request: HttpRequest) -> ReportKind | None:
    """The two kinds that are reported beside output: a setup, and that what is due at close shall be flushed."""
    asked = request.POST.get("kind", "")
    return ReportKind(asked) if asked in (ReportKind.SETUP, ReportKind.ORDER_CLOSE) else None


def _confirmer(request: HttpRequest) -> Person | None:
    """The supervisor who stood here and confirmed an unusual quantity; None where nobody did."""
    badge = request.POST.get("confirmed_by", "").strip()[:60]
    if not badge:
        return None
    return verify_presence(badge=badge, pin=request.POST.get("confirmed_pin", "")[:20], request=request)


def _kind(order: WorkOrder, at: OrderOperation) -> ReportKind:
    """The kind of report that declares output here."""
    trigger = trigger_in_force(order.made_by_id, at.number, at.line_id, timezone.now())
    return ReportKind(trigger.kind) if trigger else ReportKind.OPERATION_COMPLETE


def _scrap_reasons() -> list[ReasonCode]:
    return list(ReasonCode.objects.filter(kind=ReasonKind.SCRAP, active=True).order_by("code"))


def _page(
    request: HttpRequest, order: WorkOrder, at: OrderOperation, *, refused: Refused | None = None
) -> HttpResponse:
    post, kind = request.POST, _kind(order, at)
    made = progress_of(order.pk).get(at.number)
    good = made.good if made else Decimal(0)
    light = readiness(order, at.number, timezone.now())
    context = {
        **order_head(order, "report", at),
        "refusals": with_remedies(refused, order, at) if refused else [],
        "event_id": _event_id(request, refused),
        "kind": kind,
        "closes_unit": kind == ReportKind.HANDLING_UNIT_CLOSED,
        "by_close": kind == TriggerKind.ORDER_CLOSE,
        "other_event_ids": [str(uuid.uuid4()), str(uuid.uuid4())],
        "typed": {
            name: post.get(name, "")
            for name in ("good", "rework", "setup_events", "output_lot", "handling_unit", "confirmed_by")
        },
        "scrap": [
            {
                "code": reason.code,
                "field": f"scrap-{reason.code}",
                "name": f"{reason.name} ({reason.loss})",
                "value": post.get(f"scrap-{reason.code}", ""),
            }
            for reason in _scrap_reasons()
        ],
        "more_open": any(value for name, value in post.items() if name.startswith("scrap-"))
        or any(post.get(name) for name in ("rework", "setup_events", "output_lot")),
        "unit": order.unit.symbol or order.unit.code,
        "point": "." if order.item.decimals or order.unit_id != order.item.stock_unit_id else "",
        "good": good,
        "done": figure(good),
        "light": light,
    }
    return render(request, "backflush/report.html", context, status=status_of(refused.refusals) if refused else 200)


def _event_id(request: HttpRequest, refused: Refused | None) -> str:
    """A form that was refused keeps its number, unless that number is taken."""
    if refused is None or "sent_with_other_figures" in refused.codes:
        return str(uuid.uuid4())
    return request.POST.get("event_id") or str(uuid.uuid4())
