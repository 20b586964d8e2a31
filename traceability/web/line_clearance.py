"""Line clearance: a checklist, what still lies at the line, and a second person who looks and proves to be there."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from masterdata.actions.verify_presence import verify_presence
from masterdata.models import ProductionLine
from masterdata.pages.access import person_of, status_of
from masterdata.pages.figures import when
from masterdata.pages.floor import floor_page
from masterdata.pages.once import form_number, once
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from traceability.actions.clear_line import clear_line, revoke_clearance
from traceability.models import MaterialLot, WorkOrder
from traceability.pages.order_head import floor_order, order_head
from traceability.queries import foreign_lots, standing_clearance
from traceability.rules.clearance_checks import STANDARD_CHECKS


@floor_page(to_change=Duty.CLEAR_LINE)
def line_clearance(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """Checks and badge come first; then the second person's PIN is asked for, and what was ticked stays ticked."""
    order = floor_order(request, pk)
    line = _line(order, line_pk)
    if request.method != "POST":
        return _page(request, order, line)
    badge, pin = request.POST.get("badge", "").strip()[:60], request.POST.get("pin", "")[:20]
    open_checks = [text for number, text in enumerate(STANDARD_CHECKS) if f"check-{number}" not in request.POST]
    if open_checks or not badge:
        return _page(request, order, line, refusals=[_not_in_order(text, line) for text in open_checks])
    if not pin:
        return _page(request, order, line, badge=badge)
    try:
        with once(request):
            checker = verify_presence(badge=badge, pin=pin, request=request)
            clear_line(
                order=order,
                line=line,
                operator=person_of(request),
                checker=checker,
                checklist=[{"check": text, "ok": True} for text in STANDARD_CHECKS],
                now=timezone.now(),
            )
    except Refused as refused:
        again = badge if "credentials_refused" in refused.codes else ""
        return _page(request, order, line, refusals=_told(refused.refusals, line), badge=again)
    messages.success(request, f"Line {line.code} is clear for order {order.number}, checked by {checker.name}.")
    return redirect("line-clearance", order.pk, line.pk)


@floor_page(to_change=Duty.CLEAR_LINE)
def line_clearance_end(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """The line is not clear any more; nothing posts at it until it is cleared again."""
    order = floor_order(request, pk)
    line = _line(order, line_pk)
    standing = standing_clearance(order.pk, line.pk)
    if request.method == "POST" and standing is not None:
        try:
            revoke_clearance(
                clearance=standing,
                actor=person_of(request),
                reason=request.POST.get("reason", "")[:300],
                now=timezone.now(),
            )
        except Refused as refused:
            return _page(request, order, line, refusals=refused.refusals)
        messages.warning(request, f"Line {line.code} is not clear for order {order.number} any more.")
    return redirect("line-clearance", order.pk, line.pk)


def _line(order: WorkOrder, line_pk: int) -> ProductionLine:
    line = ProductionLine.objects.filter(pk=line_pk, site_id=order.site_id).first()
    if line is None:
        raise Http404("There is no such line at this site.")
    return line


def _not_in_order(text: str, line: ProductionLine) -> Refusal:
    return Refusal("not_in_order", f"Not ticked: {text}.", line.code, "Put it in order, look at it, and tick it.")


def _told(refusals: tuple[Refusal, ...], line: ProductionLine) -> list[Refusal]:
    """What the page does not list anyhow: lots that lie there stand under Still at the line, each with its way out."""
    lots = [one for one in refusals if one.code == "foreign_lot"]
    others = [one for one in refusals if one.code != "foreign_lot"]
    if not lots:
        return others
    count = (
        f"{len(lots)} lots that are not the order's still lie"
        if lots[1:]
        else "A lot that is not the order's still lies"
    )
    sentence = f"{count} at line {line.code}."
    return [*others, Refusal("foreign_lot", sentence, line.code, "See below where each one goes; then confirm again.")]


def _page(
    request: HttpRequest,
    order: WorkOrder,
    line: ProductionLine,
    *,
    refusals: Any = (),
    badge: str = "",
) -> HttpResponse:
    standing = standing_clearance(order.pk, line.pk)
    operation = order.operations.filter(line=line).select_related("line").order_by("sequence").first()
    context = {
        **order_head(order, "line-clearance", operation),
        "line": line,
        "standing": standing,
        "cleared_at": when(standing.cleared_at) if standing else "",
        "checks": [
            {"field": f"check-{number}", "text": text, "ticked": f"check-{number}" in request.POST}
            for number, text in enumerate(STANDARD_CHECKS)
        ],
        "foreign": _foreign(order, line) if not standing else [],
        "badge": badge,
        "refusals": refusals,
        "form_number": form_number(),
    }
    return render(request, "traceability/line_clearance.html", context, status=status_of(refusals) if refusals else 200)


def _foreign(order: WorkOrder, line: ProductionLine) -> list[dict[str, Any]]:
    """Lots that must go first, with the order that they are bound to, so that they can be returned there."""
    found = foreign_lots(line, order)
    numbers = {one.order_number for one in found if one.order_number}
    orders = dict(WorkOrder.objects.filter(site_id=order.site_id, number__in=numbers).values_list("number", "pk"))
    names = {
        lot.code: lot.item.name
        for lot in MaterialLot.objects.filter(
            site_id=order.site_id, code__in={one.lot_code for one in found}
        ).select_related("item")
    }
    return [
        {
            "lot": one.lot_code,
            "name": names.get(one.lot_code, ""),
            "bin": one.bin_code,
            "order": one.order_number,
            "order_pk": orders.get(one.order_number),
        }
        for one in found
    ]
