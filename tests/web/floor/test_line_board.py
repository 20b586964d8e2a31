"""The line board: the line is chosen once, and every order of it says what to do next."""

import pytest
from django.urls import reverse
from django.utils import timezone

from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting
from tests.workshop import line
from traceability.models import WorkOrder


def board(client, code="PACK-1"):
    client.get(reverse("line-board"), {"line": code})
    return client.get(reverse("line-board"))


def card(page, number):
    return next(one for one in page.context["cards"] if one["number"] == number)


def order(number):
    return WorkOrder.objects.get(number=number)


def test_a_new_tablet_is_asked_where_it_stands_and_remembers_it(tablet):
    client = tablet()
    assert client.get(reverse("line-board")).url == reverse("line-choose")
    page = client.get(reverse("line-choose")).content.decode()
    assert "Packing line 1" in page
    assert client.get(reverse("line-board"), {"line": "PACK-1"}).url == reverse("line-board")
    assert client.cookies["line"].value == "PACK-1"
    assert client.get(reverse("line-board")).context["line"] == line("PACK-1")


def test_a_line_that_does_not_exist_is_asked_for_again(tablet):
    assert tablet().get(reverse("line-board"), {"line": "NOWHERE"}).url == reverse("line-choose")


def test_the_board_shows_the_released_orders_of_its_line_only(tablet):
    numbers = {one["number"] for one in board(tablet()).context["cards"]}
    assert numbers == {"WO-7010", "WO-7012"}


def test_an_order_behind_a_running_one_says_which_and_is_not_cleared_for_yet(tablet):
    found = card(board(tablet()), "WO-7010")
    assert (found["state"], found["word"]) == ("idle", "Waiting")
    assert found["sentence"] == "WO-7012 is running here; clear the line after it."
    assert found["next_url"] == ""


def test_an_order_whose_line_is_not_clear_says_so_and_leads_to_the_clearance(tablet):
    WorkOrder.objects.filter(number="WO-7012").update(state="closed", closed_at=timezone.now())
    found = card(board(tablet()), "WO-7010")
    assert found["state"] == "blocked"
    assert found["sentence"] == "The line is not clear for order WO-7010."
    assert found["next_label"] == "Clear the line"
    assert found["next_url"] == reverse("line-clearance", args=[order("WO-7010").pk, line("PACK-1").pk])


def test_a_running_order_says_how_many_more_and_leads_to_the_report(tablet):
    found = card(board(tablet()), "WO-7012")
    assert found["sentence"].startswith("30 units until PK-BOX-30")
    assert (found["done"], found["whole"]) == ("390", "800 pcs")
    assert found["next_url"] == reverse("report", args=[order("WO-7012").pk, "10"])
    assert found["order_url"] == reverse("order", args=[order("WO-7012").pk])


def test_an_order_of_serials_leads_to_assembling(tablet):
    found = card(board(tablet(), "ASSY"), "WO-7020")
    assert found["next_url"] == reverse("assemble", args=[order("WO-7020").pk, "10"])


@pytest.mark.parametrize(("left", "next_thing"), [("1", "Return what is left"), ("0", "Open the order, to close it")])
def test_what_was_scrapped_before_is_not_waited_for(tablet, left, next_thing):
    kit = plant.product("KIT", operations=["10", "20"])
    plant.approved_bom(kit, [LineDraft("PK-LEA-01", "1", operation="20")])
    made = floor.released_order(kit, "10", number="WO-7040")
    floor.staged(made, plant.item("PK-LEA-01"), str(8 + int(left)))
    plant.reason("DENT", "scrap", loss="avoidable")
    reporting.posted(made, "10", good="8", scrap=[{"quantity": "2", "reason": "DENT"}])
    reporting.posted(made, "20", good="8")
    found = next(
        one
        for one in board(tablet(), plant.line().code).context["cards"]
        if one["number"] == "WO-7040" and " 20 " in one["item"]
    )
    assert found["sentence"] == "Nothing more comes from operation 10: 2 units were scrapped there."
    assert (found["word"], found["next_label"]) == ("Done", next_thing)


def test_a_line_without_orders_says_who_releases_them(tablet):
    page = board(tablet(), "LABEL").content.decode()
    assert "No order is released for Labelling." in page


def test_the_cards_renew_themselves_without_the_page(tablet):
    page = tablet().get(reverse("line-cards"), {"line": "PACK-1"}, headers={"HX-Request": "true"}).content.decode()
    assert "WO-7010" in page
    assert "<html" not in page


def test_a_part_asked_for_after_the_session_ended_is_not_replaced_by_the_sign_in(client, plant_floor):
    answer = client.get(reverse("line-cards"), {"line": "PACK-1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401
