"""Devices are enrolled, changed, stopped, revoked and given new tokens by whoever may, always with a reason."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from masterdata.actions.acting import acting
from masterdata.actions.change_device import change_device
from masterdata.actions.enrol_device import enrol_device
from masterdata.actions.forget_old_nonces import forget_old_nonces
from masterdata.actions.revoke_device import revoke_device
from masterdata.actions.rotate_device_token import rotate_device_token
from masterdata.actions.set_device_enabled import set_device_enabled
from masterdata.actions.use_nonce import use_nonce
from masterdata.models import Device, DeviceNonce
from masterdata.queries import device_by_token, secret_of_device
from masterdata.rules.device_signing import SignedCall
from masterdata.rules.refusal import Refused
from tests import plant

pytestmark = pytest.mark.django_db


def change(device, **fields):
    said = {"name": device.name, "line": device.line, "reports_per_minute": 0, "signs": False, "reason": "Moved."}
    return change_device(device=device, actor=plant.people().admin, **{**said, **fields})


def test_a_device_is_enrolled_to_sign_with_a_secret_of_its_own():
    made = [
        enrol_device(site=plant.site(), code=code, name=code, actor=plant.people().admin, now=plant.NOW, signs=True)[0]
        for code in ("A-1", "A-2")
    ]
    assert len({secret_of_device(one) for one in made}) == 2
    assert all(len(secret_of_device(one)) == 43 for one in made)


def test_the_database_alone_does_not_tell_the_secret(settings):
    device, _ = change(plant.device(), signs=True)
    assert secret_of_device(device) != device.signing_salt
    before = secret_of_device(device)
    settings.SECRET_KEY = "another-key-of-another-installation-0123456789"
    assert secret_of_device(device) != before


def test_set_to_sign_again_it_has_another_secret():
    first, begins = change(plant.device(), signs=True)
    assert begins
    same, begins = change(first, signs=True, reports_per_minute=5)
    assert not begins
    assert secret_of_device(same) == secret_of_device(first)
    change(first, signs=False)
    again, _ = change(first, signs=True)
    assert secret_of_device(again) != secret_of_device(first)


def test_a_new_token_comes_with_a_new_secret():
    device, _ = change(plant.device(), signs=True)
    rotated, token = rotate_device_token(device=device, actor=plant.people().admin, reason="Leaked.")
    assert secret_of_device(rotated) != secret_of_device(device)
    assert device_by_token(token).pk == device.pk
    assert device_by_token(plant.DEVICE_TOKEN) is None


def test_a_revoked_device_is_known_again_by_a_new_token_and_stays_stopped_until_it_is_enabled():
    admin, device = plant.people().admin, plant.device()
    revoke_device(device=device, actor=admin, now=plant.NOW, reason="Stolen.")
    assert device_by_token(plant.DEVICE_TOKEN) is None
    with pytest.raises(Refused) as refused:
        set_device_enabled(device=device, enabled=True, actor=admin, reason="Back.")
    assert refused.value.codes == ["device_revoked"]
    rotated, token = rotate_device_token(device=device, actor=admin, reason="Found.")
    assert (rotated.enabled, device_by_token(token).pk) == (False, device.pk)
    set_device_enabled(device=device, enabled=True, actor=admin, reason="Back.")
    revoke_device(device=device, actor=admin, now=plant.NOW, reason="Stolen.")
    with pytest.raises(Refused) as refused:
        revoke_device(device=device, actor=admin, now=plant.NOW, reason="Stolen.")
    assert refused.value.codes == ["already_revoked"]


def test_nothing_changes_without_a_reason_and_history_keeps_it_without_secrets():
    device = plant.device()
    with pytest.raises(Refused) as refused:
        change(device, reason="  ")
    assert refused.value.codes == ["reason_missing"]
    change(device, signs=True, reason="Open to visitors.")
    newest = device.history.first()
    assert (newest.history_change_reason, newest.signs) == ("Open to visitors.", True)
    assert not hasattr(newest, "signing_salt")
    assert not hasattr(newest, "token_digest")


@pytest.mark.parametrize("do", [rotate_device_token, revoke_device, change_device])
def test_an_operator_may_not(do):
    device, fields = plant.device(), {}
    if do is revoke_device:
        fields = {"now": plant.NOW}
    if do is change_device:
        fields = {"name": "x", "line": None, "reports_per_minute": 0, "signs": False}
    with pytest.raises(Refused) as refused:
        do(device=device, actor=plant.people().operator, reason="x", **fields)
    assert refused.value.codes == ["not_your_duty"]


def test_the_database_holds_that_revoked_is_stopped_and_that_who_signs_has_a_secret():
    device = plant.device()
    with pytest.raises(IntegrityError, match="revoked_device_is_not_enabled"), transaction.atomic():
        Device.objects.filter(pk=device.pk).update(revoked_at=plant.NOW)
    with pytest.raises(IntegrityError, match="signing_device_has_a_secret"), transaction.atomic():
        Device.objects.filter(pk=device.pk).update(signs=True)


def test_a_nonce_is_used_only_inside_of_what_it_is_used_for():
    with pytest.raises(RuntimeError):
        use_nonce(device=plant.device(), call=SignedCall("n" * 16, 0))


def test_old_nonces_are_forgotten_and_none_that_could_come_again():
    device, now = plant.device(), timezone.now()
    with acting(device):
        for minutes in (0, 59, 61, 600):
            sent = now - timedelta(minutes=minutes)
            use_nonce(device=device, call=SignedCall(f"nonce-of-minute-{minutes}", int(sent.timestamp())))
    assert forget_old_nonces() == 2
    kept = set(DeviceNonce.objects.values_list("nonce", flat=True))
    assert kept == {"nonce-of-minute-0", "nonce-of-minute-59"}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM masterdata_devicenonce",
        "UPDATE masterdata_devicenonce SET nonce = 'x'",
        "TRUNCATE masterdata_devicenonce",
    ],
)
def test_the_serving_role_changes_no_nonce(statement):
    DeviceNonce.objects.create(device=plant.device(), nonce="n" * 16, sent_at=plant.NOW)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
