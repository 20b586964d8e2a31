"""Staging at an order: where to walk, which lot to take, and one scan after the other with an answer seen from far away."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date

from masterdata.models import Bin
from masterdata.pages.access import person_of, status_of
from masterdata.pages.figures import day, figure, raw
from masterdata.pages.floor import floor_page, is_part
from masterdata.pages.once import form_number, once
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.typed_numbers import is_typed_number, typed_number
from masterdata.rules.vocabulary import BinKind
from traceability.actions.stage_lot import stage_lot, why_not_staged
from traceability.actions.take_back_staging import take_back_staging
from traceability.models import MaterialLot, StagingScan, WorkOrder
from traceability.pages.order_head import floor_order, order_head
from traceability.pages.picking_state import Taking, settle, taking_of
from traceability.pages.scanned import Scanned, scanned, the_lot
from traceability.queries import pick_list, staging_scans
from traceability.queries.bins import staging_bins
from traceability.queries.pick_lists import PickLine
from traceability.rules.staging import SOURCES_OF_STAGING
from traceability.rules.vocabulary import StagingKind

_SOURCES = frozenset(str(kind) for kind in SOURCES_OF_STAGING)


@dataclass
class Work:
    """What the page shows besides the order: how far the scan is, and the answer to the last one."""

    taking: Taking = field(default_factory=Taking)
    to_bin: Bin | None = None
    label_quantity: Decimal | None = None
    banner: dict[str, Any] | None = None
    refusals: tuple[Refusal, ...] = ()
    typed: str = ""


@floor_page(to_change=Duty.HANDLE_STOCK)
def stage(request: HttpRequest, pk: int) -> HttpResponse:
    """A scan names the lot or its bin; a quantity (or the same label again, for the whole container) binds it."""
    order = floor_order(request, pk)
    work = Work()
    if request.method == "POST":
        work.taking = taking_of(request, order.site)
        work.to_bin = Bin.objects.filter(pk=_number(request.POST.get("to_bin")), site=order.site).first()
        try:
            _step(request, order, work)
        except Refused as refused:
            work.refusals = refused.refusals
            if not work.taking.is_complete:
                _settled_quietly(work)
    return _show(request, order, work)


@floor_page(to_change=Duty.HANDLE_STOCK)
def stage_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the last scan."""
    order = floor_order(request, pk)
    if request.method != "POST":
        return redirect("stage", order.pk)
    work = Work()
    scan = StagingScan.objects.filter(pk=_number(request.POST.get("scan")), order=order).first()
    try:
        if scan is None:
            raise Refused(Refusal("not_a_staging", "There is no such scan.", "", "Look at the scans below."))
        take_back_staging(scan=scan, actor=person_of(request), now=timezone.now())
        sentence = f"{_amount(scan)} of lot {scan.lot.code} taken back to {scan.from_bin.code}."
        work.banner = {"kind": "good", "sentence": sentence, "word": "Taken back"}
    except Refused as refused:
        work.refusals = refused.refusals
    return _show(request, order, work)


def _step(request: HttpRequest, order: WorkOrder, work: Work) -> None:
    """One scan, or one quantity, moves the work on."""
    taking = work.taking
    text = request.POST.get("code", "").strip()
    if not text:
        settle(taking, kinds=_SOURCES)
        work.typed = request.POST.get("quantity", "")
        return _bind(request, order, work, typed_number(work.typed))
    if taking.lot is not None and taking.place is not None and is_typed_number(text):
        settle(taking, kinds=_SOURCES)
        work.typed = text
        return _bind(request, order, work, typed_number(text))
    lines = pick_list(order, timezone.now())
    found = scanned(order.site, text, items={line.item.pk for line in lines})
    if found.bin is not None and not found.lots:
        return _bin_scanned(work, found.bin)
    lot = the_lot(found.lots, text)
    if taking.lot is not None and lot.pk == taking.lot.pk and taking.place is not None:
        settle(taking, kinds=_SOURCES)
        work.label_quantity = found.quantity
        proposed = _proposed(work, lines)
        if not proposed:
            raise Refused(_not_needed(lot))
        return _bind(request, order, work, raw(proposed))
    return _lot_scanned(order, work, found, taking.place if taking.lot is None else None)


def _not_needed(lot: MaterialLot) -> Refusal:
    return Refusal(
        "not_needed",
        f"Nothing more of {lot.item.code} is needed for this order.",
        lot.code,
        "Leave it where it is; or enter how much you stage all the same.",
    )


def _bin_scanned(work: Work, place: Bin) -> None:
    if work.taking.lot is not None and place.kind == BinKind.STAGING:
        work.to_bin = place
        settle(work.taking, kinds=_SOURCES)
        return
    work.taking.place = place
    if work.taking.lot is not None:
        settle(work.taking, kinds=_SOURCES)
    work.banner = {"kind": "info", "sentence": f"Bin {place.code}.", "word": "Scanned"}


def _lot_scanned(order: WorkOrder, work: Work, found: Scanned, place: Bin | None) -> None:
    lot = the_lot(found.lots, found.text)
    work.taking = Taking(lot, place)
    settle(work.taking, kinds=_SOURCES)
    work.label_quantity = found.quantity
    start = work.taking.place or work.taking.places[0].bin
    target = _target(order, work)
    if target is not None:
        against = why_not_staged(order=order, lot=lot, from_bin=start, to_bin=target, now=timezone.now())
        if against:
            work.taking = Taking()
            raise Refused(*against)


def _bind(request: HttpRequest, order: WorkOrder, work: Work, quantity: str) -> None:
    taking, target = work.taking, _target(order, work)
    if taking.lot is None or taking.place is None:
        raise Refused(Refusal("scan_first", "Scan the lot first.", "", "Scan its label; then enter how much."))
    if target is None:
        raise Refused(
            Refusal(
                "no_staging_bin",
                f"No staging bin serves the operation that takes {taking.lot.item.code}.",
                taking.lot.item.code,
                "Let an engineer name a staging bin that serves this line.",
            )
        )
    with once(request):
        scan = stage_lot(
            order=order,
            lot=taking.lot,
            from_bin=taking.place,
            to_bin=target,
            quantity=quantity,
            actor=person_of(request),
            now=timezone.now(),
        )
    work.banner = {
        "kind": "good",
        "sentence": f"{_amount(scan)} of {scan.lot.code} staged to {scan.to_bin.code}.",
        "detail": f"{scan.lot.item.name}, for order {order.number}",
    }
    work.taking, work.to_bin, work.typed = Taking(), None, ""


def _target(order: WorkOrder, work: Work) -> Bin | None:
    """The staging bin that was chosen, else the first that serves the operation which takes the lot's item."""
    if work.to_bin is not None or work.taking.lot is None:
        return work.to_bin
    serving = _targets(order, work)
    return Bin.objects.get(pk=next(iter(serving))) if serving else None


def _targets(order: WorkOrder, work: Work) -> dict[int, str]:
    lot = work.taking.lot
    if lot is None:
        return {}
    lines = pick_list(order, timezone.now())
    operations = [
        line.operation_number
        for line in lines
        if lot.item_id in {line.item.pk, *(alternate.pk for alternate in line.alternates)}
    ]
    # an item that no operation takes is refused by the rule, which needs some bin of the order to be asked about
    return staging_bins(order.pk, operations or [line.operation_number for line in lines])


def _settled_quietly(work: Work) -> None:
    """After a refusal the page goes on from what is still known."""
    try:
        settle(work.taking, kinds=_SOURCES)
    except Refused:
        work.taking = Taking()


def _show(request: HttpRequest, order: WorkOrder, work: Work) -> HttpResponse:
    lines = pick_list(order, timezone.now())
    taking = work.taking
    line = next((one for one in lines if taking.lot and one.item.pk == taking.lot.item_id), None)
    proposed = _proposed(work, lines) if taking.is_complete else Decimal(0)
    context = {
        **order_head(order, "stage"),
        "work": work,
        "refusals": work.refusals,
        "taking": taking,
        "unit": taking.lot.item.stock_unit.symbol if taking.lot else "",
        "targets": _targets(order, work) if taking.is_complete else {},
        "target": _target(order, work) if taking.is_complete else None,
        "suggested": work.typed or (raw(proposed) if proposed else ""),
        "proposed": figure(proposed) if proposed else "",
        "not_needed": _not_needed(taking.lot) if taking.lot and taking.is_complete and not proposed else None,
        "there": figure(taking.there),
        "point": "." if taking.lot and taking.lot.item.decimals else "",
        "earlier": _earlier(line, taking),
        "lines": [_line_row(one) for one in lines],
        "walk": _walk(lines),
        "done_lines": sum(1 for one in lines if _is_done(one)),
        "all_lines": len(lines),
        "scans": _scans(order),
        "form_number": form_number(),
    }
    template = "traceability/stage_work.html" if is_part(request) else "traceability/stage.html"
    return render(request, template, context, status=status_of(work.refusals) if work.refusals else 200)


def _proposed(work: Work, lines: list[PickLine]) -> Decimal:
    """The label's quantity, else what is there, and never more than the order still needs of the item."""
    taking = work.taking
    assert taking.lot is not None
    most = min(work.label_quantity or taking.there, taking.there)
    own = [line for line in lines if line.item.pk == taking.lot.item_id]
    served = own or [line for line in lines if taking.lot.item_id in {item.pk for item in line.alternates}]
    needed = sum((max(line.needed - line.bound - line.issued, Decimal(0)) for line in served), Decimal(0))
    # how much of an alternate does the work of one main item is not known here
    return min(most, needed) if own or not needed else most


def _earlier(line: PickLine | None, taking: Taking) -> str:
    """The lot that the order's strategy would take before the scanned one."""
    if line is None or taking.lot is None or not line.picks:
        return ""
    lots = {pick.shelf.lot for pick in line.picks}
    first = line.picks[0].shelf
    return "" if taking.lot.pk in lots else f"{first.lot_code} in {first.bin_code}"


def _is_done(line: PickLine) -> bool:
    return line.supermarket or line.bound + line.issued >= line.needed


def _line_row(line: PickLine) -> dict[str, Any]:
    tone, word = "soon", "to fetch"
    if line.supermarket:
        tone, word = "info", "at the line"
    elif _is_done(line):
        tone, word = "good", "complete"
    elif line.missing > 0:
        tone, word = "blocked", f"{figure(line.missing)} {line.item.stock_unit.symbol} missing"
    return {
        "operation": line.operation_number,
        "item": line.item,
        "needed": figure(line.needed),
        "bound": figure(line.bound),
        "issued": figure(line.issued),
        "unit": line.item.stock_unit.symbol,
        "tone": tone,
        "word": word,
    }


def _walk(lines: list[PickLine]) -> list[dict[str, Any]]:
    """Where to go, in walking order."""
    stops = [(pick.shelf, pick.quantity, line) for line in lines for pick in line.picks]
    stops.sort(key=lambda stop: (stop[0].walking_order, stop[0].bin_code, stop[0].lot_code))
    return [
        {
            "bin": shelf.bin_code,
            "lot": shelf.lot_code,
            "item": line.item,
            "quantity": figure(Decimal(quantity.numerator) / Decimal(quantity.denominator)),
            "unit": line.item.stock_unit.symbol,
            "expires": day(parse_date(shelf.expires_on)) if shelf.expires_on[:4] < "9000" else "",
        }
        for shelf, quantity, line in stops
    ]


def _scans(order: WorkOrder) -> list[dict[str, Any]]:
    """The last scans; the newest that stands can be taken back."""
    rows, offered = [], False
    for scan in staging_scans(order, limit=6):
        undone = hasattr(scan, "undone_by")
        stands = scan.kind == StagingKind.STAGE and not undone
        rows.append(
            {
                "scan": scan,
                "amount": _amount(scan),
                "what": "taken back" if undone else scan.get_kind_display(),
                "tone": "idle" if undone or scan.kind != StagingKind.STAGE else "good",
                "may_undo": stands and not offered and order.state == "released",
                "expires": day(scan.lot.expires_on),
            }
        )
        offered = offered or stands
    return rows


def _amount(scan: StagingScan) -> str:
    unit = scan.lot.item.stock_unit
    return f"{figure(scan.quantity)} {unit.symbol or unit.code}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 18 else 0
