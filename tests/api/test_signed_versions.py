"""BOM versions, unit factors and trigger definitions in the API: found by what they are, each with its signature, checked."""

import psycopg
import pytest

from masterdata.models import UnitFactor
from masterdata.rules.bom import LineDraft
from tests import databases, plant
from tests.api.shop import person_client, small_plant

KINDS = {"boms": "BOM version", "unit-factors": "unit factor", "trigger-definitions": "trigger definition"}


@pytest.fixture
def client(shop):
    plant.factor(shop.foil, "KGM", "MTK", "20")
    return person_client(shop.cast.operator)


def first(client, name: str, **asked) -> dict:
    return client.get(f"/api/v1/{name}", asked).json()["results"][0]


@pytest.mark.parametrize("name", KINDS)
def test_an_approved_version_shows_the_whole_signature_that_approved_it(client, name):
    row = first(client, name, state="approved")
    told = client.get(row["href"]).json()
    signature = told["signature"]
    assert {name: told[name] for name in row} == row
    assert (signature["printed_name"], signature["signed_at"]) == (row["approver"], row["approved_at"])
    assert (signature["stands"], signature["breaks"]) == (True, [])
    assert len(signature["digest"]) == 64
    assert "UTC" in signature["site_time"]
    assert signature["components"] == "user name and password"
    assert told["content"]["version"] == row["version"]


def test_a_draft_has_no_signature(client, shop):
    draft = plant.drafted_bom(shop.kit, lines=[LineDraft("FOIL", "0.6")])
    assert client.get(f"/api/v1/boms/{draft.pk}").json()["signature"] is None


def test_factors_and_triggers_tell_what_they_say_and_are_found_by_it(client, shop):
    [factor] = client.get("/api/v1/unit-factors", {"item": "FOIL"}).json()["results"]
    assert [factor[name] for name in ("from_unit", "to_unit", "numerator", "denominator")] == ["KGM", "MTK", "20", "1"]
    assert client.get("/api/v1/unit-factors", {"item": "KIT"}).json()["results"] == []
    trigger = first(client, "trigger-definitions", item="KIT", operation="10")
    assert (trigger["kind"], trigger["line"], trigger["state"]) == ("operation_complete", None, "approved")
    assert client.get("/api/v1/trigger-definitions", {"operation": "99"}).json()["results"] == []


@pytest.mark.parametrize(("name", "words"), KINDS.items())
def test_what_is_not_there_is_a_404(client, name, words):
    answer = client.get(f"/api/v1/{name}/987654")
    assert answer.status_code == 404
    assert words in answer.json()["detail"]


def test_a_factor_that_was_altered_shows_its_signature_broken(real_database):
    shop = small_plant()
    factor = plant.factor(shop.foil, "KGM", "MTK", "20")
    with psycopg.connect(databases.owner_address(real_database.name)) as owner:
        owner.execute("SELECT set_config('backflush.actor', 'service:tests', true)")
        owner.execute("ALTER TABLE masterdata_unitfactor DISABLE TRIGGER USER")
        owner.execute("UPDATE masterdata_unitfactor SET numerator = 21")
    assert UnitFactor.objects.get().pk == factor.pk
    told = person_client(shop.cast.qa).get(f"/api/v1/unit-factors/{factor.pk}").json()["signature"]
    assert told["stands"] is False
    assert "is not what was signed; this differs: numerator." in told["breaks"][0]
