"""Signatures on screens: name, meaning, both times and digest; BROKEN as a word and a shape wherever one does not stand."""

import csv
import io

import psycopg
import pytest
from django.urls import reverse

from masterdata.models import BomVersion, Signature, TriggerDefinition
from tests import databases, plant
from tests.processes import managed
from tests.web.forms import fields_of, signed

ALL = "/signatures"


@pytest.fixture
def alter(syrup):
    """Alter something as the owner of the database, with the laws off."""

    def do(statement: str, *tables: str) -> None:
        with psycopg.connect(databases.owner_address(syrup.name)) as owner:
            owner.execute("SELECT set_config('backflush.actor', 'service:tests', true)")
            for table in tables:
                owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            owner.execute(statement)

    return do


def rows(client, **asked) -> list[dict[str, str]]:
    answer = client.get(ALL, {"from": "1900-01-01", **asked, "format": "csv"})
    assert answer.status_code == 200, answer.content
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


@pytest.mark.parametrize("username", ["auditor", "qa", "admin"])
def test_all_signatures_stand_on_one_page(look, username):
    found = rows(look(username))
    assert len(found) == Signature.objects.count()
    assert {row["State"] for row in found} == {"stands"}
    assert {"Quinn Quality"} <= {row["Who"] for row in found}
    assert any(row["What"] == "BOM version FG-ELD-200 version 1" for row in found)
    assert look(username).get(ALL, {"from": "1900-01-01"}).status_code == 200


def test_others_do_not_read_them(look):
    assert look("operator").get(ALL).status_code == 403


def test_they_are_searched_by_who_what_meaning_and_state(look):
    client = look("auditor")
    assert {row["Who"] for row in rows(client, who="quinn")} == {"Quinn Quality"}
    assert all(row["What"].startswith("unit factor") for row in rows(client, kind="unit_factor"))
    assert rows(client, meaning="approved")
    assert rows(client, meaning="no such meaning") == []
    assert rows(client, state="broken") == []
    assert len(rows(client, state="stands")) == Signature.objects.count()


def test_a_broken_signature_is_named_on_the_page_of_all_and_alone_when_asked_for(as_, alter):
    alter(
        "UPDATE masterdata_signature SET meaning = 'reviewed' WHERE subject_kind = 'unit_factor'",
        "masterdata_signature",
    )
    [row] = rows(as_("auditor"), state="broken")
    assert row["State"] == "BROKEN"
    assert "was altered after it was given" in row["What does not fit"]
    assert "BROKEN" in as_("auditor").get(ALL, {"from": "1900-01-01", "state": "broken"}).content.decode()


def test_a_signature_shows_name_meaning_both_times_and_its_digest(look):
    version = BomVersion.objects.get(item__code="FG-ELD-200", state="approved")
    shown = look("operator").get(reverse("bom", args=[version.pk])).content.decode()
    signature = version.signature
    for told in (signature.printed_name, signature.meaning, signature.digest, "UTC", signature.site_time):
        assert told in shown, told
    assert "BROKEN" not in shown


def test_an_altered_record_shows_broken_and_says_what_differs(as_, alter):
    version = BomVersion.objects.get(item__code="FG-ELD-200", state="approved")
    alter("UPDATE masterdata_bomline SET quantity = quantity * 2", "masterdata_bomline")
    shown = as_("qa").get(reverse("bom", args=[version.pk])).content.decode()
    assert "BROKEN" in shown
    assert "is not what was signed; this differs: lines." in shown


def test_a_copied_signature_shows_broken_and_says_whose_it_is(as_, alter):
    alter(
        "UPDATE masterdata_triggerdefinition SET signature_id = (SELECT min(id) FROM masterdata_signature WHERE subject_kind"
        " = 'unit_factor')",
        "masterdata_triggerdefinition",
    )
    shown = as_("qa").get(reverse("trigger", args=[TriggerDefinition.objects.first().pk])).content.decode()
    assert "BROKEN" in shown
    assert "was given for unit factor RM-EXT-310" in shown
    assert "copied here" in shown


def test_a_reversal_shows_its_signature_and_when_that_breaks(as_, alter):
    from backflush.models import ReversalRequest

    asked, qa = ReversalRequest.objects.get(), as_("qa")
    page = reverse("reversal", args=[asked.pk])
    assert qa.post(page, signed(fields_of(qa.get(page), page, "digest"), "qa")).status_code == 302
    assert "BROKEN" not in qa.get(page).content.decode()
    assert "Digest" in qa.get(page).content.decode()
    alter("UPDATE backflush_reversalrequest SET note = 'Nothing happened.'", "backflush_reversalrequest")
    shown = qa.get(page).content.decode()
    assert "BROKEN" in shown
    assert "this differs: note." in shown
    asked.refresh_from_db()
    posting = as_("operator").get(reverse("posting", args=[f"P-{asked.reversal.number:06d}"])).content.decode()
    assert "BROKEN" in posting


def test_a_page_that_went_stale_is_not_signed(as_, alter):
    from backflush.models import ReversalRequest

    asked, qa = ReversalRequest.objects.get(), as_("qa")
    page = reverse("reversal", args=[asked.pk])
    sent = signed(fields_of(qa.get(page), page, "digest"), "qa")
    alter("UPDATE backflush_reversalrequest SET note = 'Something else.'", "backflush_reversalrequest")
    answer = qa.post(page, sent)
    assert answer.status_code == 422
    assert "no longer what was shown" in answer.content.decode()


def test_a_pin_does_not_sign_and_neither_does_somebody_elses_session(as_):
    from backflush.models import ReversalRequest

    page = reverse("reversal", args=[ReversalRequest.objects.get().pk])
    qa, supervisor = as_("qa"), as_("admin")
    assert qa.post(page, signed(fields_of(qa.get(page), page, "digest"), "qa", password=plant.PIN)).status_code == 422
    answer = supervisor.post(page, signed(fields_of(qa.get(page), page, "digest"), "qa"))
    assert answer.status_code in (403, 422)
    assert not Signature.objects.filter(subject_kind="reversal").exists()


def test_the_command_verifies_all_of_them(syrup, alter):
    assert "signatures stand" in managed("verify_signatures").stdout
    alter(
        "UPDATE masterdata_signature SET meaning = 'reviewed' WHERE subject_kind = 'unit_factor'",
        "masterdata_signature",
    )
    told = managed("verify_signatures")
    assert told.returncode == 1
    assert "BROKEN" in told.stdout
    assert "of" in told.stderr


def test_the_check_of_the_ledger_finds_a_broken_signature(syrup, alter):
    assert managed("check_ledger", "--only", "14", "--only", "15").returncode == 0
    alter(
        "UPDATE masterdata_signature SET meaning = 'reviewed' WHERE subject_kind = 'unit_factor'",
        "masterdata_signature",
    )
    told = managed("check_ledger", "--only", "14")
    assert told.returncode == 1
    assert "14_every_signature_stands: BROKEN" in told.stdout
