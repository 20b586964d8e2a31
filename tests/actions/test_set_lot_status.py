"""QA decides about lots; anybody on the floor may stop one."""

import threading

import pytest
from django.db import connection

from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant
from traceability.actions.set_lot_status import set_lot_status
from traceability.models import MaterialLot


@pytest.fixture
def lot(db):
    return floor.received_lot(plant.item("FOIL", unit="KGM"), "60", released=False)


def decide(lot, status, *, by="qa", note="checked"):
    return set_lot_status(lot=lot, status=status, actor=getattr(plant.people(), by), now=floor.NOW, note=note)


def test_qa_releases_and_the_lot_says_since_when(lot):
    released = decide(lot, "released", note="")
    assert (released.status, released.released_since) == ("released", floor.NOW)
    assert [change.status for change in lot.status_changes.order_by("id")] == ["quarantine", "released"]


def test_a_hold_ends_the_release(lot):
    decide(lot, "released")
    assert decide(lot, "held").released_since is None


def test_an_operator_may_stop_a_lot_but_not_release_it(lot):
    with pytest.raises(Refused) as caught:
        decide(lot, "released", by="operator")
    assert caught.value.codes == ["not_your_duty"]
    assert decide(lot, "held", by="operator").status == "held"


def test_finance_stops_nothing(lot):
    with pytest.raises(Refused):
        decide(lot, "held", by="finance")


def test_everything_but_a_release_says_why(lot):
    with pytest.raises(Refused) as caught:
        decide(lot, "rejected", note=" ")
    assert caught.value.codes == ["reason_missing"]


def test_a_rejected_lot_is_not_released_from_there(lot):
    decide(lot, "rejected")
    with pytest.raises(Refused) as caught:
        decide(lot, "released")
    assert caught.value.codes == ["status_not_allowed"]
    assert MaterialLot.objects.get(pk=lot.pk).status == "rejected"


def test_an_unknown_status_is_refused(lot):
    with pytest.raises(Refused) as caught:
        decide(lot, "fine")
    assert caught.value.codes == ["status_unknown"]


def test_an_incomplete_lot_is_not_released(lot):
    MaterialLot.objects.filter(pk=lot.pk).update(complete=False)
    with pytest.raises(Refused) as caught:
        decide(lot, "released")
    assert caught.value.codes == ["lot_incomplete"]


def test_a_hold_waits_for_whoever_is_using_the_lot_and_stops_the_next(real_database):
    kit = plant.product("KIT")
    foil = plant.item("FOIL", unit="KGM")
    plant.approved_bom(kit, [LineDraft("FOIL", "1")])
    order = floor.released_order(kit, "10")
    lot = floor.received_lot(foil, "10")
    plant.place("staging")
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def run(name, action):
        start.wait()
        try:
            action()
            outcomes.append(name)
        except Refused as refused:
            outcomes.append(refused.codes[0])
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=("staged", lambda: floor.staged_lot(order, lot, "4"))),
        threading.Thread(target=run, args=("held", lambda: decide(lot, "held"))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # whichever came first, both are answered, and nothing is staged once the lot is held
    assert "held" in outcomes
    assert set(outcomes) <= {"held", "staged", "not_released"}
    with pytest.raises(Refused) as caught:
        floor.staged_lot(order, lot, "1")
    assert caught.value.codes == ["not_released"]
