"""Histories and audit trail tell the same of every change of a person; what differs is found until it is explained."""

import psycopg
import pytest
from django.db.models import F
from django.utils import timezone

from masterdata.actions.acting import acting
from masterdata.actions.compare_histories import compare_histories
from masterdata.models import HistoryMark, Site
from masterdata.rules.bom import LineDraft
from tests import databases, floor, plant, quality
from tests.changing import change_item
from tests.laws.sealing import seal_all


@pytest.fixture
def busy(real_database):
    """Governed and operational records made and changed by their actions."""
    foil = plant.item("FOIL", unit="KGM")
    kit = plant.product("KIT")
    plant.approved_bom(kit, [LineDraft("FOIL", "0.5")])
    plant.place("quarantine")
    order = floor.released_order(kit, "100", number="WO-1")
    floor.staged(order, foil, "50", code="FOIL-1")
    quality.in_review(quality.ncmr(floor.received_lot(foil, "20", code="FOIL-2")))
    change_item(item=foil, actor=plant.people().engineer, reason="Dearer.", now=plant.NOW, standard_cost="4.5")
    return real_database


def compared() -> list[str]:
    return compare_histories(now=timezone.now()).faults


def test_what_actions_wrote_agrees_record_by_record(busy):
    found = compare_histories(now=timezone.now())
    assert found.faults == []
    assert found.tables > 15


def test_a_change_that_left_no_history_row_is_found(busy):
    with acting(plant.people().engineer):
        Site.objects.filter(code="PLANT").update(currency_decimals=F("currency_decimals") + 1)
    [fault] = compared()
    assert fault.startswith(f"masterdata_site {Site.objects.get(code='PLANT').pk} was changed by a person (event ")


def test_a_history_row_that_says_something_else_is_found_from_both_sides(busy):
    with psycopg.connect(databases.owner_address(busy.name)) as owner:
        owner.execute("ALTER TABLE masterdata_historicalitem DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE masterdata_historicalitem SET standard_cost = 9 WHERE code = 'FOIL' AND history_type = '~'"
        )
    assert {fault.partition("history")[2][:4] for fault in compared()} == {" doe", " row"}


def test_a_history_row_that_is_made_up_is_found(busy):
    with psycopg.connect(databases.owner_address(busy.name)) as owner:
        columns = ", ".join(
            one
            for (one,) in owner.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'masterdata_historicalitem'"
                " AND column_name NOT IN ('history_id', 'name')"
            )
        )
        owner.execute(
            f"INSERT INTO masterdata_historicalitem (name, {columns}) SELECT 'Gold foil', {columns}"
            " FROM masterdata_historicalitem WHERE code = 'FOIL' LIMIT 1"
        )
    [fault] = compared()
    assert "no event of the audit trail bears it out" in fault


def test_what_was_compared_is_not_compared_again_and_what_differs_stays_found(busy):
    seal_all()
    assert compared() == []
    reached = HistoryMark.objects.get().block
    with acting(plant.people().engineer):
        Site.objects.filter(code="PLANT").update(currency_decimals=F("currency_decimals") + 1)
    seal_all()
    assert len(compared()) == 1
    assert len(compared()) == 1
    assert HistoryMark.objects.get().block == reached


def test_the_command_tells_it(busy):
    assert "say what the trail says" in busy.manage("verify_audit").stdout
    with acting(plant.people().engineer):
        Site.objects.filter(code="PLANT").update(currency_decimals=F("currency_decimals") + 1)
    told = busy.manage("verify_audit", "--all")
    assert told.returncode == 1
    assert "its history does not say the same" in told.stdout
