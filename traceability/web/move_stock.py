"""Unbound stock on the move: put away into a store bin, or filled into a line's supermarket."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from masterdata.models import Bin
from masterdata.pages.access import person_of, status_of, the_site
from masterdata.pages.figures import figure, raw
from masterdata.pages.floor import floor_page, is_part
from masterdata.pages.once import form_number, once
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.typed_numbers import is_typed_number, typed_number
from masterdata.rules.vocabulary import UNCOUNTED_BINS, BinKind
from traceability.actions.fill_supermarket import fill_supermarket
from traceability.actions.put_away import put_away
from traceability.pages.picking_state import Taking, settle, taking_of
from traceability.pages.scanned import scanned, the_lot

_COUNTED = frozenset(str(kind) for kind in BinKind if kind not in UNCOUNTED_BINS)


@floor_page(to_change=Duty.HANDLE_STOCK)
def move_stock(request: HttpRequest) -> HttpResponse:
    """The lot, where it lies, where it goes, how much: each by a scan."""
    site = the_site(request)
    taking, target = Taking(), None
    banner: dict[str, Any] | None = None
    refusals: tuple[Refusal, ...] = ()
    if request.method == "POST":
        taking = taking_of(request, site)
        target = Bin.objects.filter(pk=_number(request.POST.get("to_bin")), site=site).first()
        text = request.POST.get("code", "").strip()
        try:
            if not text or (target is not None and is_typed_number(text)):
                banner = _move(request, taking, target, typed_number(text or request.POST.get("quantity", "")))
                taking, target = Taking(), None
            else:
                taking, target = _scanned(request, taking, target, text)
        except Refused as refused:
            refusals = refused.refusals
            taking = _kept(taking)
    return _show(request, taking, target, banner, refusals)


def _scanned(request: HttpRequest, taking: Taking, target: Bin | None, text: str) -> tuple[Taking, Bin | None]:
    found = scanned(the_site(request), text)
    if found.lots:
        return settle(Taking(the_lot(found.lots, text)), kinds=_COUNTED), None
    assert found.bin is not None
    if taking.lot is None:
        raise Refused(
            Refusal("scan_first", f"{found.bin.code} is a bin.", found.bin.code, "Scan the lot that you move first.")
        )
    if taking.place is None:
        return settle(Taking(taking.lot, found.bin), kinds=_COUNTED), None
    settle(taking, kinds=_COUNTED)
    return taking, found.bin


def _move(request: HttpRequest, taking: Taking, target: Bin | None, quantity: str) -> dict[str, Any]:
    settle(taking, kinds=_COUNTED)
    if taking.lot is None or taking.place is None or target is None:
        raise Refused(
            Refusal("scan_first", "Lot and bin are not scanned yet.", "", "Scan the lot, then the bin that it goes to.")
        )
    act = fill_supermarket if target.kind == BinKind.SUPERMARKET else put_away
    with once(request):
        act(
            lot=taking.lot,
            from_bin=taking.place,
            to_bin=target,
            quantity=quantity,
            actor=person_of(request),
            now=timezone.now(),
        )
    unit = taking.lot.item.stock_unit.symbol
    verb = "filled into" if target.kind == BinKind.SUPERMARKET else "moved to"
    return {"kind": "good", "sentence": f"{figure(quantity)} {unit} of {taking.lot.code} {verb} {target.code}."}


def _kept(taking: Taking) -> Taking:
    try:
        return settle(taking, kinds=_COUNTED)
    except Refused:
        return Taking()


def _show(
    request: HttpRequest, taking: Taking, target: Bin | None, banner: dict[str, Any] | None, refusals: Any
) -> HttpResponse:
    target = target if taking.is_complete else None
    typed = request.POST.get("quantity") or ""
    context = {
        "banner": banner,
        "refusals": refusals,
        "taking": taking,
        "target": target,
        "fills": target is not None and target.kind == BinKind.SUPERMARKET,
        "there": figure(taking.there),
        "unit": taking.lot.item.stock_unit.symbol if taking.lot else "",
        "point": "." if taking.lot and taking.lot.item.decimals else "",
        "quantity": (typed if refusals and typed else raw(taking.there)) if target else "",
        "form_number": form_number(),
    }
    template = "traceability/move_work.html" if is_part(request) else "traceability/move.html"
    return render(request, template, context, status=status_of(refusals) if refusals else 200)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 18 else 0
