"""A posting as EPCIS 2.0, held against what the standard and its JSON schema say of a TransformationEvent.

GS1 publishes the JSON schema without a licence to pass it on, so no copy stands here: the rules below are its own, written
out. With EPCIS_SCHEMA naming a copy of EPCIS-JSON-Schema.json, the documents are held against that as well.
"""

import json
import os
import re
from dataclasses import replace
from datetime import datetime

import jsonschema
import pytest

from backflush.rules.epcis import document, event_id
from tests.rules.test_goods_movements import ISSUE, POSTING

NAMESPACE = "https://plant.example/epcis/"
RECEIPT = replace(
    ISSUE,
    id=8,
    item="KIT",
    lot="KIT/A-1",
    bin="FINISHED-1",
    quantity="10",
    unit="C62",
    into_consumption=False,
    main=True,
    gtin="4012345666663",
)
SERIAL = replace(ISSUE, id=9, item="PUMP", lot="SN-1", serial=True, unit="C62", quantity="1")
MADE = replace(POSTING, lines=(ISSUE, SERIAL, RECEIPT))
BACK = replace(
    MADE,
    position=13,
    kind="reversal",
    reverses=12,
    reason="WRONG-COUNT",
    lines=tuple(replace(line, mirrors=line.id, into_consumption=not line.into_consumption) for line in MADE.lines),
)
EVENT_FIELDS = {
    "type",
    "eventID",
    "eventTime",
    "eventTimeZoneOffset",
    "inputEPCList",
    "inputQuantityList",
    "outputEPCList",
    "outputQuantityList",
    "transformationID",
    "bizStep",
    "readPoint",
    "bizLocation",
    "bizTransactionList",
    "errorDeclaration",
}
LISTS = {"inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList"}


def event_of(found: dict) -> dict:
    [event] = json.loads(json.dumps(found))["epcisBody"]["eventList"]
    return event


def is_uri(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+", text))


def faults_in(found: dict) -> list[str]:
    """What the schema of EPCIS 2.0 would say against a document with one TransformationEvent."""
    found = json.loads(json.dumps(found))
    faults = [name for name in ("@context", "type", "schemaVersion", "creationDate", "epcisBody") if name not in found]
    for event in found["epcisBody"]["eventList"]:
        faults += [f"{name} is no field" for name in event if name not in EVENT_FIELDS and not is_uri(name)]
        faults += [f"{name} is empty" for name in LISTS if name in event and not event[name]]
        if not LISTS & set(event):
            faults.append("neither input nor output")
        faults += [f"{uri} is no URI" for uri in (event["eventID"], event["transformationID"]) if not is_uri(uri)]
        faults += [f"{uri} is no URI" for name in ("readPoint", "bizLocation") if not is_uri(uri := event[name]["id"])]
        for element in event.get("inputQuantityList", []) + event.get("outputQuantityList", []):
            good = set(element) <= {"epcClass", "quantity", "uom"} and is_uri(element["epcClass"])
            if not good or not isinstance(element["quantity"], int | float):
                faults.append(f"{element} is no quantity element")
        if event["bizStep"] not in ("commissioning", "creating_class_instance"):
            faults.append(f"{event['bizStep']} is no step of the CBV")
        if not re.fullmatch(r"[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00", event["eventTimeZoneOffset"]):
            faults.append("time zone offset")
        if datetime.fromisoformat(event["eventTime"]).utcoffset() is None:
            faults.append("event time without offset")
        declared = event.get("errorDeclaration", {"declarationTime": "", "reason": "incorrect_data"})
        if "declarationTime" not in declared or declared["reason"] not in ("incorrect_data", "did_not_occur"):
            faults.append("error declaration")
    return faults


DOCUMENTS = {
    "made": document(MADE, NAMESPACE),
    "taken back": document(MADE, NAMESPACE, reversal=BACK),
    "used only": document(replace(MADE, lines=(ISSUE,)), NAMESPACE),
    "moved nothing": document(replace(MADE, lines=()), NAMESPACE),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_as_the_standard_says(name):
    assert faults_in(DOCUMENTS[name]) == []


def test_the_check_finds_faults():
    wrong = document(MADE, NAMESPACE)
    event = wrong["epcisBody"]["eventList"][0]
    event |= {"bizStep": "transforming", "inputEPCList": [], "colour": "red", "eventTimeZoneOffset": "Z"}
    assert len(faults_in(wrong)) == 4


@pytest.mark.skipif(not os.environ.get("EPCIS_SCHEMA"), reason="EPCIS_SCHEMA names no copy of GS1's JSON schema")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_fit_the_published_schema(name):
    checker = jsonschema.FormatChecker()
    checker.checks("uri")(lambda value: not isinstance(value, str) or is_uri(value))
    checker.checks("date-time", ValueError)(lambda value: datetime.fromisoformat(value).tzinfo is not None)
    with open(os.environ["EPCIS_SCHEMA"], encoding="utf-8") as file:
        validator = jsonschema.Draft7Validator(json.load(file), format_checker=checker)
    found = json.loads(json.dumps(DOCUMENTS[name]))
    assert [fault.message for fault in validator.iter_errors(found)] == []
    if found["epcisBody"]["eventList"]:
        found["epcisBody"]["eventList"][0]["bizStep"] = "transforming"
        assert list(validator.iter_errors(found)), "the schema is read, but holds nothing"


def test_lots_with_a_gtin_are_digital_links_and_others_are_ours():
    event = event_of(DOCUMENTS["made"])
    assert event["outputQuantityList"] == [
        {"epcClass": "https://id.gs1.org/01/04012345666663/10/KIT%2FA-1", "quantity": 10}
    ]
    assert event["inputQuantityList"] == [
        {"epcClass": "https://plant.example/epcis/lot/PLANT/FOIL/F%2F1", "quantity": 5, "uom": "KGM"}
    ]
    assert event["inputEPCList"] == ["https://plant.example/epcis/serial/PLANT/PUMP/SN-1"]


def test_a_serial_with_a_gtin_is_an_instance():
    made = replace(MADE, lines=(ISSUE, replace(SERIAL, gtin="04012345666663")))
    assert event_of(document(made, NAMESPACE))["inputEPCList"] == ["https://id.gs1.org/01/04012345666663/21/SN-1"]


@pytest.mark.parametrize("lot", ["LOT-OF-MORE-THAN-TWENTY", "ÜBER-1", "A B"])
def test_a_lot_that_gs1_cannot_write_is_ours(lot):
    made = replace(MADE, lines=(replace(RECEIPT, lot=lot),))
    [element] = event_of(document(made, NAMESPACE))["outputQuantityList"]
    assert element["epcClass"].startswith(f"{NAMESPACE}lot/PLANT/KIT/")
    assert is_uri(element["epcClass"])


def test_times_are_those_of_the_site():
    event = event_of(DOCUMENTS["made"])
    assert (event["eventTime"], event["eventTimeZoneOffset"]) == ("2026-03-01T23:30:00+01:00", "+01:00")


def test_a_reversal_is_the_same_event_declared_wrong():
    before, after = event_of(DOCUMENTS["made"]), event_of(DOCUMENTS["taken back"])
    declared = after.pop("errorDeclaration")
    assert after == before
    assert declared["declarationTime"] == "2026-03-02T00:30:00+01:00"
    assert (declared["reason"], declared["correctiveEventIDs"]) == ("incorrect_data", [])
    assert (declared["backflush:posting"], declared["backflush:reason"]) == ("P-000013", "WRONG-COUNT")


def test_postings_of_an_order_share_a_transformation_and_each_has_its_own_event():
    other = replace(MADE, position=14, operation="20")
    first, second = event_of(document(MADE, NAMESPACE)), event_of(document(other, NAMESPACE))
    assert first["transformationID"] == second["transformationID"]
    assert first["eventID"] != second["eventID"] == event_id(other, NAMESPACE)
