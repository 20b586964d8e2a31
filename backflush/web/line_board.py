"""The line board: the released orders of the line that this tablet stands at, each with its light and the one next thing."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from backflush.queries.order_progress import progress_of_many
from backflush.queries.readiness import Readiness, readiness_of
from masterdata.models import ProductionLine
from masterdata.pages.access import can, the_site
from masterdata.pages.figures import figure
from masterdata.pages.floor import floor_page
from masterdata.rules.duties import Duty
from traceability.models import LineClearance, OrderOperation, StockBalance, WorkOrder
from traceability.queries import open_orders
from traceability.queries.scanned_lines import scanned_operations

COOKIE = "line"
_A_YEAR = 365 * 24 * 3600


@floor_page()
def line_board(request: HttpRequest) -> HttpResponse:
    """`?line=` chooses the line and is remembered on this device."""
    asked = request.GET.get("line", "")
    if asked:
        line = _line(request, asked)
        answer = redirect("line-board" if line else "line-choose")
        if line:
            answer.set_cookie(
                COOKIE, line.code, _A_YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
            )
        return answer
    line = _line(request, request.COOKIES.get(COOKIE, "")) or _only_line(request)
    if line is None:
        return redirect("line-choose")
    fetched = f"{reverse('line-cards')}?{urlencode({'line': line.code})}"
    return render(request, "backflush/line_board.html", {"line": line, "cards_url": fetched, **_cards(request, line)})


@floor_page()
def line_cards(request: HttpRequest) -> HttpResponse:
    """The cards alone, as the board fetches them."""
    line = _line(request, request.GET.get("line", ""))
    if line is None:
        return HttpResponse(status=404)
    return render(request, "backflush/line_cards.html", {"line": line, **_cards(request, line)})


@floor_page()
def line_choose(request: HttpRequest) -> HttpResponse:
    """Which line does this tablet stand at?"""
    lines = ProductionLine.objects.filter(site=the_site(request)).order_by("code")
    return render(request, "backflush/line_choose.html", {"lines": lines, "chosen": request.COOKIES.get(COOKIE, "")})


def _line(request: HttpRequest, code: str) -> ProductionLine | None:
    if not code or "\x00" in code:
        return None
    return ProductionLine.objects.filter(site=the_site(request), code=code).select_related("site").first()


def _only_line(request: HttpRequest) -> ProductionLine | None:
    lines = list(ProductionLine.objects.filter(site=the_site(request)).select_related("site")[:2])
    return lines[0] if len(lines) == 1 else None


def _cards(request: HttpRequest, line: ProductionLine) -> dict[str, Any]:
    """One card for every operation that an order has at this line; the most urgent order first."""
    now = timezone.now()
    orders = list(open_orders(line))
    lights = readiness_of(orders, now)
    good = progress_of_many([order.pk for order in orders])
    bound = set(
        StockBalance.objects.filter(order_id__in=[order.pk for order in orders], quantity__gt=0).values_list(
            "order_id", flat=True
        )
    )
    cards = []
    running = _running(line, orders, lights, good)
    for order in orders:
        here = sorted((one for one in order.operations.all() if one.line_id == line.pk), key=lambda one: one.sequence)
        for operation in here:
            light = lights.get(order.pk, {}).get(operation.number) or Readiness("idle", "")
            light = _after_another(light, [number for number in running if number != order.number])
            made = good.get((order.pk, operation.number), 0)
            cards.append(_card(order, operation, light, made, order.pk in bound, len(here) > 1, now))
    if not can(request, Duty.REPORT_OUTPUT):
        # who only looks on gets to the order, not to a form that would refuse them
        for card in cards:
            card |= {"url": card["order_url"], "next_label": "Open the order", "next_url": card["order_url"]}
    return {"cards": cards}


def _running(
    line: ProductionLine, orders: list[WorkOrder], lights: dict[int, dict[str, Readiness]], good: dict[Any, Any]
) -> list[str]:
    """Numbers of the orders that the line works at: cleared for or begun, and not through."""
    cleared = set(
        LineClearance.objects.filter(line=line, revoked_at__isnull=True, order__in=orders).values_list(
            "order_id", flat=True
        )
    )
    found = []
    for order in orders:
        here = [one.number for one in order.operations.all() if one.line_id == line.pk]
        open_here = [number for number in here if not lights[order.pk].get(number, Readiness("idle", "")).ended]
        begun = any(good.get((order.pk, number)) for number in here)
        if open_here and (begun or order.pk in cleared):
            found.append(order.number)
    return found


def _after_another(light: Readiness, running: list[str]) -> Readiness:
    """The light of an order whose line is not clear for it because another order is at work there."""
    if not running or "line_not_clear" not in {reason.code for reason in light.reasons}:
        return light
    named, are, them = " and ".join(running[:3]), "are" if running[1:] else "is", "them" if running[1:] else "it"
    sentence = f"{named} {are} running here; clear the line after {them}."
    return Readiness("idle", sentence, word="Waiting")


def _card(
    order: WorkOrder,
    operation: OrderOperation,
    light: Readiness,
    made: Any,
    has_stock: bool,
    several: bool,
    now: datetime,
) -> dict[str, Any]:
    label, url = _next(order, operation, light, has_stock, now)
    return {
        "number": order.number,
        "url": reverse("report", args=[order.pk, operation.number]),
        "order_url": reverse("order", args=[order.pk]),
        "product": order.item.name,
        "item": f"{order.item.code} · {operation.number} {operation.name}" if several else order.item.code,
        "done": figure(made),
        "whole": f"{figure(order.quantity)} {order.unit.symbol or order.unit.code}",
        "value": made,
        "most": order.quantity,
        "due": f"due {timezone.localtime(order.due_at):%-d %b %H:%M}" if order.due_at else "",
        "late": bool(order.due_at and order.due_at < now),
        "state": light.state,
        "sentence": light.sentence,
        "word": light.word,
        "next_label": label,
        "next_url": url,
    }


def _next(
    order: WorkOrder, operation: OrderOperation, light: Readiness, has_stock: bool, now: datetime
) -> tuple[str, str]:
    """The one next thing to do at a card."""
    codes = {reason.code for reason in light.reasons}
    at = [order.pk, operation.number]
    if light.state == "idle":
        # what lies there may still be for a later operation
        if not light.ended or not operation.last:
            return "", ""
        if has_stock:
            return "Return what is left", reverse("return", args=[order.pk])
        return "Open the order, to close it", reverse("order", args=[order.pk])
    if light.state == "blocked":
        if "line_not_clear" in codes:
            return "Clear the line", reverse("line-clearance", args=[order.pk, operation.line_id])
        if codes & {"not_staged", "short", "expired", "wrong_bin", "not_released"}:
            return "Stage material", reverse("stage", args=[order.pk])
        return "See what is wrong", reverse("report", args=at)
    scans = scanned_operations(order, now).get(operation.number, set())
    if "assemble" in scans:
        return "Assemble", reverse("assemble", args=at)
    return "Report", reverse("report", args=at)
