"""Devices as they are seen: which are enrolled, when each sent last, how far off its clock is, and what never came."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from backflush.queries.device_reports import counter_of, devices_of, latest_reports
from masterdata.models import Device
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, the_site
from masterdata.pages.figures import figure, since, when
from masterdata.pages.histories import history_of
from masterdata.rules.duties import Duty

#: A clock further off than this is shown as out of step, whatever a trigger definition tolerates.
OUT_OF_STEP_MS = 30_000
MOST_GAPS = 20
_TONES = {"posted": "good", "blocked": "blocked", "refused": "blocked", "reversed": "idle", "waived": "idle"}


@desk_page()
def devices(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    columns = [
        lists.Column(
            "Device", lambda row: lists.text(row.code, reverse("device", args=[row.pk]), code=True), sort="code"
        ),
        lists.Column("Name", lambda row: lists.text(row.name), sort="name"),
        lists.Column(
            "Line",
            lambda row: lists.text(row.line.code if row.line else "", code=bool(row.line)),
            sort="line",
            by="line__code",
        ),
        lists.Column("State", lambda row: lists.text(_state(row)[0], tone=_state(row)[1]), sort="enabled"),
        lists.Column("Last event", lambda row: lists.moment(row.last_event), sort="last", by="last_event"),
        lists.Column("Clock", _clock),
        lists.Column(
            "Measured",
            lambda row: lists.text(f"{since(row.clock.measured_at, now)} ago" if hasattr(row, "clock") else ""),
        ),
        lists.Column("Signs", lambda row: lists.text("yes" if row.signs else "no"), sort="signs"),
        lists.Column("Reports a minute", lambda row: lists.number(row.reports_per_minute or None), number=True),
        lists.Column("Enrolled", lambda row: lists.moment(row.enrolled_at), sort="enrolled", by="enrolled_at"),
        lists.Column("", lambda row: lists.text("History", reverse("record-history", args=["device", row.pk]))),
    ]
    new = [{"label": "Enrol a device", "url": reverse("device-new"), "primary": True}]
    filters = lists.filtered(request, [lists.Filter("q", "Code or name")])
    rows, asked = devices_of(the_site(request)), lists.values(filters)["q"]
    listing = lists.Listing(
        name="devices",
        rows=rows.filter(Q(code__icontains=asked) | Q(name__icontains=asked)) if asked else rows,
        filters=filters,
        order="code",
        file="devices",
        empty="No device fits.",
        columns=columns,
        context={
            "title": "Devices",
            "intro": "Machines and clients that report production. A device reports only what a trigger definition lets it.",
            "actions": new if can(request, Duty.MANAGE_DEVICES) else [],
        },
    )
    return lists.show_list(request, listing)


@desk_page()
def device(request: HttpRequest, pk: int) -> HttpResponse:
    """One device: what it may, its clock, its counter, what it sent last, its history."""
    found = get_object_or_404(devices_of(the_site(request)), pk=pk)
    counter = counter_of(found)
    word, tone = _state(found)
    context = {
        "device": found,
        "word": word,
        "tone": tone,
        "facts": _facts(found),
        "counter": {
            **counter,
            "since": when(counter["since"]),
            "missing": figure(counter["missing"]),
            "gaps": [str(gap) for gap in counter["gaps"][-MOST_GAPS:]],
            "more": max(0, len(counter["gaps"]) - MOST_GAPS),
        },
        "reports": [
            {
                "at": when(one.received_at, seconds=True),
                "url": reverse("exception", args=[one.event_id]),
                "order": one.order_number,
                "operation": one.operation_number,
                "state": one.state,
                "tone": _TONES.get(one.state, "idle"),
            }
            for one in latest_reports(found)
        ],
        "history": history_of(found),
        "may_change": can(request, Duty.MANAGE_DEVICES),
        "trail": [{"label": "Devices", "url": reverse("devices")}, {"label": found.code}],
    }
    return render(request, "backflush/device.html", context)


def _facts(row: Any) -> list[dict[str, Any]]:
    clock = _clock(row)["text"]
    measured = f", measured {when(row.clock.measured_at)}" if hasattr(row, "clock") else ""
    limit = f"{figure(row.reports_per_minute)} reports" if row.reports_per_minute else "no limit of its own"
    return [
        {"name": "Name", "value": row.name},
        {"name": "Line", "value": str(row.line) if row.line else "none"},
        {"name": "Last event", "value": when(row.last_event) or "none yet"},
        {"name": "Clock", "value": f"{clock}{measured}"},
        {"name": "Signs", "value": "yes: every request" if row.signs else "no"},
        {"name": "Reports a minute", "value": limit},
        {"name": "Enrolled", "value": when(row.enrolled_at)},
    ]


def _state(row: Device) -> tuple[str, str]:
    if row.revoked_at is not None:
        return "revoked", "blocked"
    return ("may report", "good") if row.enabled else ("stopped", "blocked")


def _clock(row: Any) -> lists.Cell:
    clock = getattr(row, "clock", None)
    if clock is None:
        return lists.text("not measured yet", tone="idle")
    ahead = "ahead" if clock.offset_ms > 0 else "behind"
    off = f"{abs(clock.offset_ms) / 1000:.1f} s {ahead}" if clock.offset_ms else "exact"
    return lists.text(off, tone="soon" if abs(clock.offset_ms) > OUT_OF_STEP_MS else "good")
