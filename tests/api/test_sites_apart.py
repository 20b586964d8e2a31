"""The token fixes the site: what stands at another site is a 404, and no list shows it."""

import pytest

from backflush.actions.post_reports import post_reports
from backflush.models import OperationReport
from masterdata.actions.enrol_person import enrol_person
from tests import plant
from tests.api.shop import REPORTS, device_client, person_client, report

OTHER_TOKEN = "token-of-the-device-elsewhere"


@pytest.fixture
def elsewhere(shop):
    """A device at another site, beside a plant with a posted report."""
    there = plant.line("L9", at_site=plant.site("OTHER"))
    plant.device("MES-9", token=OTHER_TOKEN, at_line=there)
    return device_client(OTHER_TOKEN)


@pytest.fixture
def sent(shop, device):
    found = report(output_lot="KIT-A")
    device.send(REPORTS, found)
    post_reports()
    return found


def test_what_is_at_another_site_is_a_404(shop, device, elsewhere, sent):
    paths = [
        f"{REPORTS}/{sent['event_id']}",
        "/api/v1/work-orders/WO-1",
        device.get(f"{REPORTS}/{sent['event_id']}").json()["posting"]["href"],
        f"/api/v1/lots/{shop.lot.pk}",
        f"/api/v1/lots/{shop.lot.pk}/genealogy",
    ]
    for path in paths:
        assert device.get(path).status_code == 200, path
        assert elsewhere.get(path).status_code == 404, path


def test_no_list_shows_another_sites_rows(device, elsewhere, sent):
    for name in ("operation-reports", "lots", "work-orders", "postings"):
        assert device.get(f"/api/v1/{name}").json()["results"], name
        assert elsewhere.get(f"/api/v1/{name}").json()["results"] == [], name


def test_the_same_event_id_at_two_sites_is_two_reports(device, elsewhere, sent):
    assert elsewhere.send(REPORTS, sent).status_code == 202
    assert OperationReport.objects.filter(event_id=sent["event_id"]).count() == 2


def test_another_sites_order_is_unknown_here(elsewhere, shop):
    there = report()
    elsewhere.send(REPORTS, there)
    post_reports()
    state = elsewhere.get(f"{REPORTS}/{there['event_id']}").json()
    assert state["state"] == "blocked"
    assert "order_not_open" in [reason["code"] for reason in state["reasons"]]
    preview = {name: value for name, value in there.items() if name != "event_id"}
    assert elsewhere.send("/api/v1/usage-previews", preview).json()["reasons"][0]["code"] == "order_not_open"


def test_people_of_another_site_do_not_retry_here(device, elsewhere, shop):
    blocked = report(order="WO-404")
    device.send(REPORTS, blocked)
    post_reports()
    stranger = enrol_person(
        username="stranger",
        name="Stella Stranger",
        badge="B-stranger",
        pin=plant.PIN,
        password=plant.PASSWORD,
        roles=["supervisor", "finance"],
        site=plant.site("OTHER"),
        actor=shop.cast.admin,
    )
    client = person_client(stranger)
    assert client.send(f"{REPORTS}/{blocked['event_id']}/retry").status_code == 404
    assert client.get("/api/v1/variances").json()["results"] == []
