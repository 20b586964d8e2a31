"""A report from a screen on its way in, once however often its button is pressed; and the page that says what became of it."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from backflush.actions.receive_report import receive_report
from backflush.models import ReportBody
from backflush.queries.previews import preview_usage
from backflush.queries.reports import describe, report_by_event, report_state
from backflush.rules.report import Report, canonical_body, parse_report
from backflush.rules.strict_json import Fault
from backflush.tasks import ring_the_bell
from backflush.web.floor_remedies import floor_remedies
from masterdata.models import Person
from masterdata.pages.access import person_of, the_site
from masterdata.pages.figures import figure
from masterdata.pages.floor import floor_page
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from traceability.models import OrderOperation, WorkOrder

_NAMES = UUID("6a3f5b1e-54c1-4a39-9d43-0f0d6f2c8b57")
_SETTLED = ("posted", "refused", "waived", "reversed")
_WORDS = {
    "good": "Good units",
    "rework": "Rework",
    "quantity": "Quantity",
    "tare": "Tare",
    "setup_events": "Setups",
    "handling_unit": "SSCC",
    "event_id": "The form",
}


def parsed(payload: Mapping[str, Any], *, preview: bool = False) -> Report:
    """The report; Refused with every fault in words."""
    found = parse_report(payload, preview=preview)
    if isinstance(found, Report):
        return found
    raise Refused(*(_in_words(fault) for fault in found))


def send(request: HttpRequest, report: Report, *, confirmer: Person | None = None) -> UUID:
    """Take the report in and ring the bell; returns its event id. The same form again is the same report.

    `confirmer`: who confirmed the quantity with badge and PIN.

    Refused('sent_with_other_figures') where this form was sent before and said something else.
    """
    site, person = the_site(request), person_of(request)
    assert report.event_id is not None
    receipt = receive_report(site_id=site.pk, report=report, person=person, confirmer=confirmer, now=timezone.now())
    if receipt.outcome == "new":
        ring_the_bell()
    elif receipt.outcome == "conflict" and (
        receipt.report.person_id != person.pk or not _same_but_for_time(receipt.report.pk, report)
    ):
        raise Refused(
            Refusal(
                "sent_with_other_figures",
                "This form was sent before, with other figures. Only the first ones are recorded.",
                str(report.event_id),
                "Look at what became of them; for further units open a new form.",
            )
        )
    return report.event_id


def send_scan(request: HttpRequest, report: Report) -> UUID:
    """As `send`, for something scanned or weighed by hand: what would not post is refused at once, and nothing is recorded."""
    found = preview_usage(site_id=the_site(request).pk, report=report, person=person_of(request), now=timezone.now())
    if found["reasons"]:
        raise Refused(*(Refusal(**reason) for reason in found["reasons"]))
    return send(request, report)


def free_event(site_id: int, name: str) -> UUID:
    """The event id of a thing that is reported once, by its name; a later one where the earlier came to nothing for good."""
    for attempt in range(1000):
        event = uuid5(_NAMES, f"{site_id}/{name}/{attempt}")
        known = report_by_event(site_id, event)
        if known is None or known.state not in ("refused", "waived", "reversed"):
            return event
    raise Refused(Refusal("too_often", "This was tried too often.", name, "Call a supervisor."))


def with_remedies(refused: Refused, order: WorkOrder, operation: OrderOperation) -> list[dict[str, Any]]:
    """What was refused, with the screens where it is mended."""
    return floor_remedies((one.as_dict() for one in refused.refusals), order, operation)


def _same_but_for_time(report_id: int, report: Report) -> bool:
    """Whether a stored report says the same: pressed twice, only the second differs."""
    stored = json.loads(ReportBody.objects.get(pk=report_id).body)
    said = json.loads(canonical_body(report))
    return {**stored, "occurred_at": ""} == {**said, "occurred_at": ""}


@floor_page(Duty.REPORT_OUTPUT)
def report_sent(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """What became of a report; the page asks until it is settled."""
    return render(request, "backflush/report_sent.html", _context(request, event_id))


@floor_page(Duty.REPORT_OUTPUT)
def report_answer(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """The answer alone, as the page asks for it."""
    return render(request, "backflush/report_answer.html", _context(request, event_id))


def _context(request: HttpRequest, event_id: UUID) -> dict[str, Any]:
    site = the_site(request)
    report, state = report_by_event(site.pk, event_id), report_state(site.pk, event_id)
    if report is None or state is None:
        raise Http404("There is no such report.")
    (row,) = describe([report])
    order = WorkOrder.objects.filter(pk=report.order_id).select_related("item", "unit").first()
    operation = (
        OrderOperation.objects.filter(order_id=report.order_id, number=report.operation_number)
        .select_related("line")
        .first()
    )
    back = request.GET.get("back", "")
    return {
        "event_id": event_id,
        "state": state["state"],
        "settled": state["state"] in _SETTLED,
        "reasons": floor_remedies(state["reasons"], order, operation),
        "posting": state["posting"]["number"] if state["posting"] else "",
        "note": state["posting"]["note"] if state["posting"] else "",
        "order": order,
        "operation": operation,
        "is_scan": report.kind == "scan_issue",
        "said": _said(row["body"], order.unit.symbol if order else ""),
        "waits": row["attempts"] > 0,
        "seconds": (timezone.now() - row["received_at"]).total_seconds(),
        "back": back if url_has_allowed_host_and_scheme(back, None) else _back(report.kind, order, operation),
        "answer_url": f"{reverse('report-answer', args=[event_id])}?{request.GET.urlencode()}",
    }


def _back(kind: str, order: WorkOrder | None, operation: OrderOperation | None) -> str:
    if order is None or operation is None:
        return reverse("line-board")
    return reverse("weigh" if kind == "scan_issue" else "report", args=[order.pk, operation.number])


def _said(body: Mapping[str, Any], unit: str) -> str:
    """What was reported, in one line."""
    if body.get("kind") == "scan_issue":
        return (
            f"{figure(body.get('quantity'))} {body.get('unit', '')} of {body.get('lot', '')} ({body.get('item', '')})"
        )
    parts = [f"{figure(body.get('good', '0'))} {unit} good".replace("  ", " ")]
    parts += [f"{figure(one['quantity'])} scrap ({one['reason']})" for one in body.get("scrap", [])]
    parts += [f"{figure(body['rework'])} rework"] if body.get("rework") else []
    parts += [f"{body['setup_events']} setup"] if body.get("setup_events") else []
    return ", ".join(parts)


def _in_words(fault: Fault) -> Refusal:
    name = fault.field.split(".")[0]
    words = _WORDS.get(name, name.replace("_", " ").capitalize())
    if fault.code == "required":
        return Refusal(fault.code, f"{words}: nothing is entered.", name, "Enter it; 0 if there is none.")
    if fault.code == "not_a_decimal_string":
        return Refusal(fault.code, f"{words}: that is no quantity.", name, "Enter digits, with at most one point.")
    return Refusal(fault.code, fault.detail or words, name, "Mend it and send again.")
