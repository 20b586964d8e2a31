"""A small plant behind the API: an order with its foil staged, and clients that speak for a device and for people."""

import json
import uuid
from types import SimpleNamespace

from django.test import Client
from django.utils import timezone

from masterdata.actions.give_person_token import give_person_token
from masterdata.models import Person
from masterdata.rules.bom import LineDraft
from tests import floor, plant

REPORTS = "/api/v1/operation-reports"


class ApiClient(Client):
    """Speaks JSON; `send` posts data, or bytes as they are."""

    def send(self, path: str, data: object = None, **more):
        raw = data if isinstance(data, bytes) else json.dumps({} if data is None else data)
        more.setdefault("content_type", "application/json")
        return self.post(path, raw, **more)


def device_client(token: str = plant.DEVICE_TOKEN) -> ApiClient:
    return ApiClient(headers={"Authorization": f"Device {token}"})


def person_client(person: Person) -> ApiClient:
    _, token = give_person_token(person=person, name="script", actor=person, now=plant.NOW)
    return ApiClient(headers={"Authorization": f"Token {token}"})


def faults(answer) -> list[tuple[str, str]]:
    """Field and code of every fault in a problem document."""
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return [(one["field"], one["code"]) for one in problem["errors"]]


def report(**changes) -> dict:
    """A good report of ten units of WO-1; a change to None leaves the field out."""
    found = {
        "event_id": str(uuid.uuid4()),
        "order": "WO-1",
        "operation": "10",
        "occurred_at": timezone.now().isoformat(),
        "good": "10",
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


def small_plant() -> SimpleNamespace:
    """Order WO-1 for 100 kits of half a kilogram of foil each, with 50 kg bound to it."""
    kit = plant.product("KIT")
    foil = plant.item("FOIL", unit="KGM", cost="4.00")
    plant.approved_bom(kit, lines=[LineDraft("FOIL", "0.5")])
    order = floor.released_order(kit, "100", number="WO-1")
    lot = floor.staged(order, foil, "50", code="F/1")
    return SimpleNamespace(order=order, kit=kit, foil=foil, lot=lot, cast=plant.people())
