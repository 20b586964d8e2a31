"""The page of a device: what it may, its clock, its last event, numbers that never came; and what is shown once."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.measure_clock import measure_clock
from masterdata.models import Device
from masterdata.queries import device_by_token, secret_of_device
from tests import plant, reporting
from tests.web.forms import fields_of
from traceability.models import WorkOrder


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def sent(client, page: str, device: Device, **values):
    address = reverse(page, args=[device.pk])
    form = {name: value for name, value in fields_of(client.get(address)).items() if value is not None}
    return client.post(address, {**form, **values})


@pytest.fixture
def counting(as_):
    """A device that has sent reports 1, 2 and 5, the last a moment ago."""
    order = WorkOrder.objects.filter(state="released").earliest("id")
    for minutes, number in ((3, 1), (2, 2), (1, 5)):
        reporting.sent(order, good="1", sequence=number, at=timezone.now() - timedelta(minutes=minutes))
    measure_clock(device=plant.device(), sent_at=timezone.now() + timedelta(seconds=90), now=timezone.now())
    return plant.device()


def test_its_page_tells_clock_last_event_and_what_never_came(counting, as_):
    shown = text(as_("auditor").get(reverse("device", args=[counting.pk])))
    assert "90.0 s ahead" in shown
    assert "Last event none yet" not in shown
    assert "2 numbers below 5 never came: 3–4" in shown
    assert "Revoke" not in shown


def test_a_device_that_sent_nothing_says_so(as_):
    new = plant.device("NEW-1", token="token-of-a-device-that-is-new")
    shown = text(as_("admin").get(reverse("device", args=[new.pk])))
    assert "It has sent no report yet." in shown
    assert "does not number its reports" in shown
    assert "Last event none yet" in shown


def test_without_a_gap_it_says_that_too(counting, as_):
    order = WorkOrder.objects.filter(state="released").earliest("id")
    for number in (3, 4):
        reporting.sent(order, good="1", sequence=number, at=timezone.now())
    shown = text(as_("admin").get(reverse("device", args=[counting.pk])))
    assert "No number is missing up to" in shown


def test_the_list_shows_last_event_offset_state_and_signing(counting, as_):
    client = as_("admin")
    sent(client, "device-change", counting, signs="on", reports_per_minute="30", reason="Visitors.")
    found = client.get(reverse("devices"), {"format": "csv", "q": "MES-1"})
    written = found.content.decode().splitlines()[1].split(",")
    assert written[0] == "MES-1"
    assert written[3] == "may report"
    assert written[4].startswith(str(timezone.now().year))
    assert written[5] == "90.0 s ahead"
    assert written[7:9] == ["yes", "30"]


def test_a_secret_is_shown_once_when_it_begins_to_sign(as_):
    client, device = as_("admin"), plant.device()
    answer = sent(client, "device-change", device, signs="on", reason="Visitors.")
    device.refresh_from_db()
    assert (answer.status_code, answer["Cache-Control"], device.signs) == (200, "no-store", True)
    assert secret_of_device(device) in answer.content.decode()
    page = client.get(reverse("device", args=[device.pk])).content.decode()
    assert secret_of_device(device) not in page
    assert device.signing_salt not in page
    assert "yes: every request" in page
    assert sent(client, "device-change", device, name="Renamed", reason="Typing error.").status_code == 302


def test_a_device_is_enrolled_to_sign_and_shows_token_and_secret(as_):
    client, new = as_("admin"), reverse("device-new")
    form = {**fields_of(client.get(new)), "code": "GATE-1", "name": "Gate", "signs": "on", "reports_per_minute": "60"}
    shown = client.post(new, form).content.decode()
    made = Device.objects.get(code="GATE-1")
    assert (made.signs, made.reports_per_minute) == (True, 60)
    assert secret_of_device(made) in shown
    assert device_by_token(re.search(r"Authorization: Device ([\w-]+)", shown)[1]).pk == made.pk


def test_it_is_revoked_and_given_a_new_token(as_):
    client, device = as_("admin"), plant.device()
    assert sent(client, "device-revoke", device).status_code == 422
    assert sent(client, "device-revoke", device, reason="Stolen.").status_code == 302
    page = text(client.get(reverse("device", args=[device.pk])))
    assert "revoked" in page
    assert "Let it report" not in page
    shown = sent(client, "device-token", device, reason="Found.").content.decode()
    assert device_by_token(re.search(r"Authorization: Device ([\w-]+)", shown)[1]).pk == device.pk
    page = text(client.get(reverse("device", args=[device.pk])))
    assert "Let it report" in page
    assert "Stolen." in page


@pytest.mark.parametrize("page", ["device-change", "device-token", "device-revoke", "device-switch"])
def test_whoever_may_not_is_told_who_may(look, page):
    answer = look("operator").get(reverse(page, args=[plant.device().pk]))
    assert answer.status_code == 403
    assert "may not enrol devices" in answer.content.decode()


def test_a_device_of_nowhere_is_a_404(as_):
    assert as_("admin").get("/devices/999999").status_code == 404
