"""Devices: which are enrolled, how far off their clocks were, and letting one report or stopping it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.enrol_device import enrol_device
from masterdata.actions.set_device_enabled import set_device_enabled
from masterdata.models import Device, ProductionLine
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, the_site
from masterdata.pages.figures import since
from masterdata.pages.forms import form_page, labelled, reason_field
from masterdata.rules.duties import Duty
from masterdata.web.plant_lists import by_code_or_name, history_cell

#: A clock further off than this is shown as out of step, whatever a trigger definition tolerates.
OUT_OF_STEP_MS = 30_000


@desk_page()
def devices(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    manage = can(request, Duty.MANAGE_DEVICES)
    columns = [
        lists.Column("Device", lambda row: lists.text(row.code, code=True), sort="code"),
        lists.Column("Name", lambda row: lists.text(row.name), sort="name"),
        lists.Column(
            "Line",
            lambda row: lists.text(row.line.code if row.line else "", code=bool(row.line)),
            sort="line",
            by="line__code",
        ),
        lists.Column(
            "State",
            lambda row: lists.text(
                "may report" if row.enabled else "stopped", tone="good" if row.enabled else "blocked"
            ),
            sort="enabled",
        ),
        lists.Column("Clock", _clock),
        lists.Column(
            "Measured",
            lambda row: lists.text(f"{since(row.clock.measured_at, now)} ago" if hasattr(row, "clock") else ""),
        ),
        lists.Column("Enrolled", lambda row: lists.moment(row.enrolled_at), sort="enrolled", by="enrolled_at"),
        lists.Column("", lambda row: history_cell("device", row.pk)),
    ]
    if manage:
        columns.append(
            lists.Column(
                "",
                lambda row: lists.text(
                    "Stop it" if row.enabled else "Let it report", reverse("device-switch", args=[row.pk])
                ),
            )
        )
    filters = lists.filtered(request, [lists.Filter("q", "Code or name")])
    rows = Device.objects.filter(site=the_site(request)).select_related("line", "clock")
    listing = lists.Listing(
        name="devices",
        rows=by_code_or_name(rows, lists.values(filters)["q"]),
        filters=filters,
        order="code",
        file="devices",
        empty="No device fits.",
        columns=columns,
        context={
            "title": "Devices",
            "intro": "Machines and clients that report production. A device reports only what a trigger definition lets it.",
            "actions": [{"label": "Enrol a device", "url": reverse("device-new"), "primary": True}] if manage else [],
        },
    )
    return lists.show_list(request, listing)


def _clock(row: Device) -> lists.Cell:
    clock = getattr(row, "clock", None)
    if clock is None:
        return lists.text("not measured yet", tone="idle")
    off = (
        f"{abs(clock.offset_ms) / 1000:.1f} s {'ahead' if clock.offset_ms > 0 else 'behind'}"
        if clock.offset_ms
        else "exact"
    )
    return lists.text(off, tone="soon" if abs(clock.offset_ms) > OUT_OF_STEP_MS else "good")


class DeviceForm(forms.Form):
    code = forms.CharField(max_length=40, label="Code")
    name = forms.CharField(max_length=120, label="Name")
    line = forms.ModelChoiceField(ProductionLine.objects.none(), required=False, label="At line")

    def __init__(self, *args: Any, site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = ProductionLine.objects.filter(site=site).order_by("code")  # type: ignore[attr-defined]
        labelled(self.fields["line"], lambda line: f"{line.code}  {line.name}")


@desk_page(Duty.MANAGE_DEVICES)
def device_new(request: HttpRequest) -> HttpResponse:
    """Enrol a device; the answer alone shows its token."""

    def enrol(asked: dict[str, Any]) -> HttpResponse:
        made, token = enrol_device(site=the_site(request), actor=person_of(request), now=timezone.now(), **asked)
        trail = [{"label": "Devices", "url": reverse("devices")}, {"label": made.code}]
        answer = render(request, "masterdata/device_token.html", {"device": made, "token": token, "trail": trail})
        answer["Cache-Control"] = "no-store"
        return answer

    form = DeviceForm(request.POST or None, site=the_site(request))
    trail = [{"label": "Devices", "url": reverse("devices")}, {"label": "Enrol a device"}]
    note = "Its token is shown once, on the next page. Only a digest of it is kept."
    return form_page(request, form, enrol, title="Enrol a device", trail=trail, action="Enrol it", note=note)


class SwitchForm(forms.Form):
    reason = reason_field()


@desk_page(Duty.MANAGE_DEVICES)
def device_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a device report, or stop it, with a reason."""
    found = get_object_or_404(Device, pk=pk, site=the_site(request))
    wanted = not found.enabled

    def switch(asked: dict[str, Any]) -> HttpResponse:
        set_device_enabled(device=found, enabled=wanted, actor=person_of(request), reason=asked["reason"])
        messages.success(request, f"{found.code} {'may report' if wanted else 'is stopped'} from now on.")
        return redirect("devices")

    title = f"Let {found.code} report" if wanted else f"Stop {found.code}"
    trail = [{"label": "Devices", "url": reverse("devices")}, {"label": title}]
    return form_page(request, SwitchForm(request.POST or None), switch, title=title, trail=trail, action=title)
