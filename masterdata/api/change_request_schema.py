"""How the API's pages describe change requests, with one example; tests hold it against the answers."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

from masterdata.pages.api_lists import Filter, words_of
from masterdata.pages.api_schema import (
    flag,
    many,
    maybe,
    moment,
    named,
    one_of,
    record,
    text,
    whole,
)
from masterdata.pages.api_signatures import MANIFESTATION
from masterdata.queries.changes import about_item
from masterdata.rules.attachments import FileKind
from masterdata.rules.change_control import ChangeState, OrderChoice
from masterdata.rules.governed_kinds import KINDS
from masterdata.rules.vocabulary import Role

LARGEST_ID = 2**63 - 1
_FIELDS = {
    "number": whole(),
    "name": text("As people know it"),
    "kind": one_of(KINDS, "Of the record that it would change"),
    "record": text("Name of the record"),
    "state": one_of(ChangeState),
    "round": whole("Rises when it is taken back; signatures of earlier rounds do not count"),
    "reason": text("Why it is changed"),
    "author": text("User name"),
    "required_roles": many(one_of(Role), "Each has to sign; fixed when it is submitted"),
    "created_at": moment(),
    "submitted_at": maybe(moment()),
    "effective_from": maybe(moment("From when on it is asked for; null: at once, with the last signature")),
    "effective_at": maybe(moment("Since when, or from when on, it is in force")),
    "decided_at": maybe(moment("Approved, rejected or withdrawn")),
    "import": maybe(whole("The import that it comes from")),
    "href": text(),
}
ROW = named("ChangeRequest", record(_FIELDS))
_DIFFERENCE = record(
    {
        "what": text("Of a BOM: the line, output or loss; else empty"),
        "field": text(),
        "old": text("What held when it was submitted, of a draft what holds now; empty: nothing"),
        "new": text("What is proposed; empty: nothing"),
    }
)
_SIGNATURE = record(
    {
        "role": one_of(Role, "In which it was given"),
        "round": whole(),
        "counts": flag("Whether it is of the present round"),
        **MANIFESTATION,
    }
)
_CONFLICT = record(
    {"number": whole(), "name": text(), "state": one_of(ChangeState), "author": text("User name"), "href": text()}
)
_ATTACHMENT = record(
    {
        "id": whole(),
        "name": text(),
        "kind": one_of(FileKind),
        "size": whole("In bytes"),
        "sha256": text("With the name part of what is signed, unless it was taken out"),
        "added_by": text("User name"),
        "added_at": moment(),
        "taken_out_by": maybe(text("User name; null: it belongs to the request")),
        "taken_out_at": maybe(moment()),
        "stands": flag("Whether it is the file that was attached; false: BROKEN"),
        "href": text("Where it is saved from"),
    }
)
_REPLAY = record(
    {
        "state": text(),
        "since": moment("Of the reports that were decided again"),
        "until": moment(),
        "requested_at": moment(),
        "requested_by": text("User name"),
        "outdated": flag("Whether the proposal has changed since"),
        "page": text("Where its figures are shown"),
    }
)
ONE = named(
    "ChangeRequestInFull",
    record(
        {
            **_FIELDS,
            "author_name": text(),
            "decision_reason": text("Of a rejection or withdrawal"),
            "hindrance": text("Why an approved change could not take effect when its time came"),
            "later_orders": text("What orders released after the submission do: keep, move, or empty: ask again"),
            "differences": many(_DIFFERENCE, "Field by field, in words, as its page shows them"),
            "orders": many(
                record(
                    {
                        "order": text("Site and number"),
                        "open": flag("Whether it is open and made by an earlier version"),
                        "choice": maybe(one_of(OrderChoice, "Null: undecided")),
                    }
                )
            ),
            "signatures": many(_SIGNATURE, "In the order they were given, also those of earlier rounds"),
            "missing_roles": many(one_of(Role), "Who has to sign still"),
            "conflicts": many(_CONFLICT, "Other open or waiting requests on the same record"),
            "notes": many(
                record({"author": text("User name"), "name": text(), "at": moment(), "text": text()}), "Oldest first"
            ),
            "attachments": many(_ATTACHMENT, "Oldest first, also those that were taken out of a draft"),
            "impact_replays": {
                "type": ["array", "null"],
                "items": _REPLAY,
                "description": "The latest of the proposal; null where the caller may not look at them",
            },
            "content": {"type": "object", "description": "Exactly what is signed, in canonical values"},
            "content_digest": text("SHA-256 over it, which a signer has to have read"),
        }
    ),
)
FILTERS = {
    "kind": Filter("kind", "Of record", words_of(KINDS)),
    "state": Filter("state", "Of the request", words_of(ChangeState)),
    "record": Filter("subject", "Exactly this name of a record, such as `FG-100 v3`"),
    "product": Filter(
        about_item, "Code of an item: requests on it, its BOMs, factors, triggers, operations and labels"
    ),
    "author": Filter("author__username", "User name"),
    "import": Filter("data_import_id", "Number of the import that they come from", most=LARGEST_ID),
}


_SIGNED_BY_QA = {
    "role": "qa",
    "round": 1,
    "counts": True,
    "printed_name": "Noor Quality",
    "meaning": "approved as quality assurance",
    "signed_at": "2026-03-02T09:14:02.551340Z",
    "site_time": "2026-03-02 10:14:02 CET (UTC+0100)",
    "components": "user name and password",
    "digest": "8f1e0c2b7a5d4e963b1f08d7c6a5e4f3b2a1908f7e6d5c4b3a29180706f5e4d3",
    "stands": True,
    "breaks": [],
}
_ATTACHED = {
    "id": 3,
    "name": "price-list-2026.pdf",
    "kind": "pdf",
    "size": 184320,
    "sha256": "1d0c9b8a7f6e5d4c3b2a19080f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c",
    "added_by": "ines",
    "added_at": "2026-03-02T08:00:12.000000Z",
    "taken_out_by": None,
    "taken_out_at": None,
    "stands": True,
    "href": "/api/v1/change-requests/7/attachments/3",
}


def _example() -> dict[str, Any]:
    """A submitted change of an item's cost that QA has signed and an engineer has not."""
    return {
        "number": 7,
        "name": "CR-7",
        "kind": "item",
        "record": "FOIL",
        "state": "submitted",
        "round": 1,
        "reason": "New price list of the supplier",
        "author": "ines",
        "required_roles": ["qa", "engineer"],
        "created_at": "2026-03-02T07:58:11.204511Z",
        "submitted_at": "2026-03-02T08:01:40.118204Z",
        "effective_from": "2026-04-01T00:00:00Z",
        "effective_at": None,
        "decided_at": None,
        "import": None,
        "href": "/api/v1/change-requests/7",
        "author_name": "Ines Ingenieur",
        "decision_reason": "",
        "hindrance": "",
        "later_orders": "",
        "differences": [{"what": "", "field": "Standard cost per stock unit", "old": "4", "new": "5.25"}],
        "orders": [],
        "signatures": [_SIGNED_BY_QA],
        "missing_roles": ["engineer"],
        "conflicts": [],
        "notes": [
            {
                "author": "karl",
                "name": "Karl Meister",
                "at": "2026-03-02T08:40:00Z",
                "text": "The last delivery was at the new price.",
            }
        ],
        "attachments": [_ATTACHED],
        "impact_replays": [],
        "content": {"record": "change_request", "number": 7, "proposed": {"standard_cost": "5.25"}},
        "content_digest": "0b7c1d9e5f3a2846c0e8b6a4927f5d3c1b0a9e8d7c6f5e4d3c2b1a0918273645",
    }


EXAMPLE = OpenApiExample("Half signed", _example(), response_only=True)
