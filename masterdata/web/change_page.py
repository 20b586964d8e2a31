"""The page of one change request: what differs, why, which orders it touches, who signed and who has to, what to do next."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.submit_change import change_faults
from masterdata.models import ChangeRequest
from masterdata.pages.access import can, person_of, status_of
from masterdata.pages.attachments import most_bytes, size_in_words
from masterdata.pages.beside import beside
from masterdata.pages.changes import checked_signatures, difference_rows
from masterdata.pages.figures import when
from masterdata.pages.histories import history_of
from masterdata.pages.signatures import manifested
from masterdata.pages.signed_words import told
from masterdata.queries.attachments import attachments_of, is_intact
from masterdata.queries.changes import (
    content_of_request,
    given_signatures,
    missing_signers,
    others_open,
    record_of,
)
from masterdata.rules.attachments import ENDINGS
from masterdata.rules.change_control import OPEN_STATES, ChangeState, signing_refusals
from masterdata.rules.duties import Duty
from masterdata.rules.governed_kinds import KINDS
from masterdata.rules.plant_words import role_words
from masterdata.rules.refusal import Refusal
from masterdata.rules.signatures import content_digest
from masterdata.web.change_orders import chosen, orders_shown

TONES = {
    "draft": "idle",
    "submitted": "soon",
    "approved": "good",
    "rejected": "blocked",
    "withdrawn": "idle",
    "effective": "good",
    "superseded": "idle",
}
_ADDRESSES = {
    "bom_version": "bom",
    "unit_factor": "unit-factor",
    "trigger_definition": "trigger",
    "item": "item",
}
_LISTS = {"reason": "reasons", "bin": "bins", "production_line": "lines", "supplier": "suppliers"}


def change_page(
    request: HttpRequest, found: ChangeRequest, *, refusals: Sequence[Refusal] = (), typed: QueryDict | None = None
) -> HttpResponse:
    """The request as it stands; refusals of the last step above it. `typed`: a refused form of the draft, shown again."""
    record = record_of(found)
    content = content_of_request(found, record)
    person = person_of(request)
    draft = found.state == ChangeState.DRAFT
    own = found.author_id == person.pk
    faults = change_faults(found, record, timezone.now()) if found.state in OPEN_STATES else []
    context = {
        "change": found,
        "kind": KINDS[found.kind],
        "facts": _facts(found),
        "record_url": record_url(found),
        "rows": difference_rows(found, record),
        "says": told(found.kind, content["proposed"]) if KINDS[found.kind].versioned and content["proposed"] else None,
        "faults": [fault for fault in faults if fault not in refusals],
        "conflicts": list(others_open(found)) if found.state in OPEN_STATES else [],
        "orders": orders_shown(found, record, None if typed is None else chosen(typed)),
        "typed": _typed(found, typed),
        "signatures": _signatures(found),
        "missing": [f"{role_words(role)}: approval" for role in missing_signers(found)] if not draft else [],
        "beside": beside(request, found.kind, record) if record is not None else [],
        "files": _files(request, found),
        "notes": found.notes.select_related("author").order_by("id"),
        "digest": content_digest(content),
        "may_edit": draft and own,
        "edit_url": reverse("change-edit", args=[found.number])
        if not KINDS[found.kind].versioned
        else _draft_url(found),
        "may_take_back": found.state == ChangeState.SUBMITTED and own,
        "may_withdraw": own
        and (found.state in OPEN_STATES or (found.state == ChangeState.APPROVED and not KINDS[found.kind].versioned)),
        "may_note": can(request, Duty.DISCUSS_CHANGE),
        **_signing(found, person, content),
        "history": history_of(found),
        "refusals": refusals,
        "trail": [{"label": "Change requests", "url": reverse("changes")}, {"label": str(found)}],
    }
    return render(request, "masterdata/change.html", context, status=status_of(refusals) if refusals else 200)


def _files(request: HttpRequest, found: ChangeRequest) -> dict[str, Any]:
    """Files of the request, and what may be done with them."""
    draft, may = found.state == ChangeState.DRAFT, can(request, Duty.ATTACH_TO_CHANGE)
    rows = [
        {
            "file": one,
            "size": size_in_words(one.size),
            "intact": is_intact(one),
            "may_take_out": draft and may and person_of(request).pk in (found.author_id, one.added_by_id),
        }
        for one in attachments_of(found)
    ]
    return {
        "standing": [one for one in rows if not hasattr(one["file"], "taken_out")],
        "taken_out": [one for one in rows if hasattr(one["file"], "taken_out")],
        "draft": draft,
        "may_attach": draft and may,
        "endings": ",".join(ENDINGS),
        "most_bytes": most_bytes(),
        "most_megabytes": settings.ATTACHMENT_MOST_MEGABYTES,
    }


def record_url(found: ChangeRequest) -> str:
    """The record's own page, where it has one."""
    name = _ADDRESSES.get(found.kind)
    return reverse(name, args=[found.record_id]) if name and found.record_id else ""


def way_back(kind: str, record: Any, name: str) -> list[dict[str, str]]:
    """The steps that lead to a record, for the trail above its change: its list, and its own page where it has one."""
    if kind == "item":
        return [{"label": "Items", "url": reverse("items")}, {"label": name, "url": reverse("item", args=[record.pk])}]
    if kind == "operation":
        product = {"label": record.item.code, "url": reverse("product", args=[record.item_id])}
        return [{"label": "Products", "url": reverse("products")}, product]
    plural = KINDS[kind].plural
    address = reverse(_LISTS[kind]) if kind in _LISTS else reverse("change-records", args=[kind])
    return [{"label": plural[0].upper() + plural[1:], "url": address}]


def _draft_url(found: ChangeRequest) -> str:
    return reverse("bom-edit", args=[found.record_id]) if found.kind == "bom_version" else ""


def _facts(found: ChangeRequest) -> list[dict[str, Any]]:
    asked = _starts(found)
    return [
        {"name": "Record", "value": f"{KINDS[found.kind].title} {found.subject}", "url": record_url(found)},
        {"name": "Why", "value": found.reason},
        {"name": "Written by", "value": f"{found.author.name}, {when(found.created_at)}"},
        {"name": "Submitted", "value": when(found.submitted_at)},
        {"name": "Takes effect", "value": when(found.effective_at) if found.effective_at else asked},
        {"name": "Decided", "value": when(found.decided_at)},
        *([{"name": "Because", "value": found.decision_reason}] if found.decision_reason else []),
        *(
            [
                {
                    "name": "From the import",
                    "value": str(found.data_import),
                    "url": reverse("import", args=[found.data_import_id]),
                }
            ]
            if found.data_import
            else []
        ),
    ]


def _typed(found: ChangeRequest, typed: QueryDict | None) -> dict[str, str]:
    """What stands in the draft's own fields: what is saved, or what was typed last and refused."""
    since = timezone.localtime(found.effective_from) if found.effective_from else None
    saved = {
        "reason": found.reason,
        "effective_from": f"{since:%Y-%m-%dT%H:%M}" if since else "",
        "later_orders": found.later_orders,
    }
    return saved if typed is None else {name: typed.get(name, value) for name, value in saved.items()}


def _signatures(found: ChangeRequest) -> list[dict[str, Any]]:
    """Every signature, also of rounds that were taken back; one of this round is for what stands here, or broken."""
    told = []
    for one in checked_signatures(found):
        shown = manifested(one.given.signature, one.breaks, role_words(one.given.role))
        if not one.counts:
            shown["meaning"] += f" (of round {one.given.round}, taken back since: does not count)"
        told.append(shown)
    return told


def _signing(found: ChangeRequest, person: Any, content: dict[str, Any]) -> dict[str, Any]:
    """What the signature component shows to somebody who may sign; to others why not."""
    if found.state != ChangeState.SUBMITTED:
        return {}
    missing, given = missing_signers(found), given_signatures(found)
    roles = [role for role in dict.fromkeys(missing) if role in person.roles]
    role = roles[0] if roles else (missing[0] if missing else "")
    hindered = signing_refusals(
        name=str(found),
        author=found.author_id,
        signer=person.pk,
        signer_roles=person.roles,
        role=role,
        required=found.required_roles,
        given=given,
    )
    signs = bool(set(found.required_roles) & set(person.roles))
    count = len(content["proposed"])
    figures = (
        "every figure of the version" if KINDS[found.kind].versioned else f"{count} field{'s' if count != 1 else ''}"
    )
    return {
        "waits": True,
        "signs": signs and not hindered,
        "not_me": hindered if signs else [one for one in hindered if one.code == "author_is_approver"],
        "roles": [{"code": one, "label": role_words(one)} for one in roles],
        "signed_facts": [
            {"name": "Request", "value": f"{found}, round {found.round}"},
            {"name": "Record", "value": f"{KINDS[found.kind].title} {found.subject}"},
            {"name": "Why", "value": found.reason},
            {"name": "Written by", "value": found.author.name},
            {"name": "Says", "value": f"what is shown above: {figures}"},
            {"name": "Takes effect", "value": _starts(found)},
            *([{"name": "Files", "value": _named_files(content)}] if "attachments" in content else []),
            *(
                [{"name": "Open orders", "value": ", ".join(f"{o['order']}: {o['choice']}" for o in content["orders"])}]
                if content["orders"]
                else []
            ),
        ],
    }


def _named_files(content: dict[str, Any]) -> str:
    """The files that are signed; so much of each digest that it can be compared with the list."""
    return ", ".join(f"{one['name']} (SHA-256 {one['sha256'][:12]}…)" for one in content["attachments"])


def _starts(found: ChangeRequest) -> str:
    """When it takes effect; that this lies in the past is not to be overlooked."""
    if found.effective_from is None:
        return "at once, with the last signature"
    past = found.state in OPEN_STATES and found.effective_from < timezone.now()
    return when(found.effective_from) + (" – in the past, as long as nothing was made by it" if past else "")
