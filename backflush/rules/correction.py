"""Correcting what was reported: the same event, told again with the right figures; what differs, in words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from masterdata.rules.refusal import Refusal

#: what a correction may change; order, operation, kind and time of the event stay as they were
CORRECTABLE = ("good", "scrap", "rework", "setup_events", "output_lot", "handling_unit")
CORRECTABLE_SCAN = ("item", "lot", "quantity", "unit", "tare")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a report: what it said, and what it should have said."""

    field: str
    was: str
    now: str


def corrected_payload(body: Mapping[str, Any], changes: Mapping[str, Any], event_id: str) -> dict[str, Any]:
    """The report as a client would send it again, with the changes (None or empty: left out) and an event id of its own."""
    payload = {name: value for name, value in body.items() if name not in changes}
    payload |= {name: value for name, value in changes.items() if value not in (None, "", [])}
    return {**payload, "event_id": event_id}


def differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    """What the two bodies say differently, field by field."""
    fields = (*CORRECTABLE, *CORRECTABLE_SCAN)
    return [
        Difference(name, said, says)
        for name in fields
        if (said := _told(was.get(name))) != (says := _told(now.get(name)))
    ]


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"{entry['quantity']} {entry['reason']}" for entry in value) or "none"
    return "none" if value in (None, "") else str(value)


def correction_refusals(was: Mapping[str, Any], now: Mapping[str, Any], number: str) -> list[Refusal]:
    """`nothing_corrected` where both say the same, `another_event` where it is no correction of this event."""
    refusals = []
    if json.dumps(was, sort_keys=True) == json.dumps(now, sort_keys=True):
        refusals.append(
            Refusal(
                "nothing_corrected",
                f"The corrected report says what {number} was posted from.",
                number,
                "Change what was wrong; or ask for a reversal, if nothing of it happened.",
            )
        )
    if any(was.get(name) != now.get(name) for name in ("order", "operation", "kind", "occurred_at")):
        refusals.append(
            Refusal(
                "another_event",
                "A correction keeps the order, the operation, the kind and the time of what was reported.",
                number,
                "Have the posting reversed, and report to the right order.",
            )
        )
    return refusals
