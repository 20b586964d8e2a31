"""Planning and releasing an order: what it is made by is written down, once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from masterdata.models import Operation
from masterdata.rules.bom import AlternateDraft, LineDraft, OutputDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant
from tests.changing import change_item, changed
from traceability.actions.release_order import release_order
from traceability.models import OrderPin, WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def kit():
    plant.item("FOIL", unit="KGM", cost="4")
    plant.item("TAPE", unit="KGM", cost="3.5")
    plant.item("OFFCUT", unit="KGM", cost="0.25")
    return plant.product("KIT", operations=("10", "20", "100"), cost="12")


def bom(kit, **fields):
    line = LineDraft("FOIL", "0.5", strategy="priority", alternates=(AlternateDraft("TAPE", "1"),))
    return plant.approved_bom(kit, [line], outputs=(OutputDraft("OFFCUT", "0.1", "KGM"),), **fields)


def refused(order, **fields) -> list[str]:
    with pytest.raises(Refused) as caught:
        release_order(order=order, actor=plant.people().supervisor, now=floor.NOW, **fields)
    assert WorkOrder.objects.get(pk=order.pk).state == "planned"
    assert not order.operations.exists()
    assert not order.pins.exists()
    return caught.value.codes


def test_release_copies_the_route_in_the_order_people_read_it(kit):
    bom(kit)
    order = floor.released_order(kit, "100")
    assert (order.state, order.released_at) == ("released", floor.NOW)
    operations = order.operations.order_by("sequence")
    assert [(one.number, one.sequence, one.last) for one in operations] == [
        ("10", 1, False),
        ("20", 2, False),
        ("100", 3, True),
    ]
    assert {one.line for one in operations} == {plant.line()}


def test_release_pins_the_effective_version_and_every_standard_cost(kit):
    version = bom(kit)
    order = floor.released_order(kit, "100")
    pin = order.pins.get()
    assert (pin.bom_version, pin.applicable_from, pin.pinned_by) == (version, floor.NOW, plant.people().supervisor)
    costs = {plant.item(code).pk: cost for code, cost in (("FOIL", 4), ("OFFCUT", Decimal("0.25")))}
    costs |= {plant.item("TAPE").pk: Decimal("3.5"), kit.pk: 12}
    assert {int(item): Decimal(cost) for item, cost in pin.standard_costs.items()} == costs


def test_a_later_cost_or_version_leaves_the_pin_alone(kit):
    version = bom(kit)
    order = floor.released_order(kit, "100")
    change_item(
        item=plant.item("FOIL"),
        actor=plant.people().engineer,
        reason="new price",
        now=floor.NOW,
        standard_cost=Decimal(9),
    )
    bom(kit, base_quantity="2", at=floor.NOW + timedelta(hours=1))
    pin = OrderPin.objects.get(order=order)
    assert (pin.bom_version, Decimal(pin.standard_costs[str(plant.item("FOIL").pk)])) == (version, 4)


def test_phantoms_are_resolved_at_release_to_any_depth(kit):
    for code in ("SCREW", "INNER", "OUTER"):
        plant.item(code)
    inner = plant.approved_bom(plant.item("INNER"), [LineDraft("SCREW", "4")], phantom=True)
    outer = plant.approved_bom(plant.item("OUTER"), [LineDraft("INNER", "2")], phantom=True)
    plant.approved_bom(kit, [LineDraft("OUTER", "1")])
    pin = floor.released_order(kit).pins.get()
    assert pin.phantom_versions == {
        str(plant.item("INNER").pk): inner.pk,
        str(plant.item("OUTER").pk): outer.pk,
    }
    assert str(plant.item("SCREW").pk) in pin.standard_costs


def test_an_operation_may_run_at_another_line(kit):
    bom(kit)
    other = plant.line("L7")
    order = floor.released_order(kit, lines={"20": other})
    assert order.operations.get(number="20").line == other
    assert order.operations.get(number="10").line == plant.line()


def test_an_order_without_an_approved_bom_is_not_released(kit):
    assert refused(floor.planned_order(kit)) == ["no_effective_bom"]


def test_a_bom_of_tomorrow_is_not_effective_today(kit):
    bom(kit, effective_from=floor.NOW + timedelta(days=1))
    assert refused(floor.planned_order(kit)) == ["no_effective_bom"]


def test_an_operation_needs_a_line(kit):
    bom(kit)
    changed(Operation.objects.get(item=kit, number="20"), line=None)
    assert refused(floor.planned_order(kit)) == ["no_line"]


def test_lines_are_named_for_operations_of_the_route_and_at_the_site(kit):
    bom(kit)
    abroad = plant.line("L1", at_site=plant.site("ABROAD"))
    found = refused(floor.planned_order(kit), lines={"30": plant.line(), "20": abroad})
    assert found == ["unknown_operation", "wrong_site"]


def test_an_order_is_released_once(kit):
    bom(kit)
    order = floor.released_order(kit)
    with pytest.raises(Refused) as caught:
        release_order(order=order, actor=plant.people().supervisor, now=floor.NOW)
    assert caught.value.codes == ["order_not_planned"]
    assert order.pins.count() == 1


def test_an_order_in_cases_needs_a_factor_to_the_base_unit(kit):
    bom(kit)
    with pytest.raises(Refused) as caught:
        floor.planned_order(kit, "10", unit="XCS")
    assert caught.value.codes == ["no_conversion"]
    plant.factor(kit, "XCS", "C62", "12")
    assert floor.released_order(kit, "10", unit="XCS").unit.code == "XCS"


def test_an_order_number_is_used_once_per_site(kit):
    floor.planned_order(kit, number="A-1")
    with pytest.raises(Refused) as caught:
        floor.planned_order(kit, number="A-1")
    assert caught.value.codes == ["number_taken"]
    floor.planned_order(kit, number="A-1", site=plant.site("ABROAD"))


def test_an_order_has_a_quantity_above_zero_and_a_known_strategy(kit):
    for fields in ({"quantity": "0"}, {"quantity": "many"}, {"allocation": "whatever"}, {"number": " "}):
        with pytest.raises(Refused):
            floor.planned_order(kit, **fields)
    assert not WorkOrder.objects.exists()


def test_an_operator_releases_nothing(kit):
    bom(kit)
    order = floor.planned_order(kit)
    with pytest.raises(Refused) as caught:
        release_order(order=order, actor=plant.people().operator, now=floor.NOW)
    assert caught.value.codes == ["not_your_duty"]


def test_history_of_an_order_names_who_released_it(kit):
    bom(kit)
    order = floor.released_order(kit)
    assert [(past.state, past.history_user) for past in order.history.order_by("history_id")] == [
        ("planned", plant.people().supervisor),
        ("released", plant.people().supervisor),
    ]
