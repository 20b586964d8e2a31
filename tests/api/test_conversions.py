"""Conversions by the API: exact to the last digit, with the record of every step, and a problem where nothing leads there."""

from decimal import Decimal

import pytest

from tests import floor, plant
from tests.api.shop import faults, person_client

ADDRESS = "/api/v1/items/{}/conversion"


@pytest.fixture
def client(db):
    return person_client(plant.people().finance)


@pytest.fixture
def oil(db):
    made = plant.item("OIL/5", unit="KGM")
    heat = {"reference_temperature": Decimal(20), "temperature_coefficient": Decimal("0.001")}
    plant.factor(made, "LTR", "KGM", "9/7", **heat)
    return made


def asked(client, code="OIL/5", **parameters):
    return client.get(ADDRESS.format(code), parameters)


def test_a_conversion_names_its_steps_to_the_last_digit(client, oil):
    answer = asked(client, amount="14", from_unit="LTR").json()
    assert (answer["item"], answer["to_unit"], answer["temperature"]) == ("OIL/5", "KGM", "20")
    assert answer["result"] == {"numerator": "18", "denominator": "1", "decimal": "18"}
    (step,) = answer["steps"]
    assert step["factor"] == {"numerator": "9", "denominator": "7", "decimal": None}
    assert (step["source"], step["version"], step["signed_by"]) == ("unit_factor", 1, "Quinn Quality")
    assert (step["density_temperature"], step["temperature_coefficient"], step["corrected"]) == ("20", "0.001", False)


def test_a_lots_density_goes_before_the_items(client, oil):
    floor.received_lot(oil, "9", code="L/1", density=Decimal("1.1"), density_temperature=Decimal(20))
    answer = asked(client, from_unit="LTR", lot="L/1", temperature="120").json()
    assert (answer["result"]["decimal"], answer["lot"]) == ("1", "L/1")
    assert (answer["steps"][0]["source"], answer["steps"][0]["corrected"]) == ("lot", True)


def test_no_approved_path_is_a_422_with_the_reason(client, oil):
    answer = asked(client, from_unit="C62")
    assert (answer.status_code, faults(answer)) == (422, [("", "no_conversion")])
    before = asked(client, from_unit="LTR", at="2020-01-01T00:00:00Z")
    assert (before.status_code, faults(before)) == (422, [("", "no_conversion")])


@pytest.mark.parametrize(
    ("parameters", "fault"),
    [
        ({}, ("from_unit", "required")),
        ({"from_unit": "QQQ"}, ("from_unit", "unknown_unit")),
        ({"from_unit": "LTR", "amount": "1,5"}, ("amount", "not_a_decimal")),
        ({"from_unit": "LTR", "amount": "1" * 25}, ("amount", "not_a_decimal")),
        ({"from_unit": "LTR", "at": "2026-01-01"}, ("at", "not_a_time")),
        ({"from_unit": "LTR", "lot": "nowhere"}, ("lot", "unknown_lot")),
        ({"from_unit": "LTR", "colour": "red"}, ("colour", "unknown_parameter")),
    ],
)
def test_a_parameter_that_is_wrong_is_a_400_that_names_it(client, oil, parameters, fault):
    answer = asked(client, **parameters)
    assert (answer.status_code, faults(answer)) == (400, [fault])


def test_an_item_that_is_not_there_is_a_404(client):
    assert asked(client, "NOTHING", from_unit="KGM").status_code == 404


def test_a_device_may_ask_too(bare_device):
    plant.item("SALT", unit="KGM")
    answer = bare_device.get(ADDRESS.format("SALT"), {"from_unit": "LBR"}).json()
    assert answer["result"]["decimal"] == "0.45359237"
    assert answer["steps"][0]["source"] == "unit_table"
