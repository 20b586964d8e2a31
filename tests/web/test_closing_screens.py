"""The way to an order's close, step by step on one page: return, rebind, scrap, true up, accept, sign; and back."""

from django.urls import reverse
from django.utils import timezone

from backflush.actions.close_order import close_order
from backflush.models import OrderClose, Posting
from masterdata.rules.bom import LineDraft
from tests import floor, plant, quality, reporting
from tests.web.forms import fields_of, signed
from tests.web.scene import item
from traceability.actions.open_quality_record import About
from traceability.actions.return_to_stock import return_to_stock
from traceability.models import MaterialLot, StockBalance, WorkOrder


def order(number: str = "WO-20418") -> WorkOrder:
    return WorkOrder.objects.get(number=number)


def step(found: WorkOrder, name: str) -> str:
    return reverse("order-closing-step", args=[found.pk, name])


def bound(found: WorkOrder, lot: str) -> object:
    held = StockBalance.objects.filter(order_id=found.pk, lot_id=MaterialLot.objects.get(code=lot).pk).first()
    return held.quantity if held else 0


def residual(client, found: WorkOrder, name: str, lot: str) -> dict[str, object]:
    """The fields of a residual's form, for this lot."""
    fields = fields_of(client.get(reverse("order-closing", args=[found.pk])), step(found, name))
    made = MaterialLot.objects.get(code=lot)
    held = StockBalance.objects.get(order_id=found.pk, lot_id=made.pk, quantity__gt=0)
    return {**fields, "lot": made.pk, "from_bin": held.bin_id, "quantity": f"{held.quantity:f}"}


def test_residuals_are_listed_each_with_its_three_ways(look):
    shown = look("supervisor").get(reverse("order-closing", args=[order().pk])).content.decode()
    for said in ("Still bound to the order", "B-214", "Return it", "Bind it to the next order", "Scrap it"):
        assert said in shown


def test_an_open_quality_record_is_named_with_the_way_to_it(as_):
    record = quality.deviation(about=About(order=order()))
    shown = as_("supervisor").get(reverse("order-closing", args=[order().pk])).content.decode()
    assert f"Quality record {record.number} is not closed." in shown
    assert f'href="{reverse("quality-record", args=[record.number])}"' in shown


def test_a_residual_is_returned_and_another_one_rebound_and_another_scrapped(as_):
    client, found, other = as_("supervisor"), order(), order("WO-20421")
    store = plant.place("store")
    sent = {**residual(client, found, "return", "B-214"), "to_bin": store.pk, "reason": "LEFT-OVER", "exposed": "no"}
    assert client.post(step(found, "return"), sent).status_code == 302
    assert bound(found, "B-214") == 0
    before = bound(found, "C-0101")
    sent = {**residual(client, found, "rebind", "C-0101"), "to_order": other.number}
    answer = client.post(step(found, "rebind"), sent)
    assert answer.status_code == 302, answer.content.decode()
    assert (bound(found, "C-0101"), bound(other, "C-0101")) == (0, before)
    sent = {**residual(client, found, "scrap", "L-5512"), "reason": "SPILL"}
    assert client.post(step(found, "scrap"), sent).status_code == 302
    assert bound(found, "L-5512") == 0


def test_a_return_without_its_reason_is_refused_in_words(as_):
    client, found = as_("supervisor"), order()
    sent = {**residual(client, found, "return", "B-214"), "to_bin": plant.place("store").pk, "exposed": "no"}
    answer = client.post(step(found, "return"), sent)
    assert answer.status_code == 422
    assert "Choose a reason." in answer.content.decode()


def test_what_is_owed_is_signed_for_and_posted(as_):
    kit, foil = plant.product("KIT"), plant.item("FOIL", decimals=0)
    leaflet = plant.item("LEAFLET", decimals=0)
    plant.approved_bom(kit, [LineDraft("FOIL", "1"), LineDraft("LEAFLET", "1", per="order")])
    now = timezone.now()
    found = floor.released_order(kit, "100", number="WO-KIT", at=now)
    floor.staged(found, foil, "20", at=now)
    floor.staged(found, leaflet, "1", code="LEAFLET-1", at=now)
    first = reporting.posted(found, good="10", at=now)
    reporting.posted(found, good="10", at=now)
    reporting.reversed_by_qa(first, at=now)
    client, here = as_("qa"), reverse("order-closing", args=[found.pk])
    page = client.get(here)
    assert "LEAFLET-1" in page.content.decode()
    answer = client.post(step(found, "true-up"), signed(fields_of(page, step(found, "true-up")), "qa"))
    assert answer.status_code == 302, answer.content.decode()
    assert Posting.objects.get(order_id=found.pk, kind="true_up").good == 0
    number = f"P-{Posting.objects.get(order_id=found.pk, kind='true_up').number:06d}"
    assert client.get(reverse("posting", args=[number])).status_code == 200


def test_a_closed_order_is_opened_by_qa_and_finance(as_):
    found = order("WO-20400")
    now = timezone.now()
    for code in ("S-7741", "E-118", "E-121"):
        lot = MaterialLot.objects.get(code=code)
        for held in StockBalance.objects.filter(order_id=found.pk, lot_id=lot.pk, quantity__gt=0):
            return_to_stock(
                order=found,
                lot=lot,
                from_bin=plant.place("staging", "MIX-1-WIP"),
                to_bin=plant.place("store"),
                quantity=held.quantity,
                reason=plant.reason("LEFT-OVER", "return"),
                exposed=False,
                actor=plant.people().operator,
                now=now,
            )
    assert item("SF-SYR-001").pk == found.item_id
    close_order(order=found, actor=plant.people().supervisor, now=now)
    here = reverse("order-closing", args=[found.pk])
    asking = as_("supervisor")
    sent = {**fields_of(asking.get(here), step(found, "ask-reopening")), "why": "A drum was found."}
    assert asking.post(step(found, "ask-reopening"), sent).status_code == 302
    for who in ("finance", "qa"):
        client = as_(who)
        client.post(
            step(found, "sign-reopening"), signed(fields_of(client.get(here), step(found, "sign-reopening")), who)
        )
    found.refresh_from_db()
    assert found.state == "released"
    assert OrderClose.objects.get(order_id=found.pk).reopening.reopened_at is not None
    assert "A drum was found." in as_("auditor").get(here).content.decode()
