"""Two people import the same records at the same moment, or one file twice: each record gets one request, and nobody an error."""

import pytest

from masterdata.actions.check_import import check_import, order_import
from masterdata.actions.claim_import import claim_import
from masterdata.actions.propose_import import propose_import
from masterdata.actions.receive_import import receive_import
from masterdata.actions.run_batch import ask_for_batch
from masterdata.models import ChangeRequest, DataImport, RequestBatch
from masterdata.rules.bom import LineDraft
from tests import plant
from tests.concurrency.test_approvals_at_once import at_once
from tests.importing import AT, batch, checked, exported, proposed


@pytest.fixture
def prices(real_database):
    """A file that changes the price of three items."""
    plant.people()
    for code in ("FOIL", "FILM", "GLUE"):
        plant.item(code, unit="KGM")
    return exported("items").replace(b",1,", b",2,")


def ordered(content: bytes, person, name: str = "items.csv") -> DataImport:
    """Uploaded and checked, and its author wants the requests made."""
    made = receive_import(content=content, file_name=name, person=person, reason="Price round", now=plant.NOW)
    check_import(claimed=claim_import(now=AT, pk=made.pk), now=AT)
    made.refresh_from_db()
    assert made.state == "ready", made.faults
    return order_import(data_import=made, person=person, now=AT)


def test_two_people_who_propose_the_same_at_once_make_one_request_of_each_record(prices):
    cast = plant.people()
    claimed = [claim_import(now=AT, pk=ordered(prices, person).pk) for person in (cast.engineer, cast.second_engineer)]
    at_once(*(lambda one=one: propose_import(claimed=one, now=AT) for one in claimed))
    assert sorted(DataImport.objects.values_list("state", flat=True)) == ["proposed", "received"]
    assert sorted(ChangeRequest.objects.values_list("subject", flat=True)) == ["FILM", "FOIL", "GLUE"]
    second = DataImport.objects.get(state="received")
    check_import(claimed=claim_import(now=AT, pk=second.pk), now=AT)
    second.refresh_from_db()
    assert (second.state, second.new, second.changed, second.waiting) == ("ready", 0, 0, 3)


def test_two_people_who_propose_the_same_bom_at_once_draft_one_version(prices):
    kit = plant.product("KIT")
    plant.approved_bom(kit, [LineDraft("FOIL", "1")])
    content = exported("boms").replace(b"FOIL,1,", b"FOIL,2,")
    cast = plant.people()
    claimed = [
        claim_import(now=AT, pk=ordered(content, person, "boms.csv").pk)
        for person in (cast.engineer, cast.second_engineer)
    ]
    at_once(*(lambda one=one: propose_import(claimed=one, now=AT) for one in claimed))
    assert sorted(DataImport.objects.values_list("state", flat=True)) == ["proposed", "received"]
    assert kit.bom_versions.filter(state="draft").count() == 1


def test_the_same_file_twice_proposes_nothing_twice(prices):
    proposed(prices)
    again = checked(prices)
    assert (again.state, again.new, again.changed, again.waiting) == ("ready", 0, 0, 3)
    batch(DataImport.objects.earliest("pk"), "withdraw", "not yet")
    once_more = checked(prices)
    assert (once_more.changed, once_more.waiting) == (3, 0)


def test_who_asks_for_all_requests_twice_at_once_is_told_and_one_batch_is_made(prices):
    one = proposed(prices)
    engineer = plant.people().engineer

    def ask():
        return ask_for_batch(data_import=one, step="submit", person=engineer, reason="", now=AT).state

    assert sorted(map(str, at_once(ask, ask))) == ["['batch_under_way']", "waiting"]
    assert RequestBatch.objects.count() == 1
