"""One table says how a quality record moves; what is out of order is told with what comes first."""

import re
from pathlib import Path

import pytest

from traceability.rules.quality_flow import (
    QUALITY_TRANSITIONS,
    STATUS_AFTER,
    disposition_refusals,
    flow_refusals,
    record_number,
)
from traceability.rules.vocabulary import Disposition, QualityKind, QualityState

LAWS = Path(__file__).parents[2] / "traceability/migrations/quality_laws.sql"


def test_the_trigger_in_postgresql_is_written_from_the_same_table():
    written = set(re.findall(r"\('(ncmr|deviation)', '(\w+)', '(\w+)'\)", LAWS.read_text()))
    table = {
        (kind.value, state.value, after.value)
        for kind, states in QUALITY_TRANSITIONS.items()
        for state, wanted in states.items()
        for after in wanted
    }
    assert written == table


def test_every_kind_and_state_is_in_the_table_and_every_disposition_has_a_status():
    assert set(QUALITY_TRANSITIONS) == set(QualityKind)
    assert all(set(states) == set(QualityState) for states in QUALITY_TRANSITIONS.values())
    assert set(STATUS_AFTER) == set(Disposition)


@pytest.mark.parametrize("kind", QualityKind)
def test_nothing_leaves_closed_and_everything_leads_there(kind):
    states = QUALITY_TRANSITIONS[kind]
    assert not states[QualityState.CLOSED]
    reached, edge = {QualityState.OPEN}, {QualityState.OPEN}
    while edge:
        edge = {after for state in edge for after in states[state]} - reached
        reached |= edge
    assert QualityState.CLOSED in reached


def test_out_of_order_says_what_comes_first():
    (refusal,) = flow_refusals("ncmr", "open", "closed", number="NCMR-000001")
    assert refusal.code == "out_of_order"
    assert "review" in refusal.remedy
    assert not flow_refusals("ncmr", "open", "in_review", number="NCMR-000001")


def test_all_that_speaks_against_a_disposition_comes_at_once():
    found = disposition_refusals(
        "scrap",
        note="",
        scrap_reason=None,
        from_supplier=False,
        has_unbound=True,
        bound_to={"WO-2", "WO-1"},
        store_kind="",
        lot_code="FOIL-7",
    )
    assert [one.code for one in found] == ["reason_missing", "reason_missing", "still_bound"]
    assert "WO-1, WO-2" in found[-1].sentence


def test_numbers_read_by_their_kind():
    assert record_number("ncmr", 12) == "NCMR-000012"
    assert record_number("deviation", 3) == "DEV-000003"
