"""A consumer of the outbox says how far it has come, where it wants people to see it."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backflush.actions.acknowledge_movements import LONGEST_NAME, acknowledge_movements
from backflush.api.bodies import parsed_body
from backflush.rules.strict_json import Fault, Number
from masterdata.pages.api_schema import described, moment, named, record, text, whole
from masterdata.pages.callers import caller_of, require_person
from masterdata.rules.duties import Duty

_FIELDS = {
    "consumer": text("A name for the reader, such as the ERP's", minLength=1, maxLength=LONGEST_NAME),
    "position": {**whole("Of the last message that it has kept"), "minimum": 0},
}


class Acknowledgement(APIView):
    duties = {"PUT": Duty.ACKNOWLEDGE_OUTBOX}

    @described(
        "Acknowledge goods movements",
        {200: named("Acknowledgement", record({**_FIELDS, "acknowledged_at": moment()}))},
        about="Optional: shows people how far a consumer has come. It never goes back, and holds nothing up.",
        body=named("Acknowledging", record(_FIELDS)),
        problems=(400, 413, 415, 422),
    )
    def put(self, request: Request) -> Response:
        caller = caller_of(request)
        person = require_person(caller, Duty.ACKNOWLEDGE_OUTBOX)
        consumer, position = parsed_body(request, _parsed)
        row = acknowledge_movements(
            site_id=caller.site_id, consumer=consumer, position=position, actor=person, now=timezone.now()
        )
        return Response({"consumer": row.name, "position": row.position, "acknowledged_at": row.acknowledged_at})


def _parsed(body: Any) -> tuple[str, int] | list[Fault]:
    if not isinstance(body, dict):
        return [Fault("", "not_an_object", "Send an object with consumer and position.")]
    faults = [Fault(name, "unknown_field", "There is no such field here.") for name in body if name not in _FIELDS]
    consumer, position = body.get("consumer"), body.get("position")
    if not isinstance(consumer, str) or isinstance(consumer, Number) or not consumer.strip():
        faults.append(Fault("consumer", "missing", "Name the consumer."))
    elif len(consumer) > LONGEST_NAME or not consumer.isprintable():
        faults.append(Fault("consumer", "not_a_name", f"At most {LONGEST_NAME} printable characters."))
    digits = str(position) if isinstance(position, Number) else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        faults.append(Fault("position", "not_a_position", "position is a whole number, or 0."))
    if faults:
        return faults
    return str(consumer).strip(), int(digits)
