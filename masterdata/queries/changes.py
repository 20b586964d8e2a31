"""Change requests: what one says, who signed it and who has to, what else is open for its record, and what it touches."""

from typing import Any

from django.db.models import F, Q, QuerySet

from masterdata.models import ChangePolicy, ChangeRequest
from masterdata.queries.attachments import signed_files
from masterdata.queries.contents import time_text
from masterdata.queries.governed import MODELS, base_of, content_of_record, find_record
from masterdata.queries.open_orders import OpenOrder, open_orders
from masterdata.rules.change_control import (
    DEFAULT_SIGNERS,
    OPEN_STATES,
    ChangeState,
    FieldChange,
    GivenSignature,
    difference,
    missing_roles,
)
from masterdata.rules.governed_kinds import KINDS
from masterdata.rules.vocabulary import RecordState

SUBJECT = "change_request"
#: Parts of a version's content that are not figures of it.
_NO_FIGURES = frozenset({"record", "version", "author", "reason"})


def all_changes() -> QuerySet[ChangeRequest]:
    return ChangeRequest.objects.select_related("author")


def required_signers(kind: str) -> list[str]:
    """The roles whose signatures a kind needs now."""
    policy = ChangePolicy.objects.filter(kind=kind).first()
    return list(policy.roles) if policy is not None else list(DEFAULT_SIGNERS[kind])


def record_of(request: ChangeRequest, *, lock: bool = False) -> Any:
    """The record (of versioned kinds the drafted version), or None where it is still to be made."""
    return find_record(request.kind, request.record_id, lock=lock)


def base_now(request: ChangeRequest, record: Any) -> dict[str, Any] | None:
    """What holds now, as the request would change it."""
    return base_of(request.kind, record)


def proposal_of(request: ChangeRequest, record: Any) -> dict[str, Any]:
    """What the request proposes: of versions everything they say, else the fields that it changes."""
    if KINDS[request.kind].versioned:
        return content_of_record(request.kind, record) if record is not None else {}
    return dict(request.proposed)


def changes_in(request: ChangeRequest, record: Any) -> list[FieldChange]:
    """Field by field against what held when it was submitted, or, of a draft, against what holds now."""
    base = base_now(request, record) if request.state == ChangeState.DRAFT else request.base
    proposed = {name: value for name, value in proposal_of(request, record).items() if name not in _NO_FIGURES}
    if not KINDS[request.kind].versioned:
        proposed = dict(request.proposed)
    return difference(base, proposed)


def content_of_request(request: ChangeRequest, record: Any) -> dict[str, Any]:
    """Exactly what is signed: what is proposed and what held, for which orders, from when on, by whom and why."""
    return {
        "record": SUBJECT,
        "number": request.number,
        "kind": request.kind,
        "subject": request.subject,
        "round": request.round,
        "reason": request.reason,
        "author": request.author.username,
        "effective_from": time_text(request.effective_from),
        "later_orders": request.later_orders,
        "orders": [
            {"order": one.order_name, "choice": one.choice} for one in request.orders.order_by("order_name", "id")
        ],
        "base": request.base,
        "proposed": proposal_of(request, record),
        **signed_files(request),
    }


def given_signatures(request: ChangeRequest) -> list[GivenSignature]:
    """Those of the present round."""
    rows = request.signatures.filter(round=request.round).order_by("id")
    return [GivenSignature(row.person_id, row.role) for row in rows]


def missing_signers(request: ChangeRequest) -> list[str]:
    """Roles that have to sign still."""
    return missing_roles(request.required_roles, given_signatures(request))


def others_open(request: ChangeRequest) -> QuerySet[ChangeRequest]:
    """Other open or waiting requests on the same record: they conflict."""
    rows = (
        all_changes().filter(kind=request.kind, state__in=[*OPEN_STATES, ChangeState.APPROVED]).exclude(pk=request.pk)
    )
    if KINDS[request.kind].versioned:
        return rows.filter(subject__startswith=f"{request.subject.rpartition(' v')[0]} v").order_by("number")
    same = Q(subject=request.subject)
    if request.record_id is not None:
        same |= Q(record_id=request.record_id)
    return rows.filter(same).order_by("number")


def open_requests_of(kind: str, record_id: int) -> QuerySet[ChangeRequest]:
    """What is proposed for a record and not decided, or decided and not in effect."""
    states = [*OPEN_STATES, ChangeState.APPROVED]
    return all_changes().filter(kind=kind, record_id=record_id, state__in=states).order_by("number")


def waiting_before(request: ChangeRequest) -> list[str]:
    """Approved requests on the same record that have not taken effect. Versions say by their own times which is later."""
    if KINDS[request.kind].versioned:
        return []
    return [str(one) for one in others_open(request).filter(state=ChangeState.APPROVED)]


def touched_orders(request: ChangeRequest, record: Any) -> list[OpenOrder]:
    """Open orders that are made by an earlier version of the record."""
    return open_orders(request.kind, record)


def undecided_orders(request: ChangeRequest, record: Any) -> list[str]:
    """Names of open orders on which the request says nothing. What is released after the submission may be decided ahead."""
    if request.later_orders and request.state != ChangeState.DRAFT:
        return []
    decided = set(request.orders.values_list("order_id", flat=True))
    return [order.name for order in touched_orders(request, record) if order.order_id not in decided]


def order_decisions(request: ChangeRequest, record: Any) -> dict[str, Any]:
    """Open orders that the change touches, each with what was decided; and those that were decided on and are not open now."""
    if request.kind != "bom_version":
        return {}
    decided = {one.order_id: one for one in request.orders.all()}
    still = touched_orders(request, record) if request.state in OPEN_STATES else []
    rows = [{"order": one, "choice": decided[one.order_id].choice if one.order_id in decided else ""} for one in still]
    known = {one.order_id for one in still}
    past = [one for order_id, one in sorted(decided.items()) if order_id not in known]
    return {"rows": rows, "past": past, "asked": request.state in OPEN_STATES}


def about_item(code: str) -> Q:
    """Requests on an item of this code, or on what belongs to it: BOM versions, factors, triggers, operations, labels."""
    found = Q(kind="item", subject=code)
    for kind in ("bom_version", "unit_factor", "trigger_definition", "operation", "label_version"):
        its = MODELS[kind]._default_manager.filter(item__code=code)
        found |= Q(kind=kind, record_id__in=its.values("pk")) | Q(kind=kind, proposed__item=code)
    return found


def changes_of(kind: str, record_id: int) -> QuerySet[ChangeRequest]:
    """Every request on one record, newest first."""
    return all_changes().filter(kind=kind, record_id=record_id).order_by("-number")


def live_change(kind: str, record_id: int) -> ChangeRequest | None:
    """The request that decides on a version; None where there is none that was not withdrawn or rejected."""
    ended = [ChangeState.WITHDRAWN, ChangeState.REJECTED]
    return changes_of(kind, record_id).exclude(state__in=ended).first()


def waits_for_nobody(kind: str, version: Any) -> bool:
    """Whether a version is submitted and no request decides on it: it was submitted before there were requests."""
    return version.state == RecordState.SUBMITTED and live_change(kind, version.pk) is None


def waiting_for(roles: list[str], person_id: int) -> QuerySet[ChangeRequest]:
    """Submitted requests that somebody with these roles could sign: not their own, and not signed by them already."""
    rows = all_changes().filter(state=ChangeState.SUBMITTED, required_roles__overlap=list(roles))
    signed = Q(signatures__person_id=person_id, signatures__round=F("round"))
    return rows.exclude(author_id=person_id).exclude(pk__in=ChangeRequest.objects.filter(signed).values("pk"))
