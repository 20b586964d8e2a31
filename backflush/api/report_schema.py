"""The schemas of reports, as they are sent and as they are answered."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

from backflush.rules.report import MOST_PARAMETERS, MOST_SCRAP_ENTRIES
from backflush.rules.vocabulary import ReportKind, ReportOrigin, ReportState
from masterdata.pages.api_schema import (
    REASON,
    Schema,
    decimal,
    identifier,
    listing,
    many,
    maybe,
    moment,
    named,
    one_of,
    record,
    text,
    whole,
)

_QUANTITY = r"^[0-9]{1,18}(\.[0-9]{1,9})?$"
_CODE = r"^[^\s\u0000-\u001f\u007f]+( [^\s\u0000-\u001f\u007f]+)*$"


def _sent_quantity(about: str = "") -> Schema:
    return text(about, pattern=_QUANTITY)


def _code(longest: int, about: str = "") -> Schema:
    return text(about, pattern=_CODE, minLength=1, maxLength=longest)


_EVENT_ID = identifier("Made by the client, and kept by it before sending; a repeat has the same")
_COMMON = {
    "order": _code(40, "Work order number"),
    "operation": _code(10, "Operation number"),
    "occurred_at": moment("When it happened, by the client's clock; ISO 8601 with offset"),
    "operator": _code(60, "Badge, where a person stands behind the device"),
    "sequence": {
        "type": "integer",
        "minimum": 0,
        "maximum": 999_999_999_999_999,
        "description": "The device's counter",
    },
    "parameters": {
        "type": "object",
        "maxProperties": MOST_PARAMETERS,
        "propertyNames": {"maxLength": 60},
        "additionalProperties": text(maxLength=200),
        "description": "Process parameters, kept beside the report",
    },
}
_OUTPUT = {
    "good": _sent_quantity("Good units since the last report, never a total, in the order's unit"),
    "scrap": {
        **many(record({"quantity": _sent_quantity(), "reason": _code(30, "Reason code")}), "Scrap by reason"),
        "maxItems": MOST_SCRAP_ENTRIES,
    },
    "rework": _sent_quantity("Units sent to rework"),
    "setup_events": {"type": "integer", "minimum": 0, "maximum": 999_999, "description": "Setups made since the last"},
    "confirmed_by": _code(60, "Badge of the supervisor who confirms a quantity beyond its limit"),
    "output_lot": _code(58, "The lot produced, where the client names it"),
    "handling_unit": text("SSCC, where the kind needs one", pattern="^[0-9]{18}$"),
}
_KINDS = [kind for kind in ReportKind if kind != ReportKind.SCAN_ISSUE]


def _strict(fields: dict[str, Schema], required: list[str]) -> Schema:
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


_OUTPUT_FIELDS = {"kind": one_of(_KINDS, "operation_complete, if left out"), **_COMMON, **_OUTPUT}
_WANTED = ["order", "operation", "occurred_at"]
REPORT = named("OperationReport", _strict({"event_id": _EVENT_ID, **_OUTPUT_FIELDS}, ["event_id", *_WANTED]))
PREVIEW = named("UsagePreviewRequest", _strict(_OUTPUT_FIELDS, _WANTED))
_SCAN = {
    "item": _code(60, "Code of the item"),
    "lot": _code(60, "Code of the lot, or the serial"),
    "quantity": _sent_quantity("Above zero, net of tare"),
    "unit": text("UN/ECE Rec 20; the item's stock unit, if left out", pattern="^[A-Z0-9]{1,3}$"),
    "scale": _code(40, "Which scale weighed"),
    "tare": _sent_quantity(),
}
SCAN_ISSUE = named(
    "ScanIssue",
    _strict({"event_id": _EVENT_ID, **_COMMON, **_SCAN}, ["event_id", *_WANTED, "item", "lot", "quantity"]),
)

RECEIPT = named(
    "Receipt", record({"event_id": identifier(), "state": one_of(ReportState), "href": text("Where to ask")})
)
_LINE = record({"item": text(), "lot": text(), "bin": text(), "quantity": decimal(), "unit": text()})
_MADE = record({"item": text(), "lot": text(), "quantity": decimal(), "unit": text()})
STATE = named(
    "ReportState",
    record(
        {
            "event_id": identifier(),
            "state": one_of(ReportState),
            "received_at": moment(),
            "settled_at": maybe(moment()),
            "attempts": whole(),
            "reasons": many(REASON, "Why it is blocked or refused: every reason"),
            "origin": one_of(ReportOrigin),
            "corrects": maybe(identifier("Event id of the report in whose place QA signed this one")),
            "corrected_by": maybe(identifier("Event id of the report that QA signed in its place")),
            "posting": maybe(
                record({"number": text(), "lines": many(_LINE), "outputs": many(_MADE), "href": text()}),
            ),
        }
    ),
)
ROW = named(
    "ReportRow",
    record(
        {
            "event_id": identifier(),
            "kind": one_of(ReportKind),
            "state": one_of(ReportState),
            "order": text(),
            "operation": text(),
            "good": maybe(decimal()),
            "occurred_at": moment(),
            "received_at": moment(),
            "settled_at": maybe(moment()),
            "attempts": whole(),
            "device": maybe(text("Code")),
            "person": maybe(text("User name")),
            "reasons": many(REASON),
            "href": text(),
        }
    ),
)
PAGE = listing("Report", ROW)

_EXAMPLE: dict[str, Any] = {
    "event_id": "3f0a4c1e-8f57-4b0e-9c64-2f4f6a1f8d11",
    "order": "WO-1042",
    "operation": "20",
    "occurred_at": "2026-01-05T09:12:31+01:00",
    "good": "120",
    "scrap": [{"quantity": "2", "reason": "SEAL"}],
    "operator": "B-1017",
}
REPORT_EXAMPLES = [
    OpenApiExample("Output with scrap", _EXAMPLE, request_only=True),
    OpenApiExample(
        "Setup",
        {
            "event_id": "5d1c2b8a-02c4-4ad8-8a51-4f6f0f6a7b02",
            "kind": "setup",
            "order": "WO-1042",
            "operation": "20",
            "occurred_at": "2026-01-05T08:40:00+01:00",
        },
        request_only=True,
    ),
    OpenApiExample(
        "Taken in",
        {
            "event_id": _EXAMPLE["event_id"],
            "state": "received",
            "href": f"/api/v1/operation-reports/{_EXAMPLE['event_id']}",
        },
        response_only=True,
        status_codes=["202"],
    ),
    OpenApiExample(
        "Two faults",
        {
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "detail": "2 things are wrong with this request.",
            "errors": [
                {
                    "field": "good",
                    "code": "not_a_decimal_string",
                    "detail": 'good must be a decimal in quotes, such as "12.5".',
                },
                {"field": "scrap.0.reason", "code": "required", "detail": "scrap.0.reason must be a reason code."},
            ],
        },
        response_only=True,
        status_codes=["400"],
        media_type="application/problem+json",
    ),
]
PREVIEW_EXAMPLES = [
    OpenApiExample(
        "Output with scrap",
        {key: value for key, value in _EXAMPLE.items() if key != "event_id"},
        request_only=True,
    )
]
SCAN_EXAMPLES = [
    OpenApiExample(
        "A weighing",
        {
            "event_id": "8b7a6f0c-55b2-4a35-a8f0-0d7de4b1c9a3",
            "order": "WO-1042",
            "operation": "10",
            "occurred_at": "2026-01-05T08:55:10+01:00",
            "item": "GLUE",
            "lot": "GL/77-2",
            "quantity": "12.482",
            "unit": "KGM",
            "scale": "SCALE-3",
            "tare": "0.318",
            "operator": "B-1017",
        },
        request_only=True,
    )
]
