"""What a visitor of the demo plant needs: who may sign in, and which device may report what. Reads only."""

from typing import Any

from backflush.management.demo import cast
from backflush.management.demo.plant import is_demo_plant
from masterdata.models import Device, Person, TriggerDefinition
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.tokens import token_digest
from masterdata.rules.vocabulary import RecordState
from traceability.models import WorkOrder
from traceability.rules.vocabulary import OrderState


def demo_credentials() -> dict[str, list[dict[str, Any]]]:
    """People and devices of the cast that are in this database. Refused where it is not the demo plant's."""
    if not is_demo_plant():
        raise Refused(
            Refusal(
                "not_a_demo_plant",
                f"This database holds no demo plant (no site {cast.SITE}), so there are no credentials to show.",
                cast.SITE,
                "Run seed_demo_plant on an empty database, or ask an admin for an account.",
            )
        )
    known = set(Person.objects.filter(is_active=True).values_list("username", flat=True))
    people = [
        {
            "name": person.name,
            "role": person.roles[0],
            "badge": person.badge,
            "pin": person.pin,
            "user": person.username,
            "password": person.password,
        }
        for person in cast.PEOPLE
        if person.username in known
    ]
    return {"people": people, "devices": _devices()}


def _devices() -> list[dict[str, Any]]:
    """Devices whose published token still opens them, with every operation that their trigger definitions allow."""
    enrolled = dict(Device.objects.filter(site__code=cast.SITE, enabled=True).values_list("code", "token_digest"))
    allowed = _operations()
    return [
        {"code": device.code, "token": device.token, "operations": allowed.get(device.code, [])}
        for device in cast.DEVICES
        if enrolled.get(device.code) == token_digest(device.token)
    ]


def _operations() -> dict[str, list[dict[str, str]]]:
    """By device: the operations of open orders at its line first, then those of items without one."""
    found: dict[str, list[dict[str, str]]] = {}
    definitions = (
        TriggerDefinition.objects.filter(state=RecordState.APPROVED, effective_to=None)
        .select_related("item")
        .prefetch_related("devices__line")
        .order_by("item__code", "operation_number")
    )
    orders = list(
        WorkOrder.objects.filter(site__code=cast.SITE, state=OrderState.RELEASED)
        .prefetch_related("operations")
        .order_by("number")
    )
    for definition in definitions:
        for device in definition.devices.all():
            rows = found.setdefault(device.code, [])
            common = {
                "item": definition.item.code,
                "operation": definition.operation_number,
                "kind": definition.kind,
            }
            open_here = [
                order.number
                for order in orders
                if order.item_id == definition.item_id
                and any(
                    one.number == definition.operation_number and one.line_id == device.line_id
                    for one in order.operations.all()
                )
            ]
            rows += [{"order": number, **common} for number in open_here] or [common]
    return found
