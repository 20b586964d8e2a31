"""The supervisor's board: orders by line with their lights, what is blocked and why, and devices that are out of step."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from backflush.queries.exception_figures import blocked_too_long
from backflush.queries.order_progress import pace, progress_of_many, seconds_left
from backflush.queries.readiness import readiness_of
from backflush.queries.reports import blocked_reports
from backflush.queries.reversals import open_requests
from backflush.queries.waiting import waiting_for_people
from backflush.web.explained import unit_symbols
from backflush.web.remedies import with_links
from masterdata.models import DeviceClock, Site
from masterdata.pages.access import desk_page, the_site
from masterdata.pages.figures import as_read, figure, lasting, short, since
from masterdata.queries.thresholds import time_limit
from masterdata.rules.vocabulary import ThresholdCode
from traceability.models import OrderOperation, WorkOrder
from traceability.rules.vocabulary import OrderState

#: A clock further off than this is shown, whatever a trigger definition tolerates.
OFFSET_SHOWN_MS = 30_000
MOST_BLOCKED = 12


@desk_page()
def today(request: HttpRequest) -> HttpResponse:
    """The board as a page; its content renews itself."""
    return render(request, "backflush/today.html", _board(the_site(request)))


@desk_page()
def today_board(request: HttpRequest) -> HttpResponse:
    """The content alone, as the page fetches it."""
    return render(request, "backflush/today_board.html", _board(the_site(request)))


def _board(site: Site) -> dict[str, Any]:
    now = timezone.now()
    blocked, symbols = blocked_reports(site.pk, limit=MOST_BLOCKED), unit_symbols()
    for row in blocked:
        row["age"] = since(row["received_at"], now)
        row["reasons"] = [
            {**one, "url": ""} for one in with_links(row["reasons"], order_id=row["order_id"], symbols=symbols)
        ]
    alarm = time_limit(ThresholdCode.BLOCKED_ALARM_MINUTES)
    return {
        "site": site,
        "lines": _lines(site, now),
        "blocked": blocked,
        "blocked_count": waiting_for_people(site.pk)["blocked"],
        "too_long": blocked_too_long(site.pk, now - alarm),
        "alarm_after": lasting(int(alarm.total_seconds())),
        "devices": _devices(site, now),
        "reversals": len(open_requests(site.pk)),
        "planned": WorkOrder.objects.filter(site=site, state=OrderState.PLANNED).count(),
    }


def _lines(site: Site, now: datetime) -> list[dict[str, Any]]:
    """Released orders under each line that runs one of their operations, the most urgent first."""
    orders = list(
        WorkOrder.objects.filter(site=site, state=OrderState.RELEASED)
        .select_related("item", "unit", "site")
        .order_by("due_at", "id")
    )
    ids = [order.pk for order in orders]
    lights, speeds, made = readiness_of(orders, now), pace(ids, now), progress_of_many(ids)
    operations: dict[int, list[OrderOperation]] = defaultdict(list)
    for one in OrderOperation.objects.filter(order_id__in=ids).select_related("line").order_by("sequence"):
        operations[one.order_id].append(one)
    lines: dict[int, dict[str, Any]] = {}
    symbols = unit_symbols()
    for order in orders:
        for one in operations[order.pk]:
            line = lines.setdefault(one.line_id, {"line": one.line, "rows": []})
            light = lights.get(order.pk, {}).get(one.number)
            good = made.get((order.pk, one.number), 0)
            left = seconds_left(light.units, speeds.get((order.pk, one.number))) if light else None
            line["rows"].append(
                {
                    "order": order,
                    "url": reverse("order", args=[order.pk]),
                    "operation": one,
                    "good": good,
                    "done": figure(good),
                    "whole": f"{figure(order.quantity)} {order.unit.symbol}",
                    "light": light,
                    "sentence": as_read(light.sentence, symbols) if light else "",
                    "left": lasting(left) if left else "",
                    "due": short(order.due_at, now),
                    "late": bool(order.due_at and order.due_at < now),
                }
            )
    return sorted(lines.values(), key=lambda line: line["line"].code)


def _devices(site: Site, now: datetime) -> list[dict[str, Any]]:
    """Enabled devices whose clock was last measured further off than a person would stand."""
    rows = DeviceClock.objects.filter(device__site=site, device__enabled=True).select_related("device")
    return [
        {
            "device": row.device,
            "offset": f"{abs(row.offset_ms) / 1000:.1f} s {'ahead' if row.offset_ms > 0 else 'behind'}",
            "measured": since(row.measured_at, now),
        }
        for row in rows.order_by("device__code")
        if abs(row.offset_ms) > OFFSET_SHOWN_MS
    ]
