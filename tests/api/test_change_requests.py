"""Change requests in the API: the list, and each with its difference, signatures, orders, notes and conflicts."""

import jsonschema
import psycopg
import pytest

from backflush.actions.request_impact_replay import request_impact_replay
from masterdata.actions.note_on_change import note_on_change
from masterdata.actions.propose_change import propose_change
from masterdata.actions.revise_change import revise_change
from masterdata.actions.sign_change import sign_change
from masterdata.actions.submit_change import take_back_change
from masterdata.api.change_request_schema import EXAMPLE, ONE
from masterdata.models import ChangeRequest
from masterdata.queries.changes import content_of_request, record_of
from masterdata.rules.bom import LineDraft
from masterdata.rules.signatures import content_digest
from tests import changing, databases, floor, plant
from tests.api.shop import faults, person_client, small_plant

ALL = "/api/v1/change-requests"


@pytest.fixture
def qa(shop):
    return person_client(shop.cast.qa)


def drafted_version(kit, quantity: str = "0.6"):
    version = plant.drafted_bom(kit, lines=[LineDraft("FOIL", quantity)])
    return version, changing.proposed(version, author=version.author)


def one(client, request: ChangeRequest) -> dict:
    answer = client.get(f"{ALL}/{request.number}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def numbers(client, **asked) -> list[int]:
    return [row["number"] for row in client.get(ALL, asked).json()["results"]]


def test_the_list_is_filtered_by_kind_state_record_product_author_and_import(shop, qa):
    cost = changing.changed(shop.foil, standard_cost="5")
    _, recipe = drafted_version(shop.kit)
    supplier = changing.proposed(None, "supplier", code="ALBA", name="Alba", author=shop.cast.second_engineer)
    operation = changing.proposed(shop.kit.operations.get(), name="Filling")
    assert numbers(qa) == [operation.number, supplier.number, recipe.number, cost.number]
    assert numbers(qa, kind="item") == [cost.number]
    assert numbers(qa, state="effective") == [cost.number]
    assert numbers(qa, record=recipe.subject) == [recipe.number]
    assert numbers(qa, product="KIT") == [operation.number, recipe.number]
    assert numbers(qa, product="FOIL") == [cost.number]
    assert numbers(qa, author="second_engineer") == [supplier.number]
    assert numbers(qa, **{"import": "7"}) == []
    assert faults(qa.get(ALL, {"import": "x"})) == [("import", "not_a_whole_number")]
    assert faults(qa.get(ALL, {"state": "lost"})) == [("state", "unknown_word")]


def test_a_product_s_label_that_is_still_to_be_made_is_found_by_its_item(shop, qa):
    plant.item("LEAFLET", label_controlled=True)
    label = changing.proposed(None, "label_version", item="LEAFLET", number=1, artwork="ART-77")
    assert numbers(qa, product="LEAFLET") == [label.number]


def test_one_tells_field_by_field_what_differs_and_what_was_said(shop, qa):
    request = changing.submitted(changing.proposed(shop.foil, standard_cost="5.25"))
    note_on_change(request=request, author=shop.cast.finance, text="As quoted.", now=plant.NOW)
    told = one(qa, request)
    assert told["differences"] == [{"what": "", "field": "Standard cost per stock unit", "old": "4", "new": "5.25"}]
    assert (told["name"], told["state"], told["missing_roles"]) == ("CR-1", "submitted", ["qa"])
    assert [(note["author"], note["text"]) for note in told["notes"]] == [("finance", "As quoted.")]
    content = content_of_request(request, record_of(request))
    assert (told["content"], told["content_digest"]) == (content, content_digest(content))


def test_a_signature_shows_its_whole_manifestation_and_stands(shop, qa):
    request = changing.changed(shop.foil, standard_cost="5.25")
    stored = request.signatures.get().signature
    [told] = one(qa, request)["signatures"]
    assert told.pop("signed_at")
    assert told == {
        "role": "qa",
        "round": 1,
        "counts": True,
        "printed_name": "Quinn Quality",
        "meaning": "approved as quality assurance",
        "site_time": stored.site_time,
        "components": "user name and password",
        "digest": stored.digest,
        "stands": True,
        "breaks": [],
    }


def test_signatures_of_a_round_that_was_taken_back_are_told_and_do_not_count(shop, qa):
    cast = shop.cast
    policy = {"kind": "item", "roles": ["qa", "engineer"]}
    asked = propose_change(
        kind="change_policy", record=None, proposed=policy, author=cast.engineer, reason="four eyes", now=plant.NOW
    )
    changing.signed(changing.submitted(asked))
    request = changing.submitted(changing.proposed(shop.foil, standard_cost="6"))
    sign_change(request=request, ticket=changing.ticket(request, cast.qa), role="qa", now=plant.NOW)
    take_back_change(request=request, actor=cast.engineer, reason="a typing error", now=plant.NOW)
    changing.submitted(request)
    told = one(qa, request)
    assert [(each["round"], each["counts"], each["stands"]) for each in told["signatures"]] == [(1, False, True)]
    assert (told["round"], told["missing_roles"]) == (2, ["qa", "engineer"])


def test_a_bom_tells_line_by_line_and_what_becomes_of_open_orders(shop, qa):
    version, request = drafted_version(shop.kit)
    revise_change(
        request=request, author=version.author, now=plant.NOW, orders={shop.order.pk: "move"}, later_orders="keep"
    )
    told = one(qa, request)
    assert {"FOIL"} == {row["what"].split()[-1] for row in told["differences"] if "FOIL" in row["what"]}
    assert any((row["old"], row["new"]) == ("0.5", "0.6") for row in told["differences"]), told["differences"]
    assert told["orders"] == [{"order": "PLANT WO-1", "open": True, "choice": "move"}]
    assert told["later_orders"] == "keep"


def test_an_order_on_which_nobody_decided_is_told_as_such(shop, qa):
    _, request = drafted_version(shop.kit)
    assert one(qa, request)["orders"] == [{"order": "PLANT WO-1", "open": True, "choice": None}]


def test_two_open_requests_on_one_record_name_each_other(shop, qa):
    first, second = changing.proposed(shop.foil, standard_cost="5"), changing.proposed(shop.foil, standard_cost="6")
    assert one(qa, second)["conflicts"] == [
        {"number": 1, "name": "CR-1", "state": "draft", "author": "engineer", "href": f"{ALL}/{first.number}"}
    ]


def test_impact_replays_are_told_to_those_who_may_look_at_them(shop, qa, device):
    version, request = drafted_version(shop.kit)
    request_impact_replay(
        kind="bom_version", record_id=version.pk, days=30, site=plant.site(), actor=shop.cast.engineer, now=floor.NOW
    )
    [replay] = one(qa, request)["impact_replays"]
    assert (replay["state"], replay["requested_by"], replay["outdated"]) == ("queued", "engineer", False)
    assert replay["page"].startswith("/impact-replays/")
    assert one(person_client(shop.cast.operator), request)["impact_replays"] is None
    assert one(device, request)["impact_replays"] is None


def test_what_is_not_there_is_a_404_and_a_parameter_a_400(shop, qa):
    assert qa.get(f"{ALL}/99").status_code == 404
    assert qa.get(f"{ALL}/99999999999999999999").status_code == 404
    request = changing.proposed(shop.foil, standard_cost="5")
    assert faults(qa.get(f"{ALL}/{request.number}?fields=all")) == [("fields", "unknown_parameter")]


def test_the_example_of_the_schema_is_as_the_schema_says():
    jsonschema.Draft202012Validator(ONE).validate(EXAMPLE.value)


def test_a_signature_whose_request_was_altered_is_told_as_broken(real_database):
    shop = small_plant()
    request = changing.changed(shop.foil, standard_cost="5.25")
    with psycopg.connect(databases.owner_address(real_database.name)) as owner:
        owner.execute("SELECT set_config('backflush.actor', 'service:tests', true)")
        owner.execute("ALTER TABLE masterdata_changerequest DISABLE TRIGGER USER")
        owner.execute("UPDATE masterdata_changerequest SET reason = 'because'")
    [told] = one(person_client(shop.cast.qa), request)["signatures"]
    assert told["stands"] is False
    assert told["breaks"] == ["The change request CR-1 for FOIL is not what was signed; this differs: reason."]
