"""Forms of devices: enrol one, change it, let it report or stop it, give it a new token, revoke it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.change_device import change_device
from masterdata.actions.enrol_device import enrol_device
from masterdata.actions.revoke_device import revoke_device
from masterdata.actions.rotate_device_token import rotate_device_token
from masterdata.actions.set_device_enabled import set_device_enabled
from masterdata.models import Device, ProductionLine
from masterdata.pages.access import desk_page, person_of, the_site
from masterdata.pages.forms import form_page, labelled, reason_field
from masterdata.queries import secret_of_device
from masterdata.rules.duties import Duty


class DeviceForm(forms.Form):
    code = forms.CharField(max_length=40, label="Code")
    name = forms.CharField(max_length=120, label="Name")
    line = forms.ModelChoiceField(ProductionLine.objects.none(), required=False, label="At line")
    reports_per_minute = forms.IntegerField(
        min_value=0,
        max_value=100_000,
        initial=0,
        label="Reports a minute at most",
        help_text="0: no limit of its own.",
    )
    signs = forms.BooleanField(
        required=False,
        label="It signs its requests",
        help_text="Its secret is shown once. Without a good signature nothing of it is stored.",
    )

    def __init__(self, *args: Any, site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = ProductionLine.objects.filter(site=site).order_by("code")  # type: ignore[attr-defined]
        labelled(self.fields["line"], lambda line: f"{line.code}  {line.name}")


class DeviceChangeForm(DeviceForm):
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["code"]


def _shown_once(request: HttpRequest, device: Device, *, title: str, token: str = "", secret: str = "") -> HttpResponse:
    """The one answer that shows a token or a secret; kept by no browser."""
    context = {"device": device, "title": title, "token": token, "secret": secret, "trail": _trail(device, title)}
    answer = render(request, "masterdata/device_token.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _trail(device: Device | None, title: str) -> list[dict[str, str]]:
    of_device = [{"label": device.code, "url": reverse("device", args=[device.pk])}] if device else []
    return [{"label": "Devices", "url": reverse("devices")}, *of_device, {"label": title}]


@desk_page(Duty.MANAGE_DEVICES)
def device_new(request: HttpRequest) -> HttpResponse:
    """Enrol a device; the answer alone shows its token, and its secret where it signs."""

    def enrol(asked: dict[str, Any]) -> HttpResponse:
        made, token = enrol_device(site=the_site(request), actor=person_of(request), now=timezone.now(), **asked)
        secret = secret_of_device(made) if made.signs else ""
        return _shown_once(request, made, title=f"{made.code} is enrolled", token=token, secret=secret)

    form = DeviceForm(request.POST or None, site=the_site(request))
    note = "Its token is shown once, on the next page. Only a digest of it is kept."
    trail = _trail(None, "Enrol a device")
    return form_page(request, form, enrol, title="Enrol a device", trail=trail, action="Enrol it", note=note)


@desk_page(Duty.MANAGE_DEVICES)
def device_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change its name, line, limit, and whether it signs; a new secret is shown once."""
    found = _device(request, pk)

    def change(asked: dict[str, Any]) -> HttpResponse:
        changed, begins = change_device(device=found, actor=person_of(request), **asked)
        if begins:
            return _shown_once(
                request, changed, title=f"{changed.code} signs from now on", secret=secret_of_device(changed)
            )
        messages.success(request, f"{changed.code} is changed.")
        return redirect("device", pk=pk)

    now = {name: getattr(found, name) for name in ("name", "line", "reports_per_minute", "signs")}
    form = DeviceChangeForm(request.POST or None, site=found.site, initial=now)
    return form_page(
        request, form, change, title=f"Change {found.code}", trail=_trail(found, "Change"), action="Change it"
    )


@desk_page(Duty.MANAGE_DEVICES)
def device_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it a new token, with a reason; what it had before is good for nothing."""
    found = _device(request, pk)

    def rotate(asked: dict[str, Any]) -> HttpResponse:
        changed, token = rotate_device_token(device=found, actor=person_of(request), reason=asked["reason"])
        secret = secret_of_device(changed) if changed.signs else ""
        return _shown_once(request, changed, title=f"{changed.code} has a new token", token=token, secret=secret)

    note = "The token that it has now is good for nothing from then on, and what is sent with it is not stored."
    trail = _trail(found, "New token")
    form = ReasonForm(request.POST or None)
    return form_page(
        request, form, rotate, title=f"New token for {found.code}", trail=trail, action="Make it", note=note
    )


@desk_page(Duty.MANAGE_DEVICES)
def device_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take its token away, with a reason."""
    found = _device(request, pk)

    def revoke(asked: dict[str, Any]) -> HttpResponse:
        revoke_device(device=found, actor=person_of(request), now=timezone.now(), reason=asked["reason"])
        messages.success(request, f"{found.code} is revoked. What is sent with its token is not stored.")
        return redirect("device", pk=pk)

    note = "For a token that somebody else may have. To stop a device and keep what it sends, stop it instead."
    title = f"Revoke {found.code}"
    form = ReasonForm(request.POST or None)
    return form_page(request, form, revoke, title=title, trail=_trail(found, "Revoke"), action=title, note=note)


def _device(request: HttpRequest, pk: int) -> Device:
    return get_object_or_404(Device, pk=pk, site=the_site(request))


class ReasonForm(forms.Form):
    reason = reason_field()


@desk_page(Duty.MANAGE_DEVICES)
def device_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a device report, or stop it, with a reason."""
    found = _device(request, pk)
    wanted = not found.enabled

    def switch(asked: dict[str, Any]) -> HttpResponse:
        set_device_enabled(device=found, enabled=wanted, actor=person_of(request), reason=asked["reason"])
        messages.success(request, f"{found.code} {'may report' if wanted else 'is stopped'} from now on.")
        return redirect("device", pk=pk)

    title = f"Let {found.code} report" if wanted else f"Stop {found.code}"
    note = "" if wanted else "What it reports from then on is kept, and blocked until it may report again."
    form = ReasonForm(request.POST or None)
    return form_page(request, form, switch, title=title, trail=_trail(found, title), action=title, note=note)
