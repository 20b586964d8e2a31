"""From the page of a held lot to a released rework order, which says what it takes up."""

from django.urls import reverse

from masterdata.rules.bom import LineDraft
from tests import floor, plant
from tests.web.forms import fields_of
from tests.web.scene import item
from traceability.models import MaterialLot, WorkOrder


def held_bulk():
    """The bulk syrup lot, held, with a recipe that takes bulk syrup again."""
    lot = MaterialLot.objects.get(order_id=WorkOrder.objects.get(number="WO-20400").pk)
    floor.held(lot)
    again = plant.item("SF-SYR-RW", unit="KGM", kind="intermediate")
    plant.trigger(again, "10")
    plant.approved_bom(again, [LineDraft("SF-SYR-001", "1")])
    return lot


def test_a_held_lot_is_reworked_from_its_page(as_):
    lot = held_bulk()
    client = as_("supervisor")
    address = reverse("lot-rework", args=[lot.pk])
    assert address in client.get(reverse("lot", args=[lot.pk])).content.decode()
    form = fields_of(client.get(address))
    asked = {**form, "number": "RW-7", "recipe_item": "SF-SYR-RW", "quantity": "50", "release": "on"}
    order_page = client.post(address, asked, follow=True).content.decode()
    made = WorkOrder.objects.get(number="RW-7")
    assert (made.kind, made.state, made.reworks, made.item) == ("rework", "released", lot, item("SF-SYR-001"))
    assert lot.code in order_page
    assert "WO-20400" in order_page
    assert "RW-7" in client.get(reverse("lot", args=[lot.pk])).content.decode()


def test_more_than_is_there_is_refused_in_words_and_nothing_is_planned(as_):
    lot = held_bulk()
    client = as_("supervisor")
    address = reverse("lot-rework", args=[lot.pk])
    form = fields_of(client.get(address))
    page = client.post(address, {**form, "number": "RW-7", "recipe_item": "SF-SYR-RW", "quantity": "99999"})
    assert "are to be reworked" in page.content.decode()
    assert not WorkOrder.objects.filter(number="RW-7").exists()


def test_qa_holds_lots_and_does_not_plan_their_rework(as_):
    lot = held_bulk()
    assert as_("qa").get(reverse("lot-rework", args=[lot.pk])).status_code == 403
