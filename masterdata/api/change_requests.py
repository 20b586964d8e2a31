"""Change requests, to read: the list, and each with everything that decides it, as its page shows it."""

from typing import Any

from django.http import Http404, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from masterdata.api.change_request_schema import EXAMPLE, FILTERS, ONE, ROW
from masterdata.models import ChangeAttachment, ChangeRequest
from masterdata.pages.api_files import Bytes
from masterdata.pages.api_lists import page_of, parameters_of, without_parameters
from masterdata.pages.api_schema import described, listing
from masterdata.pages.api_signatures import manifestation
from masterdata.pages.attachments import MEDIA_TYPE, download
from masterdata.pages.callers import Caller, caller_of
from masterdata.pages.changes import checked_signatures, difference_rows
from masterdata.queries.attachments import attachment_with_bytes, attachments_of, is_intact
from masterdata.queries.changes import (
    all_changes,
    content_of_request,
    missing_signers,
    order_decisions,
    others_open,
    record_of,
)
from masterdata.queries.proposal_replays import proposal_replays
from masterdata.rules.change_control import OPEN_STATES, ChangeState
from masterdata.rules.duties import Duty, may
from masterdata.rules.signatures import content_digest


class ChangeRequests(APIView):
    duties = {"GET": None}

    @described(
        "List change requests",
        {200: listing("ChangeRequest", ROW)},
        about="Newest first. They are written, submitted and signed by people, on their pages.",
        parameters=parameters_of(FILTERS),
        called="change_requests_list",
        problems=(400,),
    )
    def get(self, request: Request) -> Response:
        caller_of(request)
        return page_of(request, all_changes(), FILTERS, lambda rows: [_row(row) for row in rows])


class OneChangeRequest(APIView):
    duties = {"GET": None}

    @described(
        "One change request: what differs, and everything that decides it",
        {200: ONE},
        about="Signatures are checked as they are told: what was altered since does not stand, and says why.",
        examples=[EXAMPLE],
        problems=(400, 404),
    )
    def get(self, request: Request, change_number: int) -> Response:
        without_parameters(request)
        caller = caller_of(request)
        found = all_changes().filter(number=change_number).first()
        if found is None:
            raise Http404(f"There is no change request {change_number}.")
        return Response(_in_full(found, caller))


class ChangeRequestFile(APIView):
    duties = {"GET": None}
    renderer_classes = [Bytes]

    @described(
        "A file that is attached to a change request",
        {},
        about="As it was attached, always to be saved: `Content-Disposition` names it. 422 `file_altered` where it is"
        " not the file that was attached.",
        files={MEDIA_TYPE: {"type": "string", "format": "binary"}},
        called="change_request_attachment",
        problems=(400, 404, 422),
    )
    def get(self, request: Request, change_number: int, attachment_id: int) -> HttpResponse:
        without_parameters(request)
        caller_of(request)
        file = attachment_with_bytes(change_number, attachment_id)
        if file is None:
            raise Http404(f"CR-{change_number} has no such file.")
        return download(file)


def _row(found: ChangeRequest) -> dict[str, Any]:
    same = ("number", "kind", "state", "round", "reason", "required_roles", "created_at", "submitted_at")
    return {
        "name": str(found),
        **{name: getattr(found, name) for name in same},
        "record": found.subject,
        "author": found.author.username,
        "effective_from": found.effective_from,
        "effective_at": found.effective_at,
        "decided_at": found.decided_at,
        "import": found.data_import_id,
        "href": _address(found),
    }


def _in_full(found: ChangeRequest, caller: Caller) -> dict[str, Any]:
    record = record_of(found)
    content = content_of_request(found, record)
    in_work = found.state in OPEN_STATES
    return {
        **_row(found),
        "author_name": found.author.name,
        "decision_reason": found.decision_reason,
        "hindrance": found.hindrance,
        "later_orders": found.later_orders,
        "differences": difference_rows(found, record),
        "orders": _orders(found, record),
        "signatures": _signatures(found),
        "missing_roles": [] if found.state == ChangeState.DRAFT else missing_signers(found),
        "conflicts": [_conflict(one) for one in others_open(found)] if in_work else [],
        "notes": [
            {"author": note.author.username, "name": note.author.name, "at": note.at, "text": note.text}
            for note in found.notes.select_related("author").order_by("id")
        ],
        "attachments": [_attachment(found, one) for one in attachments_of(found)],
        "impact_replays": _replays(found, caller),
        "content": content,
        "content_digest": content_digest(content),
    }


def _orders(found: ChangeRequest, record: Any) -> list[dict[str, Any]]:
    told = order_decisions(found, record)
    still = [
        {"order": one["order"].name, "open": True, "choice": one["choice"] or None} for one in told.get("rows", [])
    ]
    return still + [{"order": one.order_name, "open": False, "choice": one.choice} for one in told.get("past", [])]


def _signatures(found: ChangeRequest) -> list[dict[str, Any]]:
    return [
        {
            "role": one.given.role,
            "round": one.given.round,
            "counts": one.counts,
            **manifestation(one.given.signature, one.breaks),
        }
        for one in checked_signatures(found)
    ]


def _conflict(other: ChangeRequest) -> dict[str, Any]:
    return {
        "number": other.number,
        "name": str(other),
        "state": other.state,
        "author": other.author.username,
        "href": _address(other),
    }


def _attachment(found: ChangeRequest, one: ChangeAttachment) -> dict[str, Any]:
    out = getattr(one, "taken_out", None)
    return {
        "id": one.pk,
        "name": one.name,
        "kind": one.kind,
        "size": one.size,
        "sha256": one.sha256,
        "added_by": one.added_by.username,
        "added_at": one.added_at,
        "taken_out_by": out.person.username if out else None,
        "taken_out_at": out.at if out else None,
        "stands": is_intact(one),
        "href": f"{_address(found)}/attachments/{one.pk}",
    }


def _replays(found: ChangeRequest, caller: Caller) -> list[dict[str, Any]] | None:
    """None where the caller may not look at them, so that none is never mistaken for nothing."""
    if caller.person is None or not may(caller.person.roles, Duty.READ_IMPACT):
        return None
    return [
        {
            "state": one.state,
            "since": one.since,
            "until": one.until,
            "requested_at": one.requested_at,
            "requested_by": one.requested_by,
            "outdated": one.outdated,
            "page": one.page,
        }
        for one in proposal_replays(found.kind, found.record_id, caller.site_id)
    ]


def _address(found: ChangeRequest) -> str:
    return f"/api/v1/change-requests/{found.number}"
