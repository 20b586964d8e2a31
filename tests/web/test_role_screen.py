"""The table of roles and duties, as auditors, QA and admins read it."""

import csv
import io

import pytest
from django.urls import reverse

from masterdata.rules.duties import MAY, Duty
from masterdata.rules.vocabulary import Role


@pytest.mark.parametrize(("username", "status"), [("auditor", 200), ("qa", 200), ("admin", 200), ("engineer", 403)])
def test_it_is_for_auditors_quality_and_admins(look, username, status):
    assert look(username).get(reverse("roles")).status_code == status


def test_the_file_says_of_every_duty_who_may(look):
    text = look("auditor").get(reverse("roles"), {"format": "csv"}).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(Duty)
    signing = next(row for row in rows if row["Duty"].lower() == Duty.SIGN_REVERSAL.lower())
    assert [name for name, said in signing.items() if said == "may"] == ["Quality assurance"]


def test_it_is_filtered_by_role_and_by_kind(look):
    asked = {"role": "auditor", "kind": "does", "format": "csv"}
    assert len(look("qa").get(reverse("roles"), asked).content.decode().splitlines()) == 1
    looks = look("qa").get(reverse("roles"), {**asked, "kind": "looks"}).content.decode().splitlines()
    assert len(looks) - 1 == sum(Role.AUDITOR in roles for roles in MAY.values())
