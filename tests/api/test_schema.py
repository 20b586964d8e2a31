"""The schema says what the API does: valid, with examples that are taken, and held against the real answers."""

import json
import os
from contextlib import contextmanager, suppress
from datetime import timedelta

import jsonschema
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from backflush.actions.post_reports import post_reports
from masterdata.actions.give_person_token import give_person_token
from tests import changing, plant
from tests.api.shop import REPORTS, device_client, report, small_plant
from tests.files import attached
from traceability.actions.open_handling_unit import open_handling_unit
from traceability.actions.pack_handling_unit import pack_units

pytestmark = pytest.mark.django_db
#: what is given out as something else than JSON, or besides it; all else is JSON
FILES = {
    "/api/v1/goods-movements": ["application/json", "text/csv"],
    "/api/v1/postings/{number}/epcis": ["application/json", "application/ld+json"],
    "/api/v1/change-requests/{change_number}/attachments/{attachment_id}": ["application/octet-stream"],
    "/api/v1/postings/{number}/b2mml": ["application/xml"],
}
EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "8"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]


def the_schema() -> dict:
    answer = Client().get("/api/schema", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    return json.loads(answer.content)


def test_schema_is_valid_openapi_3_1_and_names_its_parts_once():
    schema = the_schema()
    validate_schema(schema)
    assert schema["openapi"].startswith("3.1")
    assert "x-name" not in json.dumps(schema)
    assert {"OperationReport", "Problem", "ReportState", "Receipt"} <= set(schema["components"]["schemas"])


def operations(schema: dict) -> list[tuple[str, str, dict]]:
    return [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/api/v1/")
    ]


def test_every_operation_has_a_summary_answers_with_schemas_and_problems():
    for path, method, operation in operations(the_schema()):
        where = f"{method} {path}"
        assert operation["summary"], where
        problems = [code for code in operation["responses"] if code >= "400"]
        assert {"401", "403", "429", "503"} <= set(problems), where
        for code, answer in operation["responses"].items():
            kinds = ["application/problem+json"] if code >= "400" else FILES.get(path, ["application/json"])
            assert list(answer["content"]) == kinds, where
        if method == "post" and not path.endswith("/retry"):
            assert operation["requestBody"]["required"], where
            assert operation["requestBody"]["content"]["application/json"]["examples"], where


def test_examples_of_bodies_are_taken():
    plant.device()
    client = device_client()
    for path, method, operation in operations(the_schema()):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for name, example in body.get("examples", {}).items():
            assert client.send(path, example["value"]).status_code in (200, 202), (method, path, name)


def test_the_schema_declares_what_is_tolerated_and_no_more():
    parts = the_schema()["components"]["schemas"]
    takes = jsonschema.Draft202012Validator
    output, scan = parts["OperationReport"], parts["ScanIssue"]
    whole = report(operator=None)
    weighed = {**{name: whole[name] for name in ("event_id", "order", "operation", "occurred_at")}, "quantity": "1"}
    weighed |= {"item": "GLUE", "lot": "G/1", "kind": "scan_issue"}
    for schema, body in ((output, whole), (scan, weighed), (parts["UsagePreviewRequest"], weighed)):
        assert takes(schema).is_valid({**body, "operator": None, "parameters": None})
        for name in ("operator", "unit", "scale", "output_lot", "confirmed_by"):
            assert not takes(schema).is_valid({**body, name: ""}), name
    assert takes(parts["UsagePreviewRequest"]).is_valid(whole)
    assert not takes(output).is_valid({**whole, "order": None})
    assert not takes(scan).is_valid({**weighed, "kind": "setup"})
    assert not takes(scan).is_valid({**weighed, "unit": "kgm"})


@contextmanager
def one_connection():
    """Requests end without closing the connection, whose transaction is the test's; as Django's test client does it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def busy_plant(db):
    """A plant where something was posted, something is blocked, and everything can be asked for by name."""
    shop = small_plant()
    device = device_client()
    posted = report(output_lot="KIT-A")
    device.send(REPORTS, posted)
    device.send(REPORTS, report(order="WO-404"))
    device.send(REPORTS, report(occurred_at=(timezone.now() - timedelta(days=30)).isoformat()))
    case = open_handling_unit(
        order=shop.order, sscc="340123450000000017", kind="case", actor=shop.cast.operator, now=timezone.now()
    )
    pack_units(unit=case, quantity="1", actor=shop.cast.operator, now=timezone.now())
    post_reports()
    number = device.get(f"{REPORTS}/{posted['event_id']}").json()["posting"]["number"]
    change = changing.proposed(shop.foil, standard_cost="5")
    file = attached(change)
    _, token = give_person_token(person=shop.cast.supervisor, name="script", actor=shop.cast.supervisor, now=plant.NOW)
    return {
        "token": f"Token {token}",
        "known": {
            "event_id": posted["event_id"],
            "number": number,
            "lot_id": shop.lot.pk,
            "sscc": case.sscc,
            "code": shop.kit.code,
            "bom_id": shop.kit.bom_versions.get().pk,
            "factor_id": plant.factor(shop.foil, "KGM", "MTK", "20").pk,
            "trigger_id": shop.kit.trigger_definitions.get().pk,
            "change_number": changing.submitted(change).number,
            "attachment_id": file.pk,
        },
    }


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("who", ["device", "person"])
def test_whatever_is_sent_the_answer_is_as_the_schema_says(busy_plant, who, mode):
    token = f"Device {plant.DEVICE_TOKEN}" if who == "device" else busy_plant["token"]
    seen: set[int] = set()
    with one_connection():
        schema = schemathesis.openapi.from_wsgi("/api/schema?format=json", get_wsgi_application())
        for found in schema.get_all_operations():
            operation = found.ok()
            if operation.path.startswith("/api/v1/"):
                known = {one.name: busy_plant["known"][one.name] for one in operation.path_parameters}
                seen |= _answers(operation.as_strategy(generation_mode=mode), token)
                if known and mode == GenerationMode.POSITIVE:
                    seen |= _answers(operation.as_strategy(generation_mode=mode, path_parameters=known), token)
    assert {200 if mode == GenerationMode.POSITIVE else 400, 404} <= seen


def _answers(cases, token: str) -> set[int]:
    """The statuses of the answers to some cases, each held against the schema."""
    seen = set()

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=[*HealthCheck]
    )
    @given(case=cases)
    def run(case) -> None:
        seen.add(case.call_and_validate(headers={"Authorization": token}, checks=CHECKS).status_code)

    with suppress(Unsatisfiable):  # an address of any text has nothing that contradicts it
        run()
    return seen
