"""Heartbeats: a device says what time it has; we keep how far off it is, and answer with ours."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backflush.api.bodies import faulty, parsed_body
from backflush.api.receiving import nonces_used_once
from backflush.rules.report import MOST_UNKNOWN, read_time
from backflush.rules.strict_json import Fault
from masterdata.actions.measure_clock import MOST_OFFSET_MS, measure_clock
from masterdata.pages.api_schema import described, moment, named, record, whole
from masterdata.pages.callers import caller_of
from masterdata.rules.refusal import Refusal, Refused

BEAT = named("Heartbeat", {**record({"sent_at": moment("By the device's clock")}), "additionalProperties": False})
CLOCK = named(
    "DeviceClock",
    record(
        {"server_time": moment(), "offset_ms": whole("How far the device is ahead, in milliseconds; behind: negative")}
    ),
)

#: an example that is taken when it is tried out: near the server's time
_NOW = timezone.now().isoformat(timespec="milliseconds")
_ABSURD = (
    "sent_at is more than 24 days from the server's time. Set the device's clock and send another heartbeat; until then its "
    "reports are blocked."
)


class DeviceHeartbeats(APIView):
    duties = {"POST": None}  # of devices only, as it says itself
    open_to_stopped_devices = ("POST",)

    @described(
        "Say what time it is",
        {200: CLOCK},
        about="Send one a minute, just when `sent_at` is taken. While the clock is off by more than the trigger definition "
        "allows, reports are blocked. A time more than 24 days off is a 400, and blocks them too.",
        body=BEAT,
        examples=[OpenApiExample("A heartbeat", {"sent_at": _NOW}, request_only=True)],
        problems=(400, 413, 415),
    )
    def post(self, request: Request) -> Response:
        now = timezone.now()
        caller = caller_of(request)
        device = caller.device
        if device is None:
            raise Refused(Refusal("not_your_duty", "Only devices have heartbeats.", "", "Use the device's token."))
        sent_at = parsed_body(request, _sent_at)
        with nonces_used_once():
            offset = measure_clock(device=device, sent_at=sent_at, now=now, call=caller.call)
        if abs(offset) >= MOST_OFFSET_MS:
            raise faulty([Fault("sent_at", "clock_absurd", _ABSURD)])
        return Response({"server_time": now, "offset_ms": offset})


def _sent_at(data: object) -> datetime | list[Fault]:
    if not isinstance(data, Mapping):
        return [Fault("", "not_an_object", "The body must be a JSON object.")]
    faults = [
        Fault(str(name), "unknown_field", "A heartbeat has only sent_at.")
        for name in list(data)[:MOST_UNKNOWN]
        if name != "sent_at"
    ]
    found = read_time("sent_at", data.get("sent_at"))
    return [*faults, found] if isinstance(found, Fault) else faults or found
