"""The schemas of reports, as they are sent and as they are answered."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample

from backflush.rules.confirmation import CLAIM_REACHES, NOBODY_CONFIRMS
from backflush.rules.report import MOST_PARAMETERS, MOST_SCRAP_ENTRIES
from backflush.rules.vocabulary import ReportKind, ReportOrigin, ReportState, RulingKind
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
_CODE = r"^[^\s\u0000-\u001f\u007f]+( +[^\s\u0000-\u001f\u007f]+)*$"


def _sent_quantity(about: str = "") -> Schema:
    return text(about, pattern=_QUANTITY)


def _code(longest: int, about: str = "") -> Schema:
    return text(about, pattern=_CODE, minLength=1, maxLength=longest)


def _or_left_out(fields: Mapping[str, Schema]) -> dict[str, Schema]:
    """Fields that need not be sent; null is the same as leaving one out."""
    return {name: maybe(schema) for name, schema in fields.items()}


_EVENT_ID = identifier("Made by the client, and kept by it before sending; a repeat has the same. Not all zeros")
_WANTED_FIELDS = {
    "order": _code(40, "Work order number"),
    "operation": _code(10, "Operation number"),
    "occurred_at": moment(
        "When it happened, by the client's clock; ISO 8601 with offset. At most six decimals of a second: more are refused, "
        "never cut off"
    ),
}
_COMMON = {
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
    "confirmed_by": _code(
        60,
        "Badge of the supervisor who confirms a quantity beyond its limit. From a device it is a claim, and covers good units "
        f"up to {CLAIM_REACHES} times the order's quantity. From a person it is taken only where it is the caller's own badge "
        "(422 otherwise): somebody else confirms with badge and PIN on the report screen. Beyond "
        f"{NOBODY_CONFIRMS} times the order's quantity nobody confirms.",
    ),
    "output_lot": _code(58, "The lot produced, where the client names it"),
    "handling_unit": text("SSCC, where the kind needs one", pattern="^[0-9]{18}$"),
}
_KINDS = [kind for kind in ReportKind if kind != ReportKind.SCAN_ISSUE]


def _strict(fields: dict[str, Schema], required: list[str]) -> Schema:
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


_KIND = {"kind": one_of(_KINDS, "operation_complete, if left out")}
_OUTPUT_FIELDS = {**_WANTED_FIELDS, **_or_left_out({**_KIND, **_COMMON, **_OUTPUT})}
_WANTED = ["order", "operation", "occurred_at"]
REPORT = named("OperationReport", _strict({"event_id": _EVENT_ID, **_OUTPUT_FIELDS}, ["event_id", *_WANTED]))
_SCANNED = {
    "item": _code(60, "Code of the item"),
    "lot": _code(60, "Code of the lot, or the serial"),
    "quantity": _sent_quantity("Above zero, net of tare"),
}
_MEASURED = {
    "unit": text("UN/ECE Rec 20; the item's stock unit, if left out", pattern="^[A-Z0-9]{1,3}$"),
    "scale": _code(40, "Which scale weighed"),
    "tare": _sent_quantity(),
}
_SCAN_KIND = one_of([ReportKind.SCAN_ISSUE])
_SCAN_FIELDS = {**_WANTED_FIELDS, **_SCANNED, **_or_left_out({**_COMMON, **_MEASURED})}
SCAN_ISSUE = named(
    "ScanIssue",
    _strict({"event_id": _EVENT_ID, "kind": maybe(_SCAN_KIND), **_SCAN_FIELDS}, ["event_id", *_WANTED, *_SCANNED]),
)
_UNUSED = {"event_id": maybe(identifier("Not needed and not used: a preview is not a report"))}
PREVIEW = named(
    "UsagePreviewRequest",
    {
        "anyOf": [
            _strict({**_UNUSED, **_OUTPUT_FIELDS}, _WANTED),
            _strict({**_UNUSED, "kind": _SCAN_KIND, **_SCAN_FIELDS}, ["kind", *_WANTED, *_SCANNED]),
        ],
        "description": "A report of output, or a scan-issue with its kind",
    },
)

RECEIPT = named(
    "Receipt", record({"event_id": identifier(), "state": one_of(ReportState), "href": text("Where to ask")})
)
_LINE = record({"item": text(), "lot": text(), "bin": text(), "quantity": decimal(), "unit": text()})
_MADE = record({"item": text(), "lot": text(), "quantity": decimal(), "unit": text()})
_RULING = record(
    {
        "kind": one_of(RulingKind),
        "at": moment(),
        "signed_by": text("Name as printed under the signature"),
        "why": text(),
        "happened_at": maybe(moment("When the units were made, where QA corrected the time")),
        "reasons": many(REASON, "What stood against the report and was settled by this"),
    }
)
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
            "rulings": many(_RULING, "What QA signed about it, the oldest first"),
            "origin": one_of(ReportOrigin),
            "corrects": maybe(identifier("Event id of the report in whose place QA signed this one")),
            "corrected_by": maybe(identifier("Event id of the report that QA signed in its place")),
            "posting": maybe(
                record(
                    {
                        "number": text(),
                        "note": text("What it did not count, and why"),
                        "lines": many(_LINE),
                        "outputs": many(_MADE),
                        "href": text(),
                    }
                ),
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
