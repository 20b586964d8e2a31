"""What an impact replay found stays what it found, whoever writes."""

from datetime import timedelta

import psycopg
import pytest

from backflush.actions.request_impact_replay import request_impact_replay
from backflush.actions.run_impact_replays import run_impact_replays
from masterdata.rules.bom import LineDraft
from tests import floor, plant

LAWS = {
    "DELETE FROM backflush_impactreplay": "nothing_is_deleted",
    "TRUNCATE backflush_impactreplay": "nothing_is_deleted",
    "UPDATE backflush_impactreplay SET result = '{}'": "impact_is_settled_once",
    "UPDATE backflush_impactreplay SET state = 'running', finished_at = NULL": "impact_is_settled_once",
}


def test_the_laws_of_impact_replays_hold_against_everybody(real_database):
    plant.item("FOIL")
    draft = plant.drafted_bom(plant.product("KIT"), [LineDraft("FOIL", "1")])
    asked = {"kind": "bom_version", "record_id": draft.pk, "site": plant.site(), "actor": plant.people().engineer}
    request_impact_replay(days=30, now=floor.NOW, **asked)
    with psycopg.connect(real_database.owner_url) as connection, pytest.raises(psycopg.IntegrityError) as refused:
        connection.execute("UPDATE backflush_impactreplay SET days = 31")
    assert refused.value.diag.constraint_name == "impact_keeps_what_was_asked"
    run_impact_replays(now=floor.NOW + timedelta(minutes=1))
    for statement, law in LAWS.items():
        with psycopg.connect(real_database.owner_url) as connection, pytest.raises(psycopg.IntegrityError) as refused:
            connection.execute(statement)
        assert refused.value.diag.constraint_name == law, statement
