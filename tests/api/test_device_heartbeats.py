"""Heartbeats: how far a device's clock is off is measured, kept, and judged when its reports are posted."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from backflush.actions.post_reports import post_reports
from masterdata.models import DeviceClock
from tests import plant
from tests.api.shop import REPORTS, faults, report

BEATS = "/api/v1/device-heartbeats"


def beat(device, ahead: timedelta):
    return device.send(BEATS, {"sent_at": (timezone.now() + ahead).isoformat()})


@pytest.mark.parametrize("seconds", [0, 300, -300])
def test_offset_is_measured_kept_and_told(bare_device, seconds):
    before = timezone.now()
    answer = beat(bare_device, timedelta(seconds=seconds))
    assert answer.status_code == 200
    assert before <= parse_datetime(answer.json()["server_time"]) <= timezone.now()
    assert abs(answer.json()["offset_ms"] - seconds * 1000) < 2000
    clock = DeviceClock.objects.get(device=plant.device())
    assert clock.offset_ms == answer.json()["offset_ms"]


def test_the_newest_measurement_stands(bare_device):
    beat(bare_device, timedelta(seconds=300))
    beat(bare_device, timedelta(0))
    assert abs(DeviceClock.objects.get().offset_ms) < 2000


@pytest.mark.parametrize("days", [25, -25, 4000, 63_000])
def test_a_clock_that_is_absurdly_off_is_told_so_and_kept_as_off(bare_device, days):
    answer = beat(bare_device, timedelta(days=days))
    assert (answer.status_code, faults(answer)) == (400, [("sent_at", "clock_absurd")])
    assert "Set the device's clock" in answer.json()["detail"]
    assert abs(DeviceClock.objects.get().offset_ms) == 2**31 - 1


def test_reports_of_a_device_whose_clock_is_off_are_blocked(device):
    beat(device, timedelta(seconds=300))
    sent = report()
    assert device.send(REPORTS, sent).status_code == 202
    post_reports()
    state = device.get(f"{REPORTS}/{sent['event_id']}").json()
    assert state["state"] == "blocked"
    assert "clock_out_of_sync" in [reason["code"] for reason in state["reasons"]]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, ("sent_at", "required")),
        ({"sent_at": "now"}, ("sent_at", "not_a_time")),
        ({"sent_at": 7}, ("sent_at", "not_a_time")),
        ({"sent_at": "2026-01-05T08:00:00Z", "mood": "good"}, ("mood", "unknown_field")),
        ([], ("", "not_an_object")),
    ],
)
def test_fault_is_a_400_that_names_the_field(bare_device, body, fault):
    answer = bare_device.send(BEATS, body)
    assert (answer.status_code, faults(answer)) == (400, [fault])
    assert not DeviceClock.objects.exists()


def test_people_have_no_clock_to_measure(supervisor):
    answer = beat(supervisor, timedelta(0))
    assert (answer.status_code, faults(answer)) == (403, [("", "not_your_duty")])
