"""The admin shows all master data with its history to admins and auditors, and lets nobody change anything."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from masterdata import models as tables
from masterdata.rules.bom import AlternateDraft, LineDraft, OutputDraft, ScrapDraft, StepDraft
from tests import plant

pytestmark = pytest.mark.django_db
TABLES = [getattr(tables, name) for name in tables.__all__]


@pytest.fixture
def auditor(client):
    """A browser in which the auditor is signed in, over a plant with something of nearly everything."""
    people = plant.people()
    plant.item("FILM", unit="KGM")
    foil = plant.item("FOIL", unit="KGM")
    plant.factor(foil, "LTR", "KGM", "0.9")
    plant.place("staging")
    plant.reason("WRONG", "reversal")
    plant.supplier()
    plant.approved_bom(
        plant.product("KIT"),
        [
            LineDraft("FOIL", "1", scrap=ScrapDraft("1"), strategy="mix", alternates=(AlternateDraft("FILM"),)),
            LineDraft("FILM", per="steps", steps=(StepDraft("0", "1"),)),
        ],
        outputs=[OutputDraft("FILM", "1")],
    )
    client.force_login(people.auditor, backend="masterdata.actions.authentication.PasswordBackend")
    return client


def address(table, page, *args):
    return reverse(f"admin:masterdata_{table._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("table", TABLES)
def test_every_record_can_be_read_and_not_changed(auditor, table):
    assert auditor.get(address(table, "changelist")).status_code == 200
    row = table._default_manager.first()
    if row is None:
        return
    shown = auditor.get(address(table, "change", row.pk))
    assert shown.status_code == 200
    assert b'name="_save"' not in shown.content
    assert auditor.post(address(table, "change", row.pk), {}).status_code == 403
    assert auditor.post(address(table, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert auditor.get(address(table, "add")).status_code == 403


@pytest.mark.parametrize("table", [table for table in TABLES if hasattr(table, "history")])
def test_earlier_states_can_be_read_and_not_brought_back(auditor, table):
    row = table._default_manager.first()
    if row is None:
        return
    assert auditor.get(address(table, "history", row.pk)).status_code == 200
    earlier = row.history.last()
    opened = reverse(f"admin:masterdata_{table._meta.model_name}_simple_history", args=[row.pk, earlier.history_id])
    assert auditor.get(opened).status_code == 200
    before = row.history.count()
    assert auditor.post(opened, {}).status_code in (400, 403)
    assert row.history.count() == before


def test_times_are_written_as_everywhere_else_with_the_zone_of_the_site(auditor):
    version = tables.BomVersion.objects.get(item__code="KIT")
    shown = [
        auditor.get(address(tables.BomVersion, "change", version.pk)).content.decode(),
        auditor.get(address(tables.Signature, "changelist")).content.decode(),
    ]
    assert all("5 Jan 2026 09:00 CET" in text for text in shown)
    history = auditor.get(address(tables.BomVersion, "history", version.pk)).content.decode()
    assert re.search(r"\d+ \w{3} 20\d\d \d\d:\d\d CES?T", history)
    assert not any("a.m." in text or "p.m." in text for text in [*shown, history])


def test_passwords_are_not_changed_here(auditor):
    assert "Change password" not in auditor.get(reverse("admin:index")).content.decode()
    assert auditor.get("/admin/password_change/").status_code == 404


def test_no_credential_is_shown(auditor):
    person = plant.people().qa
    device = plant.device()
    for row, secrets in ((person, [person.password, person.pin]), (device, [device.token_digest])):
        for page in ("change", "history"):
            text = auditor.get(address(type(row), page, row.pk)).content.decode()
            assert not any(secret in text for secret in secrets)


def test_search_finds_by_code(auditor):
    assert b"FOIL" in auditor.get(address(tables.Item, "changelist"), {"q": "FOIL"}).content
    assert b"FOIL" not in auditor.get(address(tables.Item, "changelist"), {"q": "KIT"}).content


@pytest.mark.parametrize("who", ["operator", "engineer", "qa"])
def test_others_do_not_come_in(client, who):
    client.force_login(getattr(plant.people(), who), backend="masterdata.actions.authentication.PasswordBackend")
    assert client.get(reverse("admin:index")).status_code == 302


def test_every_table_is_registered():
    assert all(admin.site.is_registered(table) for table in TABLES)
