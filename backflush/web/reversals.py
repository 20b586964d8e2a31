"""Reversals: what waits for QA's signature, and the page on which one is signed or declined."""

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from backflush.actions.decline_reversal import decline_reversal
from backflush.actions.reverse_posting import meaning_of, reverse_posting
from backflush.models import Posting, ReversalRequest
from backflush.queries.corrections import corrected_report
from backflush.queries.postings import ledger_of_entries, posting_number
from backflush.queries.reporters import reported_by
from backflush.queries.reversals import (
    reported_body,
    reporters_of,
    reversal_content,
    reversal_facts,
    signed_reversals,
    where_lot_went,
)
from backflush.rules.report import Report
from backflush.rules.reversal import reversal_refusals, signer_refusals
from backflush.web.corrections import shown_preview, told
from backflush.web.explained import unit_symbols
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, status_of, the_site
from masterdata.pages.figures import since, when
from masterdata.pages.signatures import shown
from masterdata.pages.signing import ticket_of
from masterdata.rules.duties import Duty
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.refusal import Refused
from masterdata.rules.signatures import content_digest
from traceability.models import MaterialLot, WorkOrder

STATES = [("open", "waiting for QA"), ("signed", "signed"), ("declined", "declined")]
_SHOWN = {"open": "that wait for QA", "signed": "that were signed", "declined": "that were declined"}
TONES = {"open": "soon", "signed": "good", "declined": "idle"}


@desk_page()
def reversals(request: HttpRequest) -> HttpResponse:
    """Requests, those that wait first."""
    site, now = the_site(request), timezone.now()
    filters = lists.filtered(request, [lists.Filter("state", "State", STATES), lists.Filter("order", "Order")])
    asked = lists.values(filters)
    rows = (
        ReversalRequest.objects.filter(posting__site_id=site.pk)
        .select_related("posting", "requested_by", "reason", "signature", "declined_by", "reversal", "correction")
        .defer("posting__facts", "reversal__facts", "correction__facts")
        .annotate(signed_of_order=signed_reversals())
    )
    # without a choice the worklist is shown, and says so; "all" is asked for by an empty choice
    wanted = asked["state"] or ("open" if "state" not in request.GET else "")
    if wanted == "open":
        rows = rows.filter(reversal=None, declined_at=None)
    elif wanted:
        rows = rows.filter(reversal__isnull=False) if wanted == "signed" else rows.filter(declined_at__isnull=False)
    if asked["order"]:
        orders = WorkOrder.objects.filter(site=site, number__icontains=asked["order"]).values("id")
        rows = rows.filter(posting__order_id__in=orders)
    filters = [
        lists.Filter(one.name, one.label, one.choices, one.kind, wanted if one.name == "state" else one.value)
        for one in filters
    ]
    numbers = dict(WorkOrder.objects.filter(pk__in=rows.values("posting__order_id")).values_list("id", "number"))
    listing = lists.Listing(
        name="requests",
        rows=rows.order_by("requested_at"),
        order="requested_at",
        file=f"reversals {dict(STATES)[wanted]}".replace(" ", "-") if wanted else "reversals",
        filters=filters,
        all_url="?state=",
        empty="No reversal waits for a signature." if wanted == "open" else "No reversal fits.",
        empty_hint="A reversal is asked for on the page of its posting.",
        columns=_columns(numbers, now),
        context={
            "title": "Reversals",
            "intro": "Asked for on a posting, signed by QA: never by who reported or asked."
            + (
                f" Only those {_SHOWN[wanted]} are shown and exported; the choice “all” adds the rest."
                if wanted
                else ""
            ),
        },
    )
    return lists.show_list(request, listing)


def _columns(numbers: dict[int, str], now: datetime) -> list[lists.Column]:
    return [
        lists.Column("Posting", _posting_cell, sort="posting", by="posting__number"),
        lists.Column("Order", lambda row: lists.text(numbers.get(row.posting.order_id, ""), code=True)),
        lists.Column("What", lambda row: lists.text("correction" if row.corrected else "reversal")),
        lists.Column("Good", lambda row: lists.number(row.posting.good), number=True),
        lists.Column(
            "Reversed of the order",
            lambda row: lists.number(row.signed_of_order),
            sort="signed_of_order",
            number=True,
        ),
        lists.Column("Reason", lambda row: lists.text(row.reason.name), sort="reason", by="reason__code"),
        lists.Column("What happened", lambda row: lists.text(row.note)),
        lists.Column(
            "Asked for by", lambda row: lists.text(row.requested_by.name), sort="who", by="requested_by__name"
        ),
        lists.Column("Waiting", lambda row: lists.text(since(row.requested_at, now)), sort="requested_at"),
        lists.Column("State", lambda row: lists.text(dict(STATES)[state_of(row)], tone=TONES[state_of(row)])),
        lists.Column("", lambda row: lists.text("Open", reverse("reversal", args=[row.pk]))),
    ]


def state_of(request: ReversalRequest) -> str:
    if request.reversal_id:
        return "signed"
    return "declined" if request.declined_at else "open"


@desk_page(to_change=Duty.SIGN_REVERSAL)
def reversal(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what, why, who asked, what it will move, where the output went; sign or decline."""
    asked = _find(request, pk)
    if request.method != "POST":
        return _page(request, asked)
    try:
        now = timezone.now()
        made = reverse_posting(request=asked, ticket=ticket_of(request, now), now=now)
    except Refused as refused:
        return _page(request, _find(request, pk), refused=refused)
    number, reversal_of = posting_number(made.number), posting_number(asked.posting.number)
    settled = _find(request, pk)
    anew = f", and what is right is posted as {posting_number(settled.correction.number)}" if settled.correction else ""
    messages.success(request, f"{reversal_of} is reversed by {number}{anew}.")
    return redirect("posting", number)


@desk_page(to_change=Duty.SIGN_REVERSAL)
def reversal_decline(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _find(request, pk)
    if request.method != "POST":
        return redirect("reversal", pk)
    note = request.POST.get("note", "").strip()[:300]
    try:
        decline_reversal(request=asked, actor=person_of(request), now=timezone.now(), note=note)
    except Refused as refused:
        return _page(request, _find(request, pk), refused=refused)
    messages.success(request, f"Declined. {posting_number(asked.posting.number)} stands.")
    return redirect("reversals")


def _find(request: HttpRequest, pk: int) -> ReversalRequest:
    found = (
        ReversalRequest.objects.filter(pk=pk, posting__site_id=the_site(request).pk)
        .select_related("posting", "requested_by", "reason", "signature", "declined_by", "reversal", "correction")
        .first()
    )
    if found is None:
        raise Http404("There is no such request.")
    return found


def _page(request: HttpRequest, asked: ReversalRequest, *, refused: Refused | None = None) -> HttpResponse:
    state = state_of(asked)
    content = reversal_content(asked)
    posting: Posting = asked.posting
    corrected = corrected_report(asked) if asked.corrected else None
    anew = Fraction(corrected.good) if corrected else ZERO
    against = reversal_refusals(reversal_facts(posting, anew=anew)) if state == "open" else []
    person = person_of(request)
    mine = signer_refusals(
        signer=person.pk,
        requester=asked.requested_by_id,
        reporters=reporters_of(posting),
        name=person.name,
        number=posting_number(posting.number),
    )
    context = {
        "asked": asked,
        "state": state,
        "state_words": dict(STATES)[state],
        "tone": TONES[state],
        "number": posting_number(posting.number),
        "posting": posting,
        "content": {**content, "lines": _lines(posting, content)},
        "facts": _facts(asked, content),
        "signed_facts": [
            {"name": "Posting", "value": content["posting"], "code": True},
            {"name": "Order and operation", "value": f"{content['order']}, {content['operation']}"},
            {"name": "Reason", "value": f"{content['reason']} {content['note']}"},
            {"name": "Asked for by", "value": f"{asked.requested_by.name} ({content['requested_by']})"},
            {"name": "Lines", "value": f"all {len(content['lines'])}, as listed above"},
            *(
                {"name": f"Posted instead: {one['name']}", "value": f"{one['now']} (was {one['was']})"}
                for one in (told(reported_body(posting), json.loads(asked.corrected)) if asked.corrected else ())
            ),
        ],
        **_correcting(asked, corrected, reversible=state == "open" and not against),
        "where": _where(posting),
        "digest": content_digest(content),
        "meaning": meaning_of(asked),
        "signatures": shown(asked.signature, "reversal", asked.pk),
        "against": against,
        "not_me": mine if can(request, Duty.SIGN_REVERSAL) and state == "open" else [],
        "may_decline": state == "open" and can(request, Duty.SIGN_REVERSAL),
        "reversal_number": posting_number(asked.reversal.number) if asked.reversal else "",
        "refusals": refused.refusals if refused else (),
        "note_text": request.POST.get("note", "") if refused else "",
        "trail": [{"label": "Reversals", "url": reverse("reversals")}, {"label": posting_number(posting.number)}],
    }
    return render(request, "backflush/reversal.html", context, status=status_of(refused.refusals) if refused else 200)


def _lines(posting: Posting, content: dict[str, Any]) -> list[dict[str, Any]]:
    """The signed lines are the ledger's, in its order; ids only lead on and are no part of what is signed."""
    symbols, rows = unit_symbols(), ledger_of_entries([posting.entry_id]).get(posting.entry_id, [])
    return [
        {
            **line,
            "unit": symbols.get(line["unit"], line["unit"]),
            "item_id": row["item_id"],
            "lot_id": row["lot_id"],
        }
        for line, row in zip(content["lines"], rows, strict=True)
    ]


def _correcting(asked: ReversalRequest, corrected: Report | None, *, reversible: bool) -> dict[str, Any]:
    """Of a correction, what differs and what would post in place of what is reversed."""
    if corrected is None:
        return {"action": "Sign and reverse"}
    return {
        "action": "Sign and correct",
        "corrects": True,
        "differences": told(reported_body(asked.posting), json.loads(asked.corrected)),
        "correction_number": posting_number(asked.correction.number) if asked.correction else "",
        **(shown_preview(asked.posting, corrected, asked.requested_by_id) if reversible else {}),
    }


def _facts(asked: ReversalRequest, content: dict[str, Any]) -> list[dict[str, Any]]:
    posting = asked.posting
    facts = [
        {
            "name": "Posting",
            "value": content["posting"],
            "url": reverse("posting", args=[content["posting"]]),
            "code": True,
        },
        {"name": "Order", "value": content["order"], "url": reverse("order", args=[posting.order_id]), "code": True},
        {"name": "Operation", "value": posting.operation_number, "code": True},
        {"name": "Reason", "value": f"{asked.reason.name} ({asked.reason.code})"},
        {"name": "What happened", "value": asked.note},
        {"name": "Asked for by", "value": f"{asked.requested_by.name}, {when(asked.requested_at)}"},
        {"name": "Reported by", "value": reported_by(posting)},
    ]
    if asked.declined_by:
        facts.append({"name": "Declined by", "value": f"{asked.declined_by.name}, {when(asked.declined_at)}"})
    return facts


def _where(posting: Posting) -> dict[str, Any] | None:
    """Where the output of the posting went since."""
    lot = MaterialLot.objects.filter(pk=posting.output_lot_id).select_related("item").first()
    if lot is None:
        return None
    return {"lot": lot, "places": where_lot_went(lot.pk)}


def _posting_cell(row: ReversalRequest) -> lists.Cell:
    number = posting_number(row.posting.number)
    return lists.text(number, reverse("posting", args=[number]), code=True)
