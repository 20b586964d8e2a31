"""Returning: what is still bound, how much, why, and where it goes when it was exposed."""

from decimal import Decimal

from tests import plant
from tests.web.floor.screens import HTMX, at, hidden, lot, said, scan
from tests.workshop import bin_
from traceability.queries import stock_of

ADDRESS = ("return", "WO-7012")


def where(code):
    return {(held.bin.code, str(held.order or "")): held.quantity for held in stock_of(lot(code))}


def give_back(client, page, **data):
    form = {
        "quantity": "5",
        "reason": "LEFT-OVER",
        "exposed": "no",
        "bin_closed": bin_("A-07-1").pk,
        "bin_exposed": plant.place("quarantine").pk,
    }
    return client.post(at(*ADDRESS), {**hidden(page), **form, **data}, headers=HTMX)


def test_the_page_lists_what_is_still_bound(tablet):
    page = tablet().get(at(*ADDRESS))
    assert {held.lot.code: held.quantity for held in page.context["bound"]} == {
        "F-4471": Decimal("5.125"),
        "X-101": Decimal(30),
        "E-77": Decimal(410),
    }


def test_a_scan_proposes_all_of_it_and_the_bin_that_it_came_from(tablet):
    page = scan(tablet(), at(*ADDRESS), "X-101")
    assert page.context["quantity"] == "30"
    assert page.context["shelves"][0] == bin_("B-12-3")


def test_what_stayed_closed_goes_back_to_the_store(tablet):
    client = tablet()
    page = give_back(client, scan(client, at(*ADDRESS), "F-4471"))
    assert page.context["banner"]["sentence"] == "5 kg of F-4471 returned to A-07-1."
    assert where("F-4471") == {("A-07-1", ""): Decimal(13), ("S-PACK-1", "WO-7012"): Decimal("0.125")}


def test_what_was_exposed_goes_to_quarantine_whatever_the_other_choice_says(tablet):
    client = tablet()
    give_back(client, scan(client, at(*ADDRESS), "X-101"), exposed="yes")
    assert where("X-101")[("QUARANTINE-1", "")] == 5


def test_reason_and_exposure_are_asked_for_and_nothing_typed_is_lost(tablet):
    client = tablet()
    page = give_back(client, scan(client, at(*ADDRESS), "E-77"), exposed="", reason="")
    assert said(page) == ["Say whether it was exposed.", "Say why it goes back."]
    assert page.context["quantity"] == "5"
    assert page.context["taking"].lot == lot("E-77")


def test_a_lot_of_another_order_is_not_returned_here(tablet):
    page = scan(tablet(), at(*ADDRESS), "A-31")
    assert said(page) == ["Nothing of lot A-31 is bound to order WO-7012."]


def test_more_than_is_bound_is_refused(tablet):
    client = tablet()
    page = give_back(client, scan(client, at(*ADDRESS), "X-101"), quantity="31")
    assert page.status_code == 422
    assert said(page)[0].startswith("Bin S-PACK-1 holds 30 pcs of lot X-101 bound to order WO-7012")


def test_a_thousand_with_a_comma_is_not_returned_as_one(tablet):
    client = tablet()
    page = give_back(client, scan(client, at(*ADDRESS), "E-77"), quantity="1,000")
    assert said(page) == ["“1,000” can be read in two ways."]
    assert where("E-77")[("S-PACK-1", "WO-7012")] == 410
