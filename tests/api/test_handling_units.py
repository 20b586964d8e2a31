"""Handling units over the API: read there, closed by a report."""

import pytest

from backflush.actions.post_reports import post_reports
from tests import floor, plant
from tests.api.shop import REPORTS, report
from traceability.actions.open_handling_unit import open_handling_unit
from traceability.actions.pack_handling_unit import pack_units

UNITS = "/api/v1/handling-units"
SSCC = "340123450000000017"


@pytest.fixture
def case(shop):
    plant.trigger(shop.kit, "10", kind="handling_unit_closed")
    made = open_handling_unit(order=shop.order, sscc=SSCC, kind="case", actor=shop.cast.operator, now=floor.NOW)
    pack_units(unit=made, quantity="12", actor=shop.cast.operator, now=floor.NOW)
    return made


def test_a_case_is_read_packed_closed_by_a_report_and_read_closed(case, device):
    (row,) = device.get(UNITS, {"state": "open", "lot": "WO-1"}).json()["results"]
    assert (row["sscc"], row["kind"], row["order"], row["units"]) == (
        SSCC,
        "case",
        "WO-1",
        [{"lot": "WO-1", "quantity": "12"}],
    )
    answer = device.send(REPORTS, report(kind="handling_unit_closed", handling_unit=SSCC, good=None))
    post_reports()
    state = device.get(answer.json()["href"]).json()
    assert [one["quantity"] for one in state["posting"]["outputs"]] == ["12"]
    found = device.get(row["href"]).json()
    assert (found["state"], found["contents"]) == ("closed", [])
    assert [(one["act"], one["lot"], one["quantity"]) for one in found["history"]] == [("packed", "WO-1", "12")]


def test_filters_narrow_and_an_unknown_unit_is_a_404(case, device):
    assert device.get(UNITS, {"state": "closed"}).json()["results"] == []
    assert device.get(UNITS, {"order": "WO-1", "kind": "case"}).json()["results"][0]["sscc"] == SSCC
    assert device.get(UNITS, {"state": "half"}).status_code == 400
    assert device.get(f"{UNITS}/340123450000000024").status_code == 404
