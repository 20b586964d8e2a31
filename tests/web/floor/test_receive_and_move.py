"""Receiving by label, and moving unbound stock: put away, or into a supermarket."""

from datetime import date
from decimal import Decimal

from django.urls import reverse

from tests import plant
from tests.web.floor.screens import hidden, lot, said, scan
from traceability.models import MaterialLot
from traceability.queries import stock_of

LABEL = "(01)09501101530003(10)F-5001(17)271231(3103)012500"


def receipt(client, text=LABEL, **data):
    page = client.get(reverse("receive"), {"scan": text})
    first = {name: "" if value is None else value for name, value in page.context["form"].initial.items()}
    return client.post(reverse("receive"), {**first, **hidden(page), **data})


def test_the_suppliers_label_fills_in_lot_expiry_and_quantity(tablet):
    form = tablet().get(reverse("receive"), {"scan": LABEL}).context["form"]
    assert form.initial["code"] == form.initial["supplier_lot"] == "F-5001"
    assert form.initial["expires_on"] == date(2027, 12, 31)
    assert (form.initial["quantity"], form.initial["unit"]) == ("12.5", "KGM")


def test_a_delivery_is_received_and_its_label_shown(tablet):
    client = tablet()
    answer = receipt(client)
    made = lot("F-5001")
    assert answer.url == reverse("lot-received", args=[made.pk])
    assert made.status == "quarantine"
    assert [(held.bin.code, held.quantity) for held in stock_of(made)] == [("A-01-2", Decimal("12.5"))]
    page = client.get(answer.url).content.decode()
    assert "(01)09501101530003" in page
    assert "<svg" in page


def test_a_quantity_in_grams_is_counted_in_kilograms(tablet):
    receipt(tablet(), quantity="12500", unit="GRM")
    assert stock_of(lot("F-5001"))[0].quantity == Decimal("12.5")


def test_potency_is_entered_in_percent(tablet):
    client = tablet()
    receipt(client, "RM-ALV-01", code="A-40", quantity="5", potency="97,5")
    assert lot("A-40").potency == Decimal("0.975")


def test_the_same_lot_twice_is_refused_and_what_was_typed_stays(tablet):
    client = tablet()
    receipt(client)
    page = receipt(client, supplier_lot="OTHER")
    assert page.status_code == 422
    assert said(page) == ["Lot F-5001 of PK-FOI-62 was received before."]
    assert 'value="OTHER"' in page.content.decode()


def test_missing_and_unreadable_fields_are_named(tablet):
    page = receipt(tablet(), code="", quantity="a lot")
    assert page.status_code == 422
    assert page.context["form"].errors["code"] == ["This field is required."]
    page = receipt(tablet(), quantity="a lot")
    assert said(page) == ["“a lot” is not a quantity."]


def test_an_item_that_nobody_knows_says_what_to_do(tablet):
    page = tablet().get(reverse("receive"), {"scan": "NO-SUCH-ITEM"})
    assert said(page) == ["No item has the code or GTIN NO-SUCH-ITEM."]


def test_a_qa_person_may_not_receive(tablet):
    assert tablet("qa").get(reverse("receive")).status_code == 403


def test_three_scans_fill_a_supermarket(tablet):
    client, address = tablet(), reverse("move-stock")
    page = scan(client, address, "C-5")
    assert {held.bin.code for held in page.context["taking"].places} == {"A-07-1", "M-ASSY"}
    page = scan(client, address, "A-07-1", page)
    page = scan(client, address, "M-ASSY", page)
    assert page.context["fills"]
    page = scan(client, address, "50", page)
    assert page.context["banner"]["sentence"] == "50 pcs of C-5 filled into M-ASSY."


def test_a_lot_is_put_away_by_lot_bin_and_figure(tablet):
    client, address = tablet(), reverse("move-stock")
    page = scan(client, address, "B-12-3", scan(client, address, "E-77"))
    page = scan(client, address, "100", page)
    assert page.context["banner"]["sentence"] == "100 pcs of E-77 moved to B-12-3."
    assert {held.bin.code: held.quantity for held in stock_of(lot("E-77")) if not held.order}["B-12-3"] == 100


def test_a_staging_bin_is_refused_with_the_right_screen_in_words(tablet):
    client, address = tablet(), reverse("move-stock")
    page = scan(client, address, "S-DISP", scan(client, address, "E-77"))
    page = scan(client, address, "100", page)
    assert said(page) == ["S-DISP is a staging bin; this does not go there."]
    assert MaterialLot.objects.filter(code="E-77").count() == 1


def test_a_bin_before_any_lot_asks_for_the_lot(tablet):
    page = scan(tablet(), reverse("move-stock"), "B-12-3")
    assert said(page) == ["B-12-3 is a bin."]


def test_a_thousand_with_a_comma_is_neither_received_nor_moved(tablet):
    client, address = tablet(), reverse("move-stock")
    assert said(receipt(client, quantity="1,000")) == ["“1,000” can be read in two ways."]
    assert receipt(client, "RM-ALV-01", code="A-40", quantity="5", potency="9,000").context["form"].errors["potency"]
    page = scan(client, address, "B-12-3", scan(client, address, "E-77"))
    assert said(scan(client, address, "1,000", page)) == ["“1,000” can be read in two ways."]
    assert {held.bin.code for held in stock_of(lot("E-77")) if not held.order} == {"A-07-1"}


def test_a_code_that_is_too_long_or_cannot_be_printed_is_refused_in_words(tablet):
    client = tablet()
    assert said(receipt(client, code="L" * 300)) == ["A lot code has at most 60 characters; this one has 300."]
    assert said(receipt(client, code="A\x1f1")) == ["The lot code holds a character that cannot be printed."]
    assert "maxlength" not in str(client.get(reverse("receive"), {"scan": LABEL}).context["form"]["code"])


def test_an_item_with_a_shelf_life_is_not_received_without_its_expiry(tablet):
    plant.item("GLUE", unit="KGM", shelf_life_days=30)
    page = receipt(tablet(), "GLUE", code="G-1", quantity="5")
    assert page.context["form"].errors["expires_on"] == ["This field is required."]


def test_the_items_own_unit_and_usual_ones_come_before_all_others(tablet):
    form = tablet().get(reverse("receive"), {"scan": LABEL}).context["form"]
    choices = form.fields["unit"].choices
    assert [code for code, _ in choices][:2] == ["KGM", "GRM"]
    assert choices[-1][0] == "Other units"
    assert "APZ" in dict(choices[-1][1])
