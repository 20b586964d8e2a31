"""Return at an order: what is still bound, how much goes back, why, whether it was exposed, and so where it goes."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from masterdata.models import Bin, ReasonCode
from masterdata.pages.access import person_of, status_of
from masterdata.pages.figures import figure, raw
from masterdata.pages.floor import floor_page, is_part
from masterdata.pages.once import form_number, once
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import BinKind, ReasonKind
from traceability.actions.return_to_stock import return_to_stock
from traceability.models import StagingScan, WorkOrder
from traceability.pages.order_head import floor_order, order_head
from traceability.pages.picking_state import Taking, settle, taking_of
from traceability.pages.scanned import scanned, the_lot
from traceability.queries import bound_stock

_SHELVES = (BinKind.STORE, BinKind.FINISHED)


@floor_page(to_change=Duty.HANDLE_STOCK)
def return_stock(request: HttpRequest, pk: int) -> HttpResponse:
    """A scan (or a touch in the list) names the lot; then one form asks for the rest."""
    order = floor_order(request, pk)
    taking = Taking()
    banner: dict[str, Any] | None = None
    refusals: tuple[Refusal, ...] = ()
    if request.method == "POST":
        taking = taking_of(request, order.site)
        try:
            text = request.POST.get("code", "").strip()
            if text:
                taking = _scanned(order, text, taking)
            else:
                banner = _return(request, order, taking)
                taking = Taking()
        except Refused as refused:
            refusals = refused.refusals
            taking = _kept(order, taking)
    return _show(request, order, taking, banner, refusals)


def _scanned(order: WorkOrder, text: str, taking: Taking) -> Taking:
    bound = {held.lot.item_id for held in bound_stock(order)}
    found = scanned(order.site, text, items=bound)
    if found.bin is not None and not found.lots:
        if taking.lot is None:
            raise Refused(
                Refusal("scan_first", f"{found.bin.code} is a bin.", found.bin.code, "Scan the lot that goes back.")
            )
        return settle(Taking(taking.lot, found.bin), order=order)
    return settle(Taking(the_lot(found.lots, text)), order=order)


def _kept(order: WorkOrder, taking: Taking) -> Taking:
    try:
        return settle(taking, order=order)
    except Refused:
        return Taking()


def _return(request: HttpRequest, order: WorkOrder, taking: Taking) -> dict[str, Any]:
    settle(taking, order=order)
    if taking.lot is None or taking.place is None:
        raise Refused(Refusal("scan_first", "Scan the lot that goes back.", "", "Then enter how much."))
    exposed = request.POST.get("exposed", "")
    reason = ReasonCode.objects.filter(code=request.POST.get("reason", "")).first()
    target = Bin.objects.filter(
        pk=_number(request.POST.get("bin_exposed" if exposed == "yes" else "bin_closed")), site=order.site
    ).first()
    missing = []
    if exposed not in ("yes", "no"):
        missing.append(Refusal("exposure_missing", "Say whether it was exposed.", taking.lot.code, "Choose yes or no."))
    if reason is None:
        missing.append(Refusal("reason_missing", "Say why it goes back.", taking.lot.code, "Choose a reason."))
    if target is None and exposed in ("yes", "no"):
        missing.append(Refusal("bin_missing", "Say where it goes.", taking.lot.code, "Choose a bin."))
    if missing:
        raise Refused(*missing)
    assert reason is not None
    assert target is not None
    with once(request):
        scan = return_to_stock(
            order=order,
            lot=taking.lot,
            from_bin=taking.place,
            to_bin=target,
            quantity=request.POST.get("quantity", ""),
            reason=reason,
            exposed=exposed == "yes",
            actor=person_of(request),
            now=timezone.now(),
        )
    unit = scan.lot.item.stock_unit
    detail = "It waits there until QA decides." if scan.exposed else f"Bring it to {target.code} now."
    return {
        "kind": "good",
        "sentence": f"{figure(scan.quantity)} {unit.symbol} of {scan.lot.code} returned to {target.code}.",
        "detail": detail,
    }


def _show(
    request: HttpRequest, order: WorkOrder, taking: Taking, banner: dict[str, Any] | None, refusals: Any
) -> HttpResponse:
    ready = taking.is_complete
    post = request.POST
    context = {
        **order_head(order, "return"),
        "banner": banner,
        "refusals": refusals,
        "taking": taking,
        "there": figure(taking.there),
        "unit": taking.lot.item.stock_unit.symbol if taking.lot else "",
        "point": "." if taking.lot and taking.lot.item.decimals else "",
        "quantity": (post.get("quantity") if refusals and "quantity" in post else raw(taking.there)) if ready else "",
        "reasons": [
            {"code": one.code, "name": one.name, "note": one.owner}
            for one in ReasonCode.objects.filter(kind=ReasonKind.RETURN, active=True).order_by("code")
        ],
        "reason": post.get("reason", "") if refusals else "",
        "exposed": post.get("exposed", "") if refusals else "",
        "shelves": _shelves(order, taking) if ready else [],
        "cages": list(Bin.objects.filter(site=order.site, kind=BinKind.QUARANTINE).order_by("walking_order", "code")),
        "bound": bound_stock(order),
        "form_number": form_number(),
    }
    template = "traceability/return_work.html" if is_part(request) else "traceability/return.html"
    return render(request, template, context, status=status_of(refusals) if refusals else 200)


def _shelves(order: WorkOrder, taking: Taking) -> list[Bin]:
    """Store bins, the one that the lot came from first."""
    bins = list(Bin.objects.filter(site=order.site, kind__in=_SHELVES).order_by("walking_order", "code"))
    last = StagingScan.objects.filter(order=order, lot=taking.lot, kind="stage").order_by("-id").first()
    return sorted(bins, key=lambda one: one.pk != (last.from_bin_id if last else 0))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 18 else 0
