"""Previews: decided by the rule that posts, and nothing is written."""

from backflush.models import OperationReport, Posting
from tests import floor
from tests.api.shop import REPORTS, faults, report

PREVIEWS = "/api/v1/usage-previews"


def test_preview_shows_what_would_be_taken_and_writes_nothing(shop, device):
    answer = device.send(PREVIEWS, report(event_id=None, good="10"))
    assert answer.status_code == 200
    found = answer.json()
    assert found["reasons"] == []
    [line] = found["lines"]
    assert (line["item"], line["quantity"], line["unit"]) == ("FOIL", "5", "KGM")
    assert [(draw["lot"], draw["bin"], draw["quantity"]) for draw in line["draws"]] == [("F/1", "STAGING-1", "5")]
    assert [(one["item"], one["quantity"]) for one in found["outputs"]] == [("KIT", "10")]
    assert not OperationReport.objects.exists()
    assert not Posting.objects.exists()


def test_preview_of_a_shortage_names_it(shop, device):
    floor.released_order(shop.kit, "10", number="WO-2")
    reasons = device.send(PREVIEWS, report(event_id=None, order="WO-2")).json()["reasons"]
    assert reasons
    assert all(reason["code"] and reason["sentence"] and reason["remedy"] for reason in reasons)


def test_preview_takes_no_event_id_but_tolerates_it(device):
    assert device.send(PREVIEWS, report()).status_code == 200


def test_preview_names_every_fault(bare_device):
    answer = bare_device.send(PREVIEWS, report(event_id=None, good=1, order=None))
    assert (answer.status_code, sorted(faults(answer))) == (
        400,
        [("good", "not_a_decimal_string"), ("order", "required")],
    )


def test_preview_and_posting_take_the_same(device):
    from backflush.actions.post_reports import post_reports

    sent = report(good="7")
    preview = device.send(PREVIEWS, {key: value for key, value in sent.items() if key != "event_id"}).json()
    device.send(REPORTS, sent)
    post_reports()
    [posted] = device.get(f"{REPORTS}/{sent['event_id']}").json()["posting"]["lines"]
    [line] = preview["lines"]
    assert (line["quantity"], line["draws"][0]["lot"]) == (posted["quantity"], posted["lot"])
