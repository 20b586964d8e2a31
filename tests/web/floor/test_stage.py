"""Staging by scanner alone: lot, bin, quantity; every answer in words; nothing twice."""

from decimal import Decimal

import pytest
from django.utils import timezone

from tests.web.floor.screens import HTMX, at, hidden, lot, order, said, scan
from tests.workshop import bin_
from traceability.models import StagingScan, WorkOrder
from traceability.queries import bound_stock


def bound(number="WO-7010"):
    return {held.lot.code: held.quantity for held in bound_stock(order(number))}


def test_the_way_to_walk_names_bin_lot_and_quantity_with_the_earlier_expiry_first(tablet):
    page = tablet().get(at("stage", "WO-7010"))
    assert [(stop["bin"], stop["lot"], stop["quantity"]) for stop in page.context["walk"]] == [
        ("A-07-1", "E-77", "2,000"),
        ("A-07-1", "F-4471", "8"),
        ("B-12-3", "F-4490", "17"),
        ("B-12-3", "X-101", "2,000"),
    ]


def test_what_a_running_order_used_is_not_fetched_again(tablet):
    page = tablet().get(at("stage", "WO-7012"))
    assert [(stop["lot"], stop["quantity"]) for stop in page.context["walk"]] == [("X-101", "380")]


def test_a_lot_in_one_bin_needs_no_scan_of_the_bin_and_the_open_quantity_is_proposed(tablet):
    page = scan(tablet(), at("stage", "WO-7010"), "F-4490")
    assert page.status_code == 200
    assert page.context["taking"].place == bin_("B-12-3")
    assert page.context["suggested"] == "25"
    assert page.context["earlier"] == ""


def test_a_quantity_in_the_scan_field_stages_it(tablet):
    client, address = tablet(), at("stage", "WO-7010")
    page = scan(client, address, "12.5", scan(client, address, "F-4490"))
    assert page.context["work"].banner["sentence"] == "12.5 kg of F-4490 staged to S-PACK-1."
    assert bound() == {"F-4490": Decimal("12.5")}


def test_the_same_label_again_stages_the_whole_container(tablet):
    client, address = tablet(), at("stage", "WO-7010")
    scan(client, address, "F-4471", scan(client, address, "F-4471"))
    assert bound() == {"F-4471": Decimal(8)}


def test_a_gs1_label_is_read_with_its_weight(tablet):
    client, address = tablet(), at("stage", "WO-7010")
    page = scan(client, address, "]d2010950110153000310F-4490\x1d3102000750")
    assert page.context["taking"].lot == lot("F-4490")
    assert page.context["suggested"] == "7.5"


def test_the_bin_may_be_scanned_first(tablet):
    client, address = tablet(), at("stage", "WO-7010")
    page = scan(client, address, "B-12-3")
    assert page.context["work"].banner["sentence"] == "Bin B-12-3."
    page = scan(client, address, "X-101", page)
    assert page.context["taking"].is_complete


def test_the_wrong_bin_is_told_where_the_lot_lies(tablet):
    client, address = tablet(), at("stage", "WO-7010")
    page = scan(client, address, "F-4490", scan(client, address, "A-01-2"))
    assert page.status_code == 422
    assert said(page) == ["Bin A-01-2 holds nothing of lot F-4490 that can be taken."]
    assert "B-12-3" in page.content.decode()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("NOTHING-1", "No lot or bin of this site is called NOTHING-1."),
        ("X-099", "Lot X-099 of PK-BOX-30 is"),
        ("L-880", "Order WO-7010 does not use RM-LAC-10."),
        ("]d2019501101530004910X", "The check digit of GTIN 95011015300049 is wrong."),
    ],
)
def test_what_may_not_be_staged_is_refused_at_the_scan_in_words(tablet, code, sentence):
    page = scan(tablet(), at("stage", "WO-7010"), code)
    assert page.status_code == 422
    assert said(page)[0].startswith(sentence)
    assert bound() == {}


def test_more_than_is_there_is_refused_and_the_figure_stays(tablet):
    client, address = tablet(), at("stage", "WO-7010")
    page = scan(client, address, "F-4471")
    page = client.post(address, {**hidden(page), "quantity": "9"}, headers=HTMX)
    assert page.status_code == 422
    assert said(page) == ["Bin A-07-1 holds 8 kg of lot F-4471; 9 kg are needed."]
    assert page.context["suggested"] == "9"
    page = client.post(address, {**hidden(page), "quantity": "8"}, headers=HTMX)
    assert bound() == {"F-4471": Decimal(8)}


def test_a_form_that_is_sent_twice_stages_once(tablet):
    client, address = tablet(), at("stage", "WO-7010")
    form = {**hidden(scan(client, address, "F-4490")), "quantity": "5"}
    client.post(address, form, headers=HTMX)
    again = client.post(address, form, headers=HTMX)
    assert said(again) == ["This was sent before and is recorded once."]
    assert bound() == {"F-4490": Decimal(5)}


def test_the_last_scan_can_be_taken_back_once(tablet):
    client, address = tablet(), at("stage", "WO-7010")
    scan(client, address, "5", scan(client, address, "F-4490"))
    made = StagingScan.objects.latest("id")
    page = client.post(at("stage-take-back", "WO-7010"), {"scan": made.pk}, headers=HTMX)
    assert page.context["work"].banner["sentence"] == "5 kg of lot F-4490 taken back to B-12-3."
    assert bound() == {}
    page = client.post(at("stage-take-back", "WO-7010"), {"scan": made.pk}, headers=HTMX)
    assert said(page)[0] == "This scan of lot F-4490 was taken back before."


def test_without_javascript_the_whole_page_answers(tablet):
    client, address = tablet(), at("stage", "WO-7010")
    page = client.post(address, {**hidden(client.get(address)), "code": "F-4490"})
    assert b"<html" in page.content


def test_somebody_of_finance_may_look_and_not_stage(tablet):
    client, address = tablet("finance"), at("stage", "WO-7010")
    assert client.get(address).status_code == 200
    answer = client.post(address, {"code": "F-4490"})
    assert answer.status_code == 403
    assert "Fay Finance may not receive, put away, stage" in answer.content.decode()


@pytest.mark.parametrize("field", ["code", "quantity"])
def test_a_thousand_with_a_comma_is_not_taken_for_one(tablet, field):
    client, address = tablet(), at("stage", "WO-7010")
    page = client.post(address, {**hidden(scan(client, address, "X-101")), field: "1,000"}, headers=HTMX)
    assert said(page) == ["“1,000” can be read in two ways."]
    assert page.context["taking"].lot == lot("X-101")
    assert bound() == {}


def test_a_closed_order_asks_for_no_work_and_says_where_to_go(tablet):
    WorkOrder.objects.filter(number="WO-7012").update(state="closed", closed_at=timezone.now())
    page = tablet().get(at("stage", "WO-7012")).content.decode()
    assert "Order WO-7012 is closed." in page
    assert f'href="{at("order", "WO-7012")}"' in page
    assert "What the order took" in page
    for asked in ("Scan the lot", "Fetch next", "Take it back", "to fetch", "missing"):
        assert asked not in page


def test_the_same_label_again_stages_no_more_than_is_needed_and_says_when_nothing_is(tablet):
    client, address = tablet(), at("stage", "WO-7010")
    page = scan(client, address, "X-101")
    assert "the same label again: 2,000 pcs" in page.content.decode()
    scan(client, address, "X-101", page)
    assert bound() == {"X-101": Decimal(2000)}
    page = scan(client, address, "X-101")
    assert page.context["suggested"] == ""
    assert "Nothing more of PK-BOX-30 is needed for this order." in page.content.decode()
    page = scan(client, address, "X-101", page)
    assert said(page) == ["Nothing more of PK-BOX-30 is needed for this order."]
    assert bound() == {"X-101": Decimal(2000)}
    page = client.post(address, {**hidden(page), "quantity": "3"}, headers=HTMX)
    assert bound() == {"X-101": Decimal(2003)}
