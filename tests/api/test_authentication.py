"""Who may call: devices and people's scripts by token, browsers by session; everything else is a 401 that says how."""

import pytest
from django.test import Client

from backflush.models import OperationReport
from masterdata.actions.change_person import change_person
from masterdata.actions.give_person_token import give_person_token, revoke_person_token
from masterdata.actions.revoke_device import revoke_device
from masterdata.actions.rotate_device_token import rotate_device_token
from tests import plant
from tests.api.shop import REPORTS, ApiClient, device_client, faults, report

ITEMS = "/api/v1/items"
pytestmark = pytest.mark.django_db


def refused(answer) -> list[str]:
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Device")
    return [code for _, code in faults(answer)]


def test_without_a_token_the_answer_says_how_to_authenticate():
    assert refused(Client().get(ITEMS)) == ["not_authenticated"]


@pytest.mark.parametrize(
    "header",
    ["Device wrong-token-of-a-device", "Device", "Device ", "Token nobody", "Device ünknown", "Device " + "x" * 5000],
)
def test_unknown_token_is_a_401(header):
    plant.device()
    assert refused(Client(headers={"Authorization": header}).get(ITEMS)) == ["token_unknown"]


def test_scheme_in_any_case_and_the_token_as_it_is():
    plant.device()
    assert Client(headers={"Authorization": f"device {plant.DEVICE_TOKEN}"}).get(ITEMS).status_code == 200
    assert refused(Client(headers={"Authorization": f"Device {plant.DEVICE_TOKEN.upper()}"}).get(ITEMS))


def test_a_devices_token_is_no_persons_token():
    plant.device()
    assert refused(Client(headers={"Authorization": f"Token {plant.DEVICE_TOKEN}"}).get(ITEMS)) == ["token_unknown"]


def test_a_revoked_device_is_a_401_from_the_next_request_on_and_nothing_is_stored():
    device = plant.device()
    client = device_client()
    assert client.get(ITEMS).status_code == 200
    revoke_device(device=device, actor=plant.people().admin, now=plant.NOW, reason="stolen")
    assert refused(client.get(ITEMS)) == ["token_unknown"]
    assert refused(client.send(REPORTS, report())) == ["token_unknown"]
    assert not OperationReport.objects.exists()


def test_a_new_token_ends_the_old_one():
    device = plant.device()
    revoke_device(device=device, actor=plant.people().admin, now=plant.NOW, reason="lost")
    _, token = rotate_device_token(device=device, actor=plant.people().admin, reason="found again")
    assert refused(device_client().send(REPORTS, report())) == ["token_unknown"]
    assert device_client(token).send(REPORTS, report()).status_code == 202


def test_revoked_token_is_a_401():
    person = plant.people().supervisor
    row, token = give_person_token(person=person, name="script", actor=person, now=plant.NOW)
    client = ApiClient(headers={"Authorization": f"Token {token}"})
    assert client.get(ITEMS).status_code == 200
    revoke_person_token(token=row, actor=person, now=plant.NOW)
    assert refused(client.get(ITEMS)) == ["token_unknown"]


def test_closed_account_is_a_401():
    cast = plant.people()
    _, token = give_person_token(person=cast.supervisor, name="script", actor=cast.supervisor, now=plant.NOW)
    change_person(person=cast.supervisor, actor=cast.admin, reason="left", is_active=False)
    assert refused(Client(headers={"Authorization": f"Token {token}"}).get(ITEMS)) == ["token_unknown"]


def test_session_of_the_browser_reads(client):
    client.force_login(plant.people().auditor, backend="masterdata.actions.authentication.PasswordBackend")
    assert client.get(ITEMS).status_code == 200


def test_session_of_the_browser_writes_only_with_its_form_token():
    plant.people()
    client = ApiClient(enforce_csrf_checks=True)
    client.force_login(plant.people().supervisor, backend="masterdata.actions.authentication.PasswordBackend")
    assert client.send(REPORTS, report()).status_code == 403


def test_too_many_calls_of_one_device_are_a_429_that_says_when(settings):
    settings.API_CALLS_PER_MINUTE = 2
    plant.device("MES-7", token="token-of-an-impatient-device")
    plant.device("MES-8", token="token-of-a-patient-device")
    client = device_client("token-of-an-impatient-device")
    assert [client.get(ITEMS).status_code for _ in range(3)] == [200, 200, 429]
    answer = client.get(ITEMS)
    assert 1 <= int(answer["Retry-After"]) <= 31
    assert faults(answer) == [("", "throttled")]
    assert device_client("token-of-a-patient-device").get(ITEMS).status_code == 200
