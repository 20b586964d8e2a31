"""The audit trail on a page: any record, anybody, any period; old against new; as a file."""

import csv
import io

import pytest
from django.db import connection
from django.urls import reverse

from backflush.models import ReversalRequest
from masterdata.models import AuditEvent
from tests import floor, plant
from tests.changing import change_item
from tests.web.scene import item

TRAIL = "/audit-trail"


@pytest.fixture
def changed(as_):
    """A price that the engineer changed."""
    change_item(
        item=item("PK-CTN-012"), actor=plant.people().engineer, reason="Dearer.", now=floor.NOW, standard_cost="0.61"
    )
    return as_("auditor")


def rows(client, **asked) -> list[dict[str, str]]:
    answer = client.get(TRAIL, {**asked, "format": "csv"})
    assert answer.status_code == 200, answer.content
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_change_is_told_with_who_what_and_why(changed):
    [row] = [one for one in rows(changed, kind="masterdata_item", record="PK-CTN-012") if one["Why"] == "Dearer."]
    assert row["Who"] == plant.people().qa.name
    assert row["Record"] == "item PK-CTN-012"
    assert "standard cost: 0.58 → 0.61" in row["Old → new"]
    shown = changed.get(TRAIL, {"record": "PK-CTN-012"}).content.decode()
    assert "Dearer." in shown


def test_related_records_are_named(changed):
    [told] = {
        row["Old → new"] for row in rows(changed, kind="traceability_workorder", record="WO-20418", done="insert")
    }
    assert "item: FG-ELD-200" in told


def test_a_posting_is_named_by_its_number(changed):
    asked = ReversalRequest.objects.select_related("posting").get()
    [told] = {row["Old → new"] for row in rows(changed, kind="backflush_reversalrequest", done="insert")}
    assert f"posting: P-{asked.posting.number:06d}" in told


def test_it_is_searched_by_who_and_by_what_was_done(changed):
    engineer = plant.people().engineer.name
    assert {row["Who"] for row in rows(changed, who=engineer)} == {engineer}
    assert {row["What"] for row in rows(changed, done="insert")} == {"created"}
    assert rows(changed, who="nobody at all") == []


def test_credentials_are_not_told(changed):
    told = rows(changed, kind="masterdata_person")
    assert told
    assert not any("argon2" in value or "pbkdf2" in value for row in told for value in row.values())


@pytest.mark.parametrize(("who", "status"), [("auditor", 200), ("qa", 200), ("operator", 403), ("finance", 403)])
def test_it_is_for_auditors_quality_and_admins(look, who, status):
    assert look(who).get(reverse("audit-trail")).status_code == status


def test_early_rows_are_told_and_found_by_the_name_of_the_person(changed):
    """An early version wrote whoever was signed in as what Django wraps them in; such rows stay as they are."""
    qa = plant.people().qa
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('backflush.actor', %s, false)", [f"simplelazyobject:{qa.pk}"])
        cursor.execute("INSERT INTO masterdata_changenote (request_id, author_id, text, at)"
                       " SELECT max(id), %s, 'Said early.', now() FROM masterdata_changerequest", [qa.pk])  # fmt: skip
        cursor.execute("SELECT set_config('backflush.actor', 'test', false)")
    found = [row for row in rows(changed, who=qa.name) if "Said early." in row["Old → new"]]
    assert [row["Who"] for row in found] == [qa.name]
    assert AuditEvent.objects.filter(actor=f"simplelazyobject:{qa.pk}").count() == 1
