"""Assembling serials: the unit is scanned, then each serial that goes into it; what is missing stays red."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from backflush.queries.recipes import trigger_in_force
from backflush.queries.reports import report_by_event
from backflush.queries.scan_lines import ScanLine, scan_lines
from backflush.queries.unit_scans import UNIT, scans_of_unit
from backflush.rules.vocabulary import ReportKind
from backflush.web.floor_remedies import floor_remedies
from backflush.web.sending import free_event, parsed, send, send_scan, with_remedies
from masterdata.pages.floor import floor_page, is_part
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from traceability.models import OrderOperation, WorkOrder
from traceability.pages.order_head import floor_operation, floor_order, order_head
from traceability.pages.scanned import scanned, the_lot
from traceability.queries import read_scan

_MOST_SHOWN = 12


@floor_page(Duty.REPORT_OUTPUT)
def assemble(request: HttpRequest, pk: int, operation: str) -> HttpResponse:
    """Without `?unit=`: scan the unit. With it: its serials, one scan after the other."""
    order = floor_order(request, pk)
    at = floor_operation(order, operation)
    unit = (request.POST.get("unit") or request.GET.get("unit") or "").strip()[:58]
    banner: dict[str, Any] | None = None
    refusals: list[dict[str, Any]] = []
    if request.method == "POST":
        text = request.POST.get("code", "").strip()
        try:
            if not unit:
                return redirect(_address(order, at, _unit_code(text)))
            if request.POST.get("finished"):
                return _finish(request, order, at, unit)
            banner = _scan(request, order, at, unit, text)
        except Refused as refused:
            refusals = with_remedies(refused, order, at)
    return _show(request, order, at, unit, banner, refusals)


@floor_page(Duty.REPORT_OUTPUT)
def assemble_state(request: HttpRequest, pk: int, operation: str) -> HttpResponse:
    """The serials of a unit alone, asked for while one of them is being posted."""
    order = floor_order(request, pk)
    at = floor_operation(order, operation)
    unit = request.GET.get("unit", "").strip()[:58]
    return render(request, "backflush/assemble_slots.html", _slots(order, at, unit))


def _address(order: WorkOrder, at: OrderOperation, unit: str = "") -> str:
    address = reverse("assemble", args=[order.pk, at.number])
    return f"{address}?{urlencode({'unit': unit})}" if unit else address


def _unit_code(text: str) -> str:
    """The serial of the unit that is being built, by label or as typed."""
    scan = read_scan(text)
    if scan.faults:
        raise Refused(*scan.faults)
    code = scan.serial or scan.lot or scan.code
    if not code or len(code) > 58 or not code.isprintable():
        raise Refused(
            Refusal("no_unit", "This label names no unit.", text[:40], "Scan the serial number of the unit you build.")
        )
    return code


def _scan(request: HttpRequest, order: WorkOrder, at: OrderOperation, unit: str, text: str) -> dict[str, Any]:
    """One serial goes into the unit: a scan-issue of one."""
    lines = _serial_lines(order, at)
    wanted = {line.item.pk for line in lines} | {lot.item for line in lines for lot in line.lots}
    found = scanned(order.site, text, items=wanted, remedy="Scan the serial on a part that is listed here as missing.")
    if not found.lots:
        raise Refused(Refusal("not_a_serial", f"{text} is a bin.", text, "Scan the serial of the part."))
    lot = the_lot(found.lots, text)
    if lot.item_id not in wanted:
        raise Refused(
            Refusal(
                "not_on_bom",
                f"{lot.item.code} (serial {lot.code}) does not go into this unit here.",
                lot.code,
                "Scan the parts that are listed.",
            )
        )
    event = free_event(order.site_id, f"{order.pk}/{at.number}/{unit}/{lot.pk}")
    if report_by_event(order.site_id, event) is not None:
        raise Refused(
            Refusal("scanned_before", f"Serial {lot.code} is in this unit already.", lot.code, "Scan the next part.")
        )
    payload = {
        "event_id": str(event),
        "kind": str(ReportKind.SCAN_ISSUE),
        "order": order.number,
        "operation": at.number,
        "occurred_at": timezone.now().isoformat(),
        "item": lot.item.code,
        "lot": lot.code,
        "quantity": "1",
        "parameters": {UNIT: unit},
    }
    send_scan(request, parsed(payload))
    return {"kind": "good", "sentence": f"{lot.item.name} {lot.code} scanned.", "word": "Scanned"}


def _finish(request: HttpRequest, order: WorkOrder, at: OrderOperation, unit: str) -> HttpResponse:
    """The unit is complete: one good unit is reported, with the unit's serial as its lot."""
    trigger = trigger_in_force(order.made_by_id, at.number, at.line_id, timezone.now())
    payload = {
        "event_id": str(free_event(order.site_id, f"{order.pk}/{at.number}/{unit}/finished")),
        "kind": str(trigger.kind) if trigger else str(ReportKind.OPERATION_COMPLETE),
        "order": order.number,
        "operation": at.number,
        "occurred_at": timezone.now().isoformat(),
        "good": "1",
        "output_lot": unit if at.last else None,
    }
    event = send(request, parsed(payload))
    return redirect(f"{reverse('report-sent', args=[event])}?{urlencode({'back': _address(order, at)})}")


def _serial_lines(order: WorkOrder, at: OrderOperation) -> list[ScanLine]:
    return [line for line in scan_lines(order, at.number, timezone.now()) if line.serial]


def _slots(order: WorkOrder, at: OrderOperation, unit: str) -> dict[str, Any]:
    """For every part of the unit: the serials scanned, with their state, and how many are still missing."""
    # scans first: one that posts in between is then still waited for, and the page asks again
    scans = scans_of_unit(order.pk, at.number, unit) if unit else []
    lines = _serial_lines(order, at)
    slots = []
    for line in lines:
        own = [_slot(scan, order, at) for scan in scans if scan["body"].get("item") in line.codes]
        standing = [one for one in own if one["state"] in ("posted", "received")]
        pending = sum(1 for one in standing if one["state"] == "received")
        missing = line.missing_for_next(scanned=len(standing), pending=pending)
        slots.append({"item": line.item, "scans": own, "missing": range(min(missing, _MOST_SHOWN)), "count": missing})
    return {
        "order": order,
        "at": at,
        "unit": unit,
        "slots": slots,
        "waiting": any(scan["state"] == "received" for scan in scans),
        "complete": bool(slots) and not any(slot["count"] for slot in slots),
        "state_url": f"{reverse('assemble-state', args=[order.pk, at.number])}?{urlencode({'unit': unit})}",
        "action": _address(order, at),
    }


def _slot(scan: dict[str, Any], order: WorkOrder, at: OrderOperation) -> dict[str, Any]:
    tones = {"posted": ("good", "built in"), "received": ("soon", "being posted"), "blocked": ("blocked", "waits")}
    tone, word = tones.get(scan["state"], ("blocked", "refused"))
    shown = scan["state"] in ("blocked", "refused")
    return {
        "state": scan["state"],
        "serial": scan["body"].get("lot", ""),
        "tone": tone,
        "word": word,
        "reasons": floor_remedies(scan["reasons"], order, at) if shown else [],
    }


def _show(
    request: HttpRequest,
    order: WorkOrder,
    at: OrderOperation,
    unit: str,
    banner: dict[str, Any] | None,
    refusals: Any,
) -> HttpResponse:
    context = {**_slots(order, at, unit), "banner": banner, "refusals": refusals, "is_open": order.state == "released"}
    if not is_part(request):
        context |= order_head(order, "assemble", at)
    template = "backflush/assemble_work.html" if is_part(request) else "backflush/assemble.html"
    return render(request, template, context, status=422 if refusals else 200)
