"""The lot page: what it is, where it is, what is in it and where it went; its status changed by whoever may."""

import re
import uuid
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from tests import plant
from tests.web.forms import fields_of
from traceability.actions.ledger import record_moves
from traceability.models import MaterialLot, WorkOrder
from traceability.rules.moves import Move


def lot(code: str) -> MaterialLot:
    return MaterialLot.objects.get(code=code)


def bottled() -> MaterialLot:
    return MaterialLot.objects.get(order_id=WorkOrder.objects.get(number="WO-20418").pk)


def page(client, found) -> str:
    return client.get(reverse("lot", args=[found.pk])).content.decode()


def test_it_says_what_it_is_and_where_it_is(look):
    shown = page(look("auditor"), lot("E-121"))
    for words in ("RM-EXT-310", "Elderflower extract", "10.8832", "MIX-1-WIP", "WO-20400", "released"):
        assert words in shown


def test_the_tree_opens_level_by_level(look):
    client = look("auditor")
    shown = page(client, bottled())
    assert "B-214" in shown
    assert "S-7741" not in shown
    deeper = re.search(r'hx-get="(/lots/\d+/tree/back)"', shown)[1]
    level = client.get(deeper).content.decode()
    assert "S-7741" in level
    assert "E-118" in level
    assert "<html" not in level


def test_the_whole_tree_goes_down_to_the_suppliers_lots(look):
    shown = look("auditor").get(reverse("lot-tree", args=[bottled().pk, "back"]), {"whole": "1"}).content.decode()
    for code in ("B-214", "WO-20400", "S-7741", "E-118", "E-121"):
        assert code in shown
    assert "483.6 kg" in shown


def test_a_suppliers_lot_is_followed_to_the_bottles(look):
    client = look("auditor")
    assert "WO-20400" in page(client, lot("E-118"))
    whole = client.get(reverse("lot-tree", args=[lot("E-118").pk, "forward"]), {"whole": "1"}).content.decode()
    assert bottled().code in whole


def test_postings_and_movements_are_listed(look):
    shown = page(look("auditor"), lot("E-118"))
    assert "P-000001" in shown
    assert "goods receipt" in shown
    assert "Olga Operator" in shown


def test_what_was_made_is_received_from_production_at_standard(look):
    shown = page(look("auditor"), bottled())
    assert "goods receipt from production" in shown
    assert "Standard cost, frozen at the order&#x27;s release" in shown
    supplied = page(look("auditor"), lot("E-118"))
    assert "goods receipt from production" not in supplied
    assert "<dt>Cost</dt>" in supplied


def test_work_in_progress_stands_where_it_went(as_):
    client, order = as_("auditor"), WorkOrder.objects.get(number="WO-20421")
    used, now = lot("B-219"), timezone.now()
    staging, consumed = plant.place("staging", "FILL-1-WIP"), plant.place("consumed")
    move = Move(
        *(used.pk, used.item_id, staging.pk, order.pk, consumed.pk, 0, Decimal(5)),
        order_id=order.pk,
        component=uuid.uuid4(),
    )
    record_moves(
        site_id=used.site_id,
        kind="goods_issue",
        moves=[move],
        actor=plant.people().operator,
        occurred_at=now,
        now=now,
        order_id=order.pk,
    )
    assert not MaterialLot.objects.filter(order_id=order.pk).exists()
    for shown in (
        page(client, used),
        client.get(reverse("lot-tree", args=[used.pk, "forward"]), {"whole": "1"}).content.decode(),
    ):
        assert "WO-20421" in shown
        assert "in work order, no output lot yet" in shown
        assert reverse("order", args=[order.pk]) in shown


def test_qa_releases_and_holds_with_a_reason(as_):
    client, found = as_("qa"), bottled()
    change = reverse("lot-status", args=[found.pk])
    client.post(change, {**fields_of(client.get(reverse("lot", args=[found.pk])), change), "status": "released"})
    found.refresh_from_db()
    assert found.status == "released"
    without = client.post(change, {"status": "held"})
    assert without.status_code == 422
    assert "Say why lot" in without.content.decode()
    client.post(change, {"status": "held", "note": "Cloudy."})
    found.refresh_from_db()
    assert found.status == "held"
    assert "Cloudy." in page(client, found)


def test_an_operator_may_hold_but_not_release(as_):
    client, found = as_("operator"), lot("B-214")
    change = reverse("lot-status", args=[found.pk])
    assert client.post(change, {"status": "rejected", "note": "Broken."}).status_code == 403
    client.post(change, {"status": "held", "note": "Broken glass."})
    found.refresh_from_db()
    assert found.status == "held"
    refused = client.post(change, {"status": "released"})
    assert refused.status_code == 403
    assert "Olga Operator may not release, hold, reject or recall a lot" in refused.content.decode()


def test_an_auditor_changes_nothing(as_):
    client, found = as_("auditor"), lot("B-214")
    assert "Change its status" not in page(client, found)
    assert client.post(reverse("lot-status", args=[found.pk]), {"status": "held", "note": "x"}).status_code == 403
    found.refresh_from_db()
    assert found.status == "released"


def test_a_strange_status_is_refused_in_words(as_):
    answer = as_("qa").post(reverse("lot-status", args=[lot("B-214").pk]), {"status": "gone"})
    assert answer.status_code == 422
    assert "is no status of a lot" in answer.content.decode()


def test_the_list_finds_by_lot_supplier_lot_and_item(look):
    client = look("auditor")
    for words in ("E-118", "NHX-88", "elderflower extract", "rm-ext"):
        assert "E-118" in client.get(reverse("lots"), {"q": words}).content.decode()
    assert "No lot fits." in client.get(reverse("lots"), {"q": "nowhere"}).content.decode()
    held = client.get(reverse("lots"), {"status": "quarantine"}).content.decode()
    assert "E-118" not in held


def test_the_export_keeps_figures_plain_and_units_apart(look):
    written = look("auditor").get(reverse("lots"), {"format": "csv", "q": "E-121"}).content.decode().splitlines()
    assert written[0].startswith("Lot,Item,Name,Status,On hand,On hand unit")
    assert written[1].startswith("E-121,RM-EXT-310,Elderflower extract,released,10.8832,kg")
