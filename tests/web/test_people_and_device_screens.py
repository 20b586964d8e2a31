"""Admins enrol, change and close accounts and devices; everybody else is told who does."""

import re

import pytest
from django.urls import reverse

from masterdata.models import Device, Person
from masterdata.queries import device_by_token
from tests import plant
from tests.web.forms import fields_of

PASSWORD = "copper-meadow-window-4"


def filled(client, address: str, **values) -> dict:
    return {**fields_of(client.get(address)), **values}


def test_somebody_is_enrolled_with_roles(as_):
    client, new = as_("admin"), reverse("person-new")
    sent = filled(
        client,
        new,
        username="Nina",
        name="Nina New",
        badge="B-77",
        roles=["operator", "supervisor"],
        pin="1357",
        password=PASSWORD,
    )
    client.post(new, sent)
    made = Person.objects.get(username="nina")
    assert made.roles == ["operator", "supervisor"]
    shown = client.get(reverse("person", args=[made.pk])).content.decode()
    assert "Operator, Supervisor" in shown
    assert "close a work order" in shown


def test_the_file_of_devices_has_no_column_that_only_leads_on(as_):
    plant.device("MES-1")
    written = as_("admin").get(reverse("devices"), {"format": "csv"}).content.decode().splitlines()
    assert written[0] == "Device,Name,Line,State,Last event,Clock,Measured,Signs,Reports a minute,Enrolled"
    assert "History" not in written[1]
    assert "Stop it" not in written[1]


def test_every_fault_is_told_and_no_password_is_sent_back(as_):
    client, new = as_("admin"), reverse("person-new")
    answer = client.post(
        new, filled(client, new, username="qa", name="Q", badge="B-78", roles=["qa"], pin="12", password="short")
    )
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "already means Quinn Quality" in shown
    assert "A PIN is four to eight digits." in shown
    assert "too short" in shown
    assert 'value="short"' not in shown
    assert 'value="B-78"' in shown


def test_roles_are_changed_and_an_account_closed_with_a_reason(as_):
    client, found = as_("admin"), plant.people().checker
    change = reverse("person-change", args=[found.pk])
    sent = {**fields_of(client.get(change)), "roles": ["operator", "qa"], "reason": "Moved to quality."}
    assert sent["is_active"] == "on"
    client.post(change, sent)
    found.refresh_from_db()
    assert found.roles == ["operator", "qa"]
    closed = {**fields_of(client.get(change)), "roles": ["operator"], "reason": "Left."}
    del closed["is_active"]
    client.post(change, closed)
    found.refresh_from_db()
    assert not found.is_active
    shown = client.get(reverse("person", args=[found.pk])).content.decode()
    assert "Moved to quality." in shown
    assert "account closed" in shown


def test_the_last_admin_stays_one(as_):
    client, found = as_("admin"), plant.people().admin
    change = reverse("person-change", args=[found.pk])
    answer = client.post(change, {**fields_of(client.get(change)), "roles": ["auditor"], "reason": "x"})
    assert answer.status_code == 422
    assert "Ada Admin is the last admin." in answer.content.decode()


def test_empty_credentials_stay_as_they_are(as_):
    client, found = as_("admin"), plant.people().checker
    change = reverse("person-change", args=[found.pk])
    before = (found.password, found.pin)
    client.post(
        change, {**fields_of(client.get(change)), "roles": ["operator"], "name": "Chen C. Checker", "reason": "x"}
    )
    found.refresh_from_db()
    assert found.name == "Chen C. Checker"
    assert (found.password, found.pin) == before


def test_an_auditor_may_look_but_not_enrol(look):
    client = look("auditor")
    assert client.get(reverse("people")).status_code == 200
    assert "B-qa" in client.get(reverse("person", args=[plant.people().qa.pk])).content.decode()
    answer = client.get(reverse("person-new"))
    assert answer.status_code == 403
    assert "Ask somebody with the role admin" in answer.content.decode()
    assert client.post(reverse("person-change", args=[plant.people().qa.pk]), {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("username", ["operator", "supervisor", "qa", "engineer", "finance"])
def test_badges_are_for_admins_and_auditors_and_everybody_sees_their_own(look, username):
    client, cast = look(username), plant.people()
    own = client.get(reverse("person", args=[getattr(cast, username).pk]))
    assert own.status_code == 200
    assert f"B-{username}" in own.content.decode()
    assert f'href="{reverse("people")}"' not in own.content.decode()
    checker = cast.checker.pk
    for address in (
        reverse("people"),
        f"{reverse('people')}?format=csv",
        reverse("person", args=[checker]),
        reverse("record-history", args=["person", checker]),
    ):
        answer = client.get(address)
        assert answer.status_code == 403, address
        assert "B-checker" not in answer.content.decode()
        assert "Ask somebody with the role admin or auditor" in answer.content.decode()


def test_a_devices_token_is_shown_once_and_works(as_):
    client, new = as_("admin"), reverse("device-new")
    sent = filled(client, new, code="SCALE-3", name="Scale 3", line=plant.line("MIX-1").pk)
    answer = client.post(new, sent)
    token = re.search(r"Authorization: Device ([\w-]+)", answer.content.decode())[1]
    assert device_by_token(token).code == "SCALE-3"
    assert answer["Cache-Control"] == "no-store"
    assert token not in client.get(reverse("devices")).content.decode()
    assert client.post(new, sent).status_code == 422
    assert Device.objects.filter(code="SCALE-3").count() == 1


def test_a_device_is_stopped_and_let_report_again_with_a_reason(as_):
    client, found = as_("engineer"), plant.device("MES-1")
    switch = reverse("device-switch", args=[found.pk])
    assert client.post(switch, fields_of(client.get(switch))).status_code == 422
    client.post(switch, {**fields_of(client.get(switch)), "reason": "Serviced."})
    found.refresh_from_db()
    assert not found.enabled
    assert "stopped" in client.get(reverse("devices")).content.decode()
    client.post(switch, {**fields_of(client.get(switch)), "reason": "Back."})
    found.refresh_from_db()
    assert found.enabled


def test_an_operator_manages_no_devices(look):
    answer = look("operator").get(reverse("device-new"))
    assert answer.status_code == 403
    assert "Olga Operator may not enrol devices" in answer.content.decode()
