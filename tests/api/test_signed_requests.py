"""A device that is set to sign is heard only with a good signature, once each, within its time; else nothing is stored."""

import time

import pytest
from django.utils import timezone

from backflush.models import OperationReport
from masterdata.actions.change_device import change_device
from masterdata.models import DeviceClock, DeviceNonce
from tests import plant
from tests.api.shop import REPORTS, device_client, faults, report
from tests.api.signing import SigningDevice, headers_of, set_to_sign

BEATS = "/api/v1/device-heartbeats"


@pytest.fixture
def signing(shop):
    return SigningDevice(set_to_sign(plant.device()))


def refused(answer) -> str:
    """The code of a 401 after which nothing is stored."""
    assert answer.status_code == 401, answer.content
    assert answer["WWW-Authenticate"].startswith("Device")
    assert not OperationReport.objects.exists()
    assert not DeviceNonce.objects.exists()
    ((_, code),) = faults(answer)
    return code


def test_a_signed_report_is_taken_and_its_nonce_kept_with_it(signing):
    answer = signing.send(REPORTS, report(), nonce="n" * 32)
    assert answer.status_code == 202, answer.content
    assert OperationReport.objects.get().device_id == plant.device().pk
    assert DeviceNonce.objects.get().nonce == "n" * 32


def test_without_a_signature_nothing_is_stored_and_the_answer_names_every_header(signing):
    answer = device_client().send(REPORTS, report())
    assert refused(answer) == "signature_missing"
    for name in ("Backflush-Time", "Backflush-Nonce", "Backflush-Signature", "MES-1", "/api/docs"):
        assert name in answer.json()["detail"]


@pytest.mark.parametrize("name", ["Backflush-Time", "Backflush-Nonce", "Backflush-Signature"])
def test_each_header_is_needed(signing, name):
    headers = headers_of(signing.secret, "POST", REPORTS, b"{}")
    del headers[name]
    answer = device_client().send(REPORTS, b"{}", headers=headers)
    assert refused(answer) == "signature_missing"
    assert name in answer.json()["detail"]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Backflush-Time", "2026-01-05T08:00:00Z"),
        ("Backflush-Time", "-1"),
        ("Backflush-Nonce", "short"),
        ("Backflush-Nonce", "with blanks in its middle"),
        ("Backflush-Signature", "v1=abc"),
        ("Backflush-Signature", "ü" * 64),
    ],
)
def test_a_malformed_header_is_told_by_name(signing, header, value):
    headers = {**headers_of(signing.secret, "POST", REPORTS, b"{}"), header: value}
    answer = device_client().send(REPORTS, b"{}", headers=headers)
    assert refused(answer) == "signature_malformed"
    assert header in answer.json()["detail"]


def test_another_secret_is_wrong(signing):
    assert refused(SigningDevice("not-the-secret").send(REPORTS, report())) == "signature_wrong"


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "PUT"},
        {"path": "/api/v1/scan-issues"},
        {"path": f"{REPORTS}?a=1"},
        {"body": b'{"good": "1"}'},
        {"time": str(int(time.time()) - 1)},
        {"nonce": "another-nonce-than-was-signed"},
    ],
    ids=["method", "path", "query", "body", "time", "nonce"],
)
def test_whatever_is_signed_cannot_be_changed_on_the_way(signing, changed):
    """Each part of what was signed differs from what is sent, one at a time."""
    sent = headers_of(signing.secret, "POST", REPORTS, b"{}", nonce="n" * 32)
    signed = {"method": "POST", "path": REPORTS, "body": b"{}", "nonce": "n" * 32, **changed}
    other = headers_of(signing.secret, **signed)
    headers = {**sent, "Backflush-Signature": other["Backflush-Signature"]}
    assert refused(device_client().send(REPORTS, b"{}", headers=headers)) == "signature_wrong"


@pytest.mark.parametrize("off", [-301, 302])
def test_a_signature_is_good_for_five_minutes_before_and_after(signing, off):
    answer = signing.send(REPORTS, report(), time=str(int(time.time()) + off))
    assert refused(answer) == "signature_out_of_time"
    assert ("ahead of" if off > 0 else "behind") in answer.json()["detail"]
    assert signing.send(REPORTS, report(), time=str(int(time.time()) + (290 if off > 0 else -290))).status_code == 202


def test_a_nonce_that_comes_again_is_a_401_and_the_second_report_is_not_stored(signing):
    first = report()
    assert signing.send(REPORTS, first, nonce="n" * 32).status_code == 202
    answer = signing.send(REPORTS, report(), nonce="n" * 32)
    assert (answer.status_code, faults(answer)) == (401, [("", "nonce_used")])
    assert answer["WWW-Authenticate"].startswith("Device")
    assert [str(one.event_id) for one in OperationReport.objects.all()] == [first["event_id"]]


def test_a_report_sent_again_is_signed_anew_and_answered_with_its_state(signing):
    sent = report()
    assert [signing.send(REPORTS, sent).status_code for _ in range(2)] == [202, 200]
    assert DeviceNonce.objects.count() == 2


def test_two_devices_may_use_the_same_nonce(signing):
    other = SigningDevice(
        set_to_sign(plant.device("MES-9", token="token-of-another-device")), "token-of-another-device"
    )
    for client in (signing, other):
        assert client.send(REPORTS, report(), nonce="n" * 32).status_code == 202


def test_reading_is_signed_with_its_query(signing):
    assert signing.ask(f"{REPORTS}?state=blocked&order=WO%201").status_code == 200
    assert refused(device_client().get(REPORTS)) == "signature_missing"


def test_a_heartbeat_is_signed_too_and_uses_its_nonce_up(signing):
    beat = {"sent_at": timezone.now().isoformat()}
    assert signing.send(BEATS, beat, nonce="n" * 32).status_code == 200
    DeviceClock.objects.all().update(offset_ms=7)
    assert faults(signing.send(BEATS, beat, nonce="n" * 32)) == [("", "nonce_used")]
    assert DeviceClock.objects.get().offset_ms == 7


def test_a_body_beyond_the_limit_is_not_read_to_be_checked(signing):
    assert signing.send(REPORTS, b" " * (64 * 1024 + 1)).status_code == 413


def test_a_device_that_need_not_sign_may_leave_it_and_may_do_it(shop):
    assert device_client().send(REPORTS, report()).status_code == 202
    assert SigningDevice("whatever").send(REPORTS, report()).status_code == 202
    assert not DeviceNonce.objects.exists()


def test_set_to_sign_no_more_its_signature_is_not_asked_for(signing):
    device = plant.device()
    device.refresh_from_db()
    change_device(
        device=device,
        name=device.name,
        line=device.line,
        reports_per_minute=0,
        signs=False,
        actor=plant.people().admin,
        reason="Its firmware cannot.",
    )
    assert device_client().send(REPORTS, report()).status_code == 202


def test_the_installations_former_key_is_good_while_it_is_named(signing, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "k" * 50, [settings.SECRET_KEY]
    assert signing.send(REPORTS, report()).status_code == 202
    settings.SECRET_KEY_FALLBACKS = []
    assert signing.send(REPORTS, report()).status_code == 401
