"""What was measured stays measured, and a pilot that is over stays over: the database refuses whoever would say otherwise."""

import uuid
from decimal import Decimal

import psycopg
import pytest

from backflush.actions.measure_usage import mark_order, measure_usage
from backflush.actions.run_pilot import end_pilot, start_pilot
from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting

ACTOR = "SELECT set_config('backflush.actor', 'person:7', false)"
COPIED = (
    "INSERT INTO backflush_pilotmeasurement (pilot_id, event_id, order_id, component, lot_id, quantity, note, person_id, at"
    "{more}) SELECT pilot_id, gen_random_uuid(), order_id, component, lot_id, quantity{plus}, 'x', person_id, at{value}"
    " FROM backflush_pilotmeasurement LIMIT 1"
)
#: while the pilot runs
RUNNING = {
    "UPDATE backflush_pilotmeasurement SET quantity = 1": "history_is_only_added_to",
    "DELETE FROM backflush_pilotmeasurement": "history_is_only_added_to",
    "TRUNCATE backflush_pilotordermark": "history_is_only_added_to",
    "UPDATE backflush_pilotproposal SET found = '{}'": "history_is_only_added_to",
    "DELETE FROM backflush_historicalpilot": "history_is_only_added_to",
    "UPDATE backflush_bomaudit SET remark = 'fine'": "history_is_only_added_to",
    "DELETE FROM backflush_bomauditfinding": "history_is_only_added_to",
    "DELETE FROM backflush_pilot": "nothing_is_deleted",
    "UPDATE backflush_pilot SET started_at = now()": "pilot_stays_what_it_is",
    "UPDATE backflush_pilot SET state = 'ended'": "ended_pilot_says_who_when_and_why",
    "INSERT INTO backflush_pilot (site_id, item_id, operation_number, state, why, fewest_orders, started_by_id, started_at,"
    " end_reason) SELECT site_id, item_id, '20', 'ended', 'x', 5, started_by_id, now(), 'x' FROM backflush_pilot": (
        "pilot_begins_running"
    ),
    "INSERT INTO backflush_pilot (site_id, item_id, operation_number, state, why, fewest_orders, started_by_id, started_at,"
    " end_reason) SELECT site_id, item_id, operation_number, 'running', 'x', 5, started_by_id, now(), ''"
    " FROM backflush_pilot": "one_pilot_runs_at_an_operation",
    COPIED.format(more=", takes_back_id", plus=" + 1", value=", id"): "taken_back_as_it_was_measured",
    "INSERT INTO backflush_bomaudit (version_id, person_id, at, remark, signature_id)"
    " SELECT v.id, p.id, now(), 'x', s.id FROM masterdata_bomversion v, masterdata_person p, masterdata_signature s"
    " LIMIT 1": "audit_is_signed_by_its_auditor",
}
COMPLETED = {COPIED.format(more="", plus="", value=""): "measured_until_it_is_completed"}
ENDED = {
    "UPDATE backflush_pilot SET end_reason = 'another'": "pilot_ends_once",
    "UPDATE backflush_pilot SET state = 'running', ended_by_id = NULL, ended_at = NULL, end_reason = ''": "pilot_ends_once",
    COPIED.format(more="", plus="", value=""): "measured_while_the_pilot_runs",
    "INSERT INTO backflush_pilotordermark (pilot_id, order_id, completed, good, reports, person_id, at) SELECT pilot_id,"
    " order_id, true, 1, 1, person_id, now() FROM backflush_pilotmeasurement LIMIT 1": "measured_while_the_pilot_runs",
}


def broken(url: str, statement: str) -> str | None:
    with psycopg.connect(url) as connection:
        connection.execute(ACTOR)
        with pytest.raises(psycopg.IntegrityError) as refused:
            connection.execute(statement)
        return refused.value.diag.constraint_name


def test_the_laws_of_pilots_hold_against_everybody(real_database):
    kit, cast = plant.product("KIT"), plant.people()
    part = plant.item("PART", unit="KGM")
    plant.approved_bom(kit, [LineDraft("PART", "0.5")])
    pilot = start_pilot(site=plant.site(), item=kit, operation="10", why="Try.", actor=cast.engineer, now=floor.NOW)
    order = floor.released_order(kit, "10")
    lot = floor.staged(order, part, "8")
    reporting.posted(order, good="10")
    measure_usage(
        pilot=pilot,
        event_id=uuid.uuid4(),
        order=order,
        component=str(order.pins.get().bom_version.lines.get().identity),
        lot=lot,
        quantity=Decimal(5),
        actor=cast.operator,
        now=floor.NOW,
    )
    url = real_database.owner_url
    assert {one: broken(url, one) for one in RUNNING} == RUNNING
    mark_order(pilot=pilot, order=order, completed=True, actor=cast.operator, now=floor.NOW)
    assert {one: broken(url, one) for one in COMPLETED} == COMPLETED
    mark_order(pilot=pilot, order=order, completed=False, actor=cast.operator, now=floor.NOW)
    end_pilot(pilot=pilot, reason="Done.", actor=cast.engineer, now=floor.NOW)
    assert {one: broken(url, one) for one in ENDED} == ENDED
    with psycopg.connect(real_database.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE backflush_pilotmeasurement SET quantity = 1")
