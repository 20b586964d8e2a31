"""Packing at an order's operation: units into a case, cases onto a pallet; closing one reports it through the same inbox."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from backflush.queries.recipes import trigger_in_force
from backflush.rules.vocabulary import ReportKind
from backflush.web.sending import free_event, parsed, send, with_remedies
from masterdata.models import Item, LabelVersion
from masterdata.pages.access import person_of
from masterdata.pages.floor import floor_page
from masterdata.pages.once import form_number, once
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.typed_numbers import is_typed_number, typed_number
from masterdata.rules.usage import plain_text
from masterdata.rules.vocabulary import HandlingUnitKind
from traceability.actions.make_sscc import make_sscc
from traceability.actions.open_handling_unit import open_handling_unit
from traceability.actions.pack_handling_unit import aggregate, pack_units, unpack_units
from traceability.models import HandlingUnit, OrderOperation, WorkOrder
from traceability.pages.order_head import floor_operation, floor_order, order_head
from traceability.queries import read_scan
from traceability.queries.packing import unit_fact, units_inside
from traceability.queries.pinned_boms import taken_by_order


@floor_page(Duty.REPORT_OUTPUT)
def pack(request: HttpRequest, pk: int, operation: str) -> HttpResponse:
    """Without `?unit=`: open a case or pallet, or scan one that is open. With it: what is in it, and close it."""
    order = floor_order(request, pk)
    at = floor_operation(order, operation)
    unit = _unit_named(order, request.POST.get("unit") or request.GET.get("unit") or "")
    refused: Refused | None = None
    if request.method == "POST":
        try:
            with once(request):
                return redirect(_do(request, order, at, unit))
        except Refused as why:
            refused = why
    return _page(request, order, at, unit, refused)


def _do(request: HttpRequest, order: WorkOrder, at: OrderOperation, unit: HandlingUnit | None) -> str:
    """One step of packing; returns where it leads."""
    person, now, step = person_of(request), timezone.now(), request.POST.get("step", "")
    if step == "open":
        made = open_handling_unit(
            order=order, sscc=_sscc(request), kind=request.POST.get("kind", ""), actor=person, now=now
        )
        return _address(order, at, made)
    if unit is None:
        raise Refused(
            Refusal("no_unit", "No handling unit is chosen.", order.number, "Open one, or choose one that is open.")
        )
    lot = request.POST.get("lot", "").strip()[:58]
    if step == "scan":
        _put_in(order, unit, request.POST.get("code", "").strip()[:400], lot, person, now)
    elif step == "out":
        quantity = typed_number(request.POST.get("quantity", ""))
        unpack_units(unit=unit, quantity=quantity, lot_code=lot, actor=person, now=now)
    elif step == "close":
        return _close(request, order, at, unit)
    return _address(order, at, unit)


def _put_in(order: WorkOrder, unit: HandlingUnit, text: str, lot: str, person: Any, now: Any) -> None:
    """A figure is a number of units; an SSCC is a handling unit; a unit's own label is one unit of its lot or serial."""
    if is_typed_number(text) and not read_scan(text).sscc:
        pack_units(unit=unit, quantity=typed_number(text), lot_code=lot, actor=person, now=now)
        return
    scan = read_scan(text)
    if scan.faults:
        raise Refused(*scan.faults)
    if scan.sscc:
        child = HandlingUnit.objects.filter(site_id=order.site_id, sscc=scan.sscc).first()
        if child is None:
            raise Refused(_unknown(scan.sscc))
        aggregate(child=child, parent=unit, actor=person, now=now)
        return
    if scan.gtin and scan.gtin != order.item.gtin:
        raise Refused(
            Refusal(
                "another_product",
                f"That is not {order.item.name}.",
                scan.gtin,
                "Take it off the line and call for help.",
            )
        )
    pack_units(
        unit=unit, quantity=scan.count or 1, lot_code=scan.lot or scan.serial or lot or scan.code, actor=person, now=now
    )


def _unknown(sscc: str) -> Refusal:
    return Refusal("handling_unit_unknown", f"Nothing was opened here as {sscc}.", sscc, "Open it first.")


def _close(request: HttpRequest, order: WorkOrder, at: OrderOperation, unit: HandlingUnit) -> str:
    """The report that closes it: its labels verified, its units as output where closing is what declares output here."""
    fact = unit_fact(unit)
    if not fact.holds and not fact.children:
        raise Refused(Refusal("nothing_inside", f"{unit.sscc} is empty.", unit.sscc, "Pack it before it is closed."))
    verified = _verified(request, _labels(order, at))
    trigger = trigger_in_force(order.made_by_id, at.number, at.line_id, timezone.now())
    declares = trigger is not None and trigger.kind == ReportKind.HANDLING_UNIT_CLOSED
    payload: dict[str, Any] = {
        "event_id": str(free_event(order.site_id, f"{order.pk}/{at.number}/{unit.sscc}/closed")),
        "kind": str(ReportKind.HANDLING_UNIT_CLOSED),
        "order": order.number,
        "operation": at.number,
        "occurred_at": timezone.now().isoformat(),
        "handling_unit": unit.sscc,
        "good": plain_text(fact.holds) if declares else None,
        "output_lot": fact.lots[0] if declares and at.last and fact.lots else "",
        "parameters": verified or None,
    }
    event = send(request, parsed(payload))
    return f"{reverse('report-sent', args=[event])}?{urlencode({'back': _address(order, at)})}"


def _labels(order: WorkOrder, at: OrderOperation) -> list[LabelVersion | Item]:
    """The label-controlled components that the operation takes, each with the version in force (or bare, without one)."""
    now = timezone.now()
    taken = {one.item_id for one in taken_by_order(order.pk, now) if one.operation_number == at.number}
    found: list[LabelVersion | Item] = []
    for item in Item.objects.filter(pk__in=taken, label_controlled=True).order_by("code"):
        version = (
            LabelVersion.objects.filter(item=item, approved_at__lte=now, verified_at__lte=now, withdrawn_at=None)
            .select_related("item")
            .order_by("-number")
            .first()
        )
        found.append(version or item)
    return found


def _verified(request: HttpRequest, labels: list[LabelVersion | Item]) -> dict[str, str]:
    """What was scanned of each label, to stand in the report; Refused where one is missing or another one."""
    refusals, scanned = [], {}
    for label in labels:
        if not isinstance(label, LabelVersion):
            continue  # the gate says that there is no approved version
        text = request.POST.get(f"label-{label.item.code}", "").strip()[:200]
        scan = read_scan(text)
        if text and (text.casefold() == label.artwork.casefold() or (scan.gtin and scan.gtin == label.item.gtin)):
            scanned[f"label {label.item.code}"[:60]] = text
            continue
        sentence = f"“{text}” is not label {label.artwork} of {label.item.code}." if text else ""
        refusals.append(
            Refusal(
                "label_differs",
                sentence or f"The label of {label.item.code} is not verified.",
                label.item.code,
                f"Scan the label on the {label.item.name}: {label.artwork}.",
            )
        )
    if refusals:
        raise Refused(*refusals)
    return scanned


def _sscc(request: HttpRequest) -> str:
    """As scanned; or a new one, where nothing was scanned."""
    text = request.POST.get("sscc", "").strip()[:400]
    return (read_scan(text).sscc or text) if text else make_sscc()


def _unit_named(order: WorkOrder, text: str) -> HandlingUnit | None:
    sscc = read_scan(text.strip()[:400]).sscc if text else ""
    return HandlingUnit.objects.filter(order=order, sscc=sscc).select_related("order", "parent").first()


def _address(order: WorkOrder, at: OrderOperation, unit: HandlingUnit | None = None) -> str:
    address = reverse("pack", args=[order.pk, at.number])
    return f"{address}?{urlencode({'unit': unit.sscc})}" if unit and unit.closed_at is None else address


def _page(
    request: HttpRequest, order: WorkOrder, at: OrderOperation, unit: HandlingUnit | None, refused: Refused | None
) -> HttpResponse:
    every = list(HandlingUnit.objects.filter(order=order, closed_at=None).order_by("-opened_at"))
    inside = units_inside([one.pk for one in every])
    context = {
        **order_head(order, "pack", at),
        "refusals": with_remedies(refused, order, at) if refused else [],
        "form_number": form_number(),
        "unit": unit,
        "makes_sscc": bool(settings.GS1_COMPANY_PREFIX),
        "kinds": [one.value for one in (HandlingUnitKind.CASE, HandlingUnitKind.PALLET, HandlingUnitKind.UNIT)],
        "opened": [{"unit": one, "url": _address(order, at, one), "lots": inside.get(one.pk, {})} for one in every],
        "lots": inside.get(unit.pk, {}) if unit else {},
        "children": HandlingUnit.objects.filter(parent=unit).order_by("sscc") if unit else [],
        "lot": request.POST.get("lot") or order.output_lot_code or order.number,
        "labels": [one for one in _labels(order, at) if isinstance(one, LabelVersion)] if unit else [],
        "measure": order.unit.symbol or order.unit.code,
        "action": _address(order, at),
    }
    return render(request, "backflush/pack.html", context, status=422 if refused else 200)
