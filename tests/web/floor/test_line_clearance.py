"""Line clearance: everything ticked, nothing foreign left, and a second person who proves to stand there."""

import pytest
from django.urls import reverse

from tests import plant
from tests.web.floor.screens import hidden, order, said
from tests.workshop import line
from traceability.models import LineClearance
from traceability.rules.clearance_checks import STANDARD_CHECKS

TICKED = {f"check-{number}": "yes" for number in range(len(STANDARD_CHECKS))}


@pytest.fixture
def address(plant_floor):
    return reverse("line-clearance", args=[order("WO-7010").pk, line("PACK-1").pk])


@pytest.fixture
def line_is_empty(plant_floor):
    from tests import floor
    from traceability.queries import bound_stock

    for held in bound_stock(order("WO-7012")):
        floor.return_to_stock(
            order=order("WO-7012"),
            lot=held.lot,
            from_bin=held.bin,
            to_bin=plant.place("quarantine"),
            quantity=held.quantity,
            reason=plant.reason("LEFT-OVER", "return"),
            exposed=True,
            actor=plant.people().operator,
            now=floor.NOW,
        )


def confirm(client, address, **data):
    return client.post(
        address, {**hidden(client.get(address)), **TICKED, "badge": "B-checker", "pin": plant.PIN, **data}
    )


def test_lots_of_another_order_are_listed_with_the_way_to_return_them(tablet, address):
    page = tablet().get(address)
    assert {one["lot"] for one in page.context["foreign"]} == {"F-4471", "X-101", "E-77"}
    assert reverse("return", args=[order("WO-7012").pk]) in page.content.decode()


def test_after_the_badge_the_pin_is_asked_for_and_ticks_stay(tablet, address):
    client = tablet()
    page = client.post(address, {**hidden(client.get(address)), **TICKED, "badge": "B-checker"})
    assert page.content.decode().count(" checked") == len(STANDARD_CHECKS)
    assert 'name="pin"' in page.content.decode()
    assert LineClearance.objects.count() == 0


def test_what_is_not_ticked_is_named(tablet, address):
    client = tablet()
    ticked = {name: value for name, value in TICKED.items() if name != "check-2"}
    page = client.post(address, {**hidden(client.get(address)), **ticked, "badge": "B-checker", "pin": plant.PIN})
    assert said(page) == [f"Not ticked: {STANDARD_CHECKS[2]}."]


def test_a_foreign_lot_keeps_the_line_from_being_clear(tablet, address):
    page = confirm(tablet(), address)
    assert page.status_code == 422
    assert said(page) == ["3 lots that are not the order's still lie at line PACK-1."]
    assert len(page.context["foreign"]) == 3
    assert LineClearance.objects.count() == 0


def test_a_wrong_pin_of_the_second_person_is_refused_and_the_operator_stays_signed_in(tablet, address, line_is_empty):
    client = tablet()
    for _ in range(6):
        page = confirm(client, address, pin="0000")
    assert page.status_code == 422
    assert said(page) == ["Badge and PIN of the second person were not accepted."]
    assert LineClearance.objects.count() == 0
    assert client.get(address).status_code == 200


def test_nobody_checks_their_own_clearance(tablet, address, line_is_empty):
    page = confirm(tablet(), address, badge="B-operator")
    assert said(page) == ["Olga Operator cannot check their own clearance."]


def test_two_people_clear_the_line_and_the_page_says_who(tablet, address, line_is_empty):
    client = tablet()
    assert confirm(client, address).status_code == 302
    made = LineClearance.objects.get()
    assert (made.operator.name, made.checker.name) == ("Olga Operator", "Chen Checker")
    assert [one["check"] for one in made.checklist] == list(STANDARD_CHECKS)
    assert "Olga Operator and Chen Checker" in client.get(address).content.decode()


def test_a_clearance_is_taken_back_with_a_reason(tablet, address, line_is_empty):
    client = tablet()
    confirm(client, address)
    end = reverse("line-clearance-end", args=[order("WO-7010").pk, line("PACK-1").pk])
    assert said(client.post(end, {"reason": " "})) == ["Say why the line is not clear."]
    client.post(end, {"reason": "A box of the last order was found."})
    assert LineClearance.objects.get().revoked_at is not None
