"""Who acted stands in the history of every record that an action changes, whichever way it was saved."""

import pytest

from backflush.actions.close_order import close_order
from masterdata.actions.acting import acting
from masterdata.actions.set_device_enabled import set_device_enabled
from masterdata.rules.bom import LineDraft
from tests import floor, plant
from tests.changing import change_item
from traceability.actions.clear_line import revoke_clearance

pytestmark = pytest.mark.django_db


def last_named(record):
    return record.history.latest().history_user


@pytest.fixture
def order():
    kit = plant.product("KIT")
    plant.item("PART", unit="KGM", decimals=3)
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="0.5")])
    return floor.released_order(kit, "100")


def test_who_closes_an_order_stands_in_its_history(order):
    supervisor = plant.people().supervisor
    close_order(order=order, actor=supervisor, now=floor.NOW, accepted={})
    closed = order.history.latest()
    assert (closed.state, closed.history_user) == ("closed", supervisor)


def test_who_released_it_stays_named_beside_who_closes_it(order):
    released = last_named(order)
    assert released is not None
    close_order(order=order, actor=plant.people().supervisor, now=floor.NOW, accepted={})
    assert [row.history_user for row in order.history.order_by("history_id")][-2:] == [
        released,
        plant.people().supervisor,
    ]


def test_people_are_named_at_items_devices_and_clearances(order):
    people = plant.people()
    part = change_item(item=plant.item("PART"), actor=people.engineer, reason="renamed", now=plant.NOW, name="Part 2")
    device = set_device_enabled(device=plant.device(), enabled=False, actor=people.admin, reason="repair")
    assert (last_named(part), last_named(device)) == (people.qa, people.admin)
    clearance = floor.cleared(order)
    revoke_clearance(clearance=clearance, actor=people.operator, reason="spill", now=floor.NOW)
    assert last_named(clearance) == people.operator


def test_a_row_that_is_saved_without_a_word_of_who_names_the_actor(order):
    with acting(plant.people().engineer):
        order.refresh_from_db()
        order.allocation = "fifo"
        order.save(update_fields=["allocation"])
    assert last_named(order) == plant.people().engineer


def test_what_a_service_does_names_nobody_even_in_the_request_of_somebody(client):
    from simple_history.models import HistoricalRecords

    home, engineer = plant.site(), plant.people().engineer

    class Browser:
        user = engineer

    HistoricalRecords.context.request = Browser
    try:
        with acting("service:tests"):
            home.name = "Named by a service"
            home.save(update_fields=["name"])
    finally:
        del HistoricalRecords.context.request
    assert last_named(home) is None
