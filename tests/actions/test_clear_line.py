"""Line clearance by two people, with nothing foreign left at the line."""

import pytest

from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant
from traceability.actions.clear_line import clear_line, revoke_clearance
from traceability.models import LineClearance

pytestmark = pytest.mark.django_db
CHECKS = [{"check": "No material of other orders", "ok": True}]


@pytest.fixture
def kit():
    made = plant.product("KIT")
    plant.item("FOIL", unit="KGM")
    plant.approved_bom(made, [LineDraft("FOIL", "0.5")])
    return made


def refused(order, **fields) -> list[str]:
    given = {
        "line": plant.line(),
        "operator": plant.people().operator,
        "checker": plant.people().checker,
        "checklist": CHECKS,
        **fields,
    }
    with pytest.raises(Refused) as caught:
        clear_line(order=order, now=floor.NOW, **given)
    assert all(refusal.remedy for refusal in caught.value.refusals)
    return caught.value.codes


def test_two_people_clear_a_line(kit):
    order = floor.released_order(kit)
    clearance = floor.cleared(order)
    assert (clearance.operator, clearance.checker) == (plant.people().operator, plant.people().checker)
    assert clearance.checklist == CHECKS
    assert clearance.history.get().history_user == plant.people().operator


def test_nobody_checks_their_own_clearance(kit):
    order = floor.released_order(kit)
    assert refused(order, checker=plant.people().operator) == ["second_person_needed"]


def test_what_was_not_in_order_is_named(kit):
    order = floor.released_order(kit)
    assert refused(order, checklist=[]) == ["checklist_empty"]
    assert refused(order, checklist=[*CHECKS, {"check": "Scales clean", "ok": False}]) == ["not_in_order"]
    assert refused(order, checklist=[{"ok": True}, "yes"]) == ["not_in_order", "not_in_order"]


def test_foreign_lots_are_listed_and_the_orders_own_are_not(kit):
    before = floor.released_order(kit)
    order = floor.released_order(kit)
    foil = plant.item("FOIL")
    foreign = floor.staged(before, foil, "5")
    floor.staged(order, foil, "5")
    with pytest.raises(Refused) as caught:
        floor.cleared(order)
    (refusal,) = caught.value.refusals
    assert refusal.code == "foreign_lot"
    assert refusal.sentence == (f"Lot {foreign.code} still lies in bin STAGING-1, bound to order {before.number}.")
    floor.returned(before, foreign, "5")
    floor.cleared(order)


def test_a_line_where_the_order_does_not_run_is_not_cleared_for_it(kit):
    assert refused(floor.released_order(kit), line=plant.line("L9")) == ["wrong_line"]


def test_a_planned_order_gets_no_clearance(kit):
    assert refused(floor.planned_order(kit)) == ["order_not_open", "wrong_line"]


def test_a_line_is_clear_once(kit):
    order = floor.released_order(kit)
    floor.cleared(order)
    assert refused(order) == ["already_clear"]


def test_clearing_for_the_next_order_ends_the_clearance_of_the_one_before(kit):
    first, second = floor.released_order(kit), floor.released_order(kit)
    floor.cleared(first)
    floor.cleared(second)
    assert [one.order for one in LineClearance.objects.filter(revoked_at__isnull=True)] == [second]


def test_a_clearance_is_revoked_once_with_a_reason(kit):
    clearance = floor.cleared(floor.released_order(kit))
    given = {"clearance": clearance, "actor": plant.people().operator, "now": floor.NOW}
    with pytest.raises(Refused) as caught:
        revoke_clearance(**given, reason=" ")
    assert caught.value.codes == ["reason_missing"]
    assert revoke_clearance(**given, reason="spill").revoked_at == floor.NOW
    with pytest.raises(Refused) as caught:
        revoke_clearance(**given, reason="spill")
    assert caught.value.codes == ["not_clear"]
