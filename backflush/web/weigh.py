"""Weighing and dispensing: the target for exactly this lot, a tolerance bar that follows the reading, and one issue by scan."""

import uuid
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from backflush.queries.scan_lines import LotAtHand, ScanLine, scan_lines
from backflush.rules.vocabulary import ReportKind
from backflush.web.sending import parsed, send_scan, with_remedies
from masterdata.models import Item, Unit
from masterdata.pages.figures import figure
from masterdata.pages.floor import floor_page
from masterdata.queries import unit_facts
from masterdata.rules.duties import Duty
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.typed_numbers import typed_number
from masterdata.rules.units import RoundingRule, round_quantity
from masterdata.rules.vocabulary import PostingMethod, Rounding
from traceability.models import OrderOperation, WorkOrder
from traceability.pages.order_head import floor_operation, floor_order, order_head
from traceability.pages.scanned import scanned

#: What scales show, beside the item's own unit.
_SCALE_UNITS = ("KGM", "GRM", "MGM", "LTR", "MLT")


@floor_page(Duty.REPORT_OUTPUT)
def weigh(request: HttpRequest, pk: int, operation: str) -> HttpResponse:
    """Without `?lot=`: what is to weigh, and a scan. With it: that lot on the scale."""
    order = floor_order(request, pk)
    at = floor_operation(order, operation)
    lines = [line for line in scan_lines(order, at.number, timezone.now()) if not line.serial]
    try:
        if request.method == "POST" and request.POST.get("code", "").strip():
            line, lot = _scanned(order, lines, request.POST["code"].strip())
            return redirect(f"{reverse('weigh', args=[order.pk, at.number])}?{urlencode({'lot': lot.lot})}")
        wanted = request.POST.get("lot") or request.GET.get("lot") or ""
        if not wanted:
            return _list(request, order, at, lines)
        line, lot = _chosen(lines, wanted)
    except Refused as refused:
        return _list(request, order, at, lines, with_remedies(refused, order, at))
    if request.method != "POST":
        return _scale(request, order, at, line, lot)
    try:
        event = _issue(request, order, at, lot)
    except Refused as refused:
        return _scale(request, order, at, line, lot, with_remedies(refused, order, at))
    return redirect("report-sent", event)


@floor_page(Duty.REPORT_OUTPUT)
def weigh_bar(request: HttpRequest, pk: int, operation: str) -> HttpResponse:
    """The tolerance bar for the reading on the screen."""
    order = floor_order(request, pk)
    at = floor_operation(order, operation)
    lines = [line for line in scan_lines(order, at.number, timezone.now()) if not line.serial]
    try:
        line, lot = _chosen(lines, request.POST.get("lot", ""))
    except Refused as refused:
        return render(request, "components/refusals.html", {"refusals": refused.refusals})
    return render(request, "backflush/weigh_bar.html", {"bar": _bar(request, line, lot), "line": line})


def _scanned(order: WorkOrder, lines: list[ScanLine], text: str) -> tuple[ScanLine, LotAtHand]:
    """The staged lot that a scan means; Refused where it is not staged here or not asked for."""
    wanted = {lot.item for line in lines for lot in line.lots} | {line.item.pk for line in lines}
    found = scanned(
        order.site, text, items=wanted, remedy="Scan the label of a lot that is staged; they are listed below."
    )
    for line in lines:
        for lot in line.lots:
            if any(lot.lot == one.pk for one in found.lots):
                return line, lot
    if not found.lots:
        raise Refused(
            Refusal("not_a_lot", f"{text} is a bin.", text, "Scan the label of the lot that stands on the scale.")
        )
    lot_code, item = found.lots[0].code, found.lots[0].item
    if item.pk in wanted:
        raise Refused(
            Refusal(
                "not_staged",
                f"Lot {lot_code} of {item.code} is not staged to order {order.number}.",
                lot_code,
                "Stage it first, or take a lot that is staged.",
            )
        )
    raise Refused(
        Refusal(
            "not_on_bom",
            f"This operation does not weigh {item.code} (lot {lot_code}).",
            lot_code,
            "Take what is listed below.",
        )
    )


def _chosen(lines: list[ScanLine], wanted: str) -> tuple[ScanLine, LotAtHand]:
    for line in lines:
        for lot in line.lots:
            if str(lot.lot) == wanted:
                return line, lot
    raise Refused(
        Refusal("not_staged", "Nothing of this lot is left at the order.", "", "Scan a lot that is staged to it.")
    )


def _issue(request: HttpRequest, order: WorkOrder, at: OrderOperation, lot: LotAtHand) -> uuid.UUID:
    """Send the scan-issue: the net quantity, in the unit of the scale."""
    post = request.POST
    gross, tare = _entered(post.get("gross", ""), "Reading"), _entered(post.get("tare", "") or "0", "Tare")
    if gross <= tare:
        raise Refused(
            Refusal(
                "nothing_weighed", "The reading is not more than the tare.", lot.code, "Weigh again, or mend the tare."
            )
        )
    payload = {
        "event_id": post.get("event_id", ""),
        "kind": str(ReportKind.SCAN_ISSUE),
        "order": order.number,
        "operation": at.number,
        "occurred_at": timezone.now().isoformat(),
        "item": Item.objects.values_list("code", flat=True).get(pk=lot.item),
        "lot": lot.code,
        "quantity": f"{gross - tare:f}",
        "unit": post.get("unit", "")[:3] or None,
        "tare": f"{tare:f}",
        "scale": post.get("scale", "").strip()[:40] or None,
    }
    return send_scan(request, parsed(payload))


def _entered(text: str, name: str) -> Decimal:
    """A weight that was typed or that the scale sent."""
    try:
        read = typed_number(text, name)
    except Refused as refused:
        if "quantity_not_a_number" not in refused.codes:
            raise
        read = ""
    if not read or Decimal(read) >= 10**12:
        raise Refused(
            Refusal("quantity_not_a_number", f"{name}: “{text}” is no weight.", name, "Enter digits, with one point.")
        )
    return Decimal(read)


def _bar(request: HttpRequest, line: ScanLine, lot: LotAtHand) -> dict[str, Any]:
    """Window, target and reading as percent of the bar, in the lot's own quantity; with the same in words."""
    unit = line.item.stock_unit
    symbol = unit.symbol or unit.code
    low = line.amount_of(lot, max(line.least - line.covered, Fraction(0)))
    high = line.amount_of(lot, max(line.most - line.covered, Fraction(0)))
    target = line.amount_of(lot, line.to_go)
    try:
        net = _net(request, line)
    except Refused:
        net = None
    bar: dict[str, Any] = {"figure": f"{_shown(net, line)} {symbol}" if net is not None else f"– {symbol}"}
    if line.target is None:
        return {**bar, "free": True, "tone": "info", "sentence": "no target: what is taken is issued"}
    # the window takes a fifth of the bar, so that it can be aimed at; what lies further off stands at its end
    around = max(high - low, target / 50, Fraction(1, 10**6)) * 2
    start, scale = max(low - around, Fraction(0)), high + around - max(low - around, Fraction(0))

    def place(value: Fraction) -> float:
        return round(min(max(float((value - start) / scale * 100), 1.0), 99.0), 2)

    bar |= {
        "low": place(low),
        "width": round(max(place(high) - place(low), 0.8), 2),
        "target": place(target),
        "reading": "" if net is None else place(net),
        "tone": "idle",
        "sentence": f"between {_shown(low, line, up=True)} and {_shown(high, line, up=False)} {symbol}",
    }
    if net is None:
        return bar
    if net > high:
        return {**bar, "tone": "blocked", "sentence": f"{_shown(net - high, line)} {symbol} too much"}
    if net < low:
        return {**bar, "tone": "soon", "sentence": f"{_shown(target - net, line)} {symbol} to go"}
    return {**bar, "tone": "good", "sentence": "inside"}


def _net(request: HttpRequest, line: ScanLine) -> Fraction | None:
    """The entered net quantity in the item's stock unit; None where nothing is entered."""
    if not request.POST.get("gross", "").strip():
        return None
    gross = _entered(request.POST.get("gross", ""), "Reading")
    tare = _entered(request.POST.get("tare", "") or "0", "Tare")
    units = unit_facts()
    own = units[line.item.stock_unit.code]
    used = units.get(request.POST.get("unit", ""), own)
    net = (
        Fraction(gross - tare) * used.factor / own.factor if used.dimension == own.dimension else Fraction(gross - tare)
    )
    return max(net, Fraction(0))


def _shown(value: Fraction, line: ScanLine, *, up: bool | None = None) -> str:
    mode = Rounding.HALF_EVEN if up is None else Rounding.UP if up else Rounding.DOWN
    rounded = round_quantity(value, RoundingRule(line.item.decimals, None, mode))
    return figure(Decimal(rounded.numerator) / Decimal(rounded.denominator))


def _list(
    request: HttpRequest, order: WorkOrder, at: OrderOperation, lines: list[ScanLine], refusals: Any = ()
) -> HttpResponse:
    context = {
        **order_head(order, "weigh", at),
        "refusals": refusals,
        "rows": [_row(order, at, line) for line in lines],
    }
    return render(request, "backflush/weigh.html", context, status=422 if refusals else 200)


def _row(order: WorkOrder, at: OrderOperation, line: ScanLine) -> dict[str, Any]:
    unit = line.item.stock_unit.symbol or line.item.stock_unit.code
    tone, word = "soon", f"{_shown(line.to_go, line)} {unit} to go"
    if line.target is None:
        tone, word = "info", "as taken"
    elif line.covered >= line.least:
        tone, word = "good", "complete"
    elif not line.lots:
        tone, word = "blocked", "nothing staged"
    base = reverse("weigh", args=[order.pk, at.number])
    return {
        "item": line.item,
        "unit": unit,
        "target": _shown(line.target, line) if line.target is not None else "",
        "covered": _shown(line.covered, line),
        "value": float(min(line.covered, line.target)) if line.target else 0,
        "most": float(line.target) if line.target else 0,
        "tone": tone,
        "word": word,
        "lots": [
            {"code": lot.code, "url": f"{base}?{urlencode({'lot': lot.lot})}", "there": _shown(lot.quantity, line)}
            for lot in line.lots
        ],
    }


def _scale(
    request: HttpRequest, order: WorkOrder, at: OrderOperation, line: ScanLine, lot: LotAtHand, refusals: Any = ()
) -> HttpResponse:
    unit = line.item.stock_unit
    same = Unit.objects.filter(code__in=_SCALE_UNITS, dimension=unit.dimension).exclude(pk=unit.pk).order_by("code")
    post = request.POST
    context = {
        **order_head(order, "weigh", at),
        "refusals": refusals,
        "line": line,
        "lot": lot,
        "bar": _bar(request, line, lot),
        "units": [unit, *same],
        "unit": unit.symbol or unit.code,
        "typed": {
            "gross": post.get("gross", ""),
            "tare": post.get("tare", ""),
            "unit": post.get("unit", unit.code),
            "scale": post.get("scale", ""),
        },
        "there": _shown(lot.quantity, line),
        "aim": _shown(line.amount_of(lot, line.to_go), line),
        "nominal": _shown(line.to_go, line),
        "potency": f"{figure(Decimal(lot.potency.numerator) / Decimal(lot.potency.denominator) * 100)} %"
        if lot.potency is not None
        else "",
        "label_potency": f"{figure(Decimal(line.label_potency.numerator) / Decimal(line.label_potency.denominator) * 100)} %"
        if line.label_potency is not None
        else "",
        "adjusted": lot.strength != 1 or lot.factor != 1,
        "free": line.method == PostingMethod.FORWARD,
        "event_id": post.get("event_id") or uuid.uuid4(),
    }
    return render(request, "backflush/weigh_scale.html", context, status=422 if refusals else 200)
