"""Periodic reviews: what is due, the most urgent first; and one record, read as it stands and signed."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from masterdata.actions.review_record import MEANINGS, author_refusal, next_day, review_record
from masterdata.models import LabelVersion, Operation
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, status_of
from masterdata.pages.figures import day, when, words
from masterdata.pages.overdue import TONES, ask_again
from masterdata.pages.signed_words import told
from masterdata.pages.signing import ticket_of
from masterdata.queries.reviews import (
    Reviewed,
    record_content,
    review_content,
    review_of,
    reviews_due,
    reviews_signed,
)
from masterdata.queries.whereabouts import Became, Whereabouts, whereabouts
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.reviews import KIND_WORDS, Outcome, ReviewKind, Urgency, outcome_refusals
from masterdata.rules.signatures import content_digest

_PAGES = {
    ReviewKind.ITEM: "item",
    ReviewKind.BOM: "bom",
    ReviewKind.FACTOR: "unit-factor",
    ReviewKind.TRIGGER: "trigger",
}
_HISTORIES = {ReviewKind.BIN: "bin", ReviewKind.REASON: "reason", ReviewKind.SUPPLIER: "supplier"}


@desk_page()
def reviews(request: HttpRequest) -> HttpResponse:
    """Due and overdue ones first; the rest where it is asked for."""
    found = reviews_due(timezone.now())
    owners = sorted({one.owner for one in found})
    filters = lists.filtered(
        request,
        [
            lists.Filter("when", "When", [("now", "due or overdue"), *((one.value, one.value) for one in Urgency)]),
            lists.Filter("kind", "Kind", [(kind.value, KIND_WORDS[kind]) for kind in ReviewKind]),
            lists.Filter("owner", "Owner", [(one, one) for one in owners]),
            lists.Filter("q", "Record"),
        ],
    )
    asked = lists.values(filters)
    wanted = asked["when"] or ("now" if "when" not in request.GET else "")
    filters[0] = replace(filters[0], value=wanted)
    rows = [one for one in found if _asked_for(one, wanted, asked)]
    counts = {one: sum(1 for row in found if row.urgency == one) for one in Urgency}
    listing = lists.Listing(
        name="reviews",
        rows=rows,
        order="due",
        file="reviews",
        filters=filters,
        all_url="?when=",
        empty="Nothing is due.",
        empty_hint="Every governed record is reviewed once a quarter, and when its process has changed.",
        columns=_columns(),
        context={
            "title": "Reviews",
            "intro": (
                f"{counts[Urgency.ESCALATED]} escalated, {counts[Urgency.OVERDUE]} overdue, {counts[Urgency.DUE]} due,"
                f" {counts[Urgency.LATER]} later. Escalated ones are for supervisor and QA to settle."
            ),
        },
    )
    return lists.show_list(request, listing)


def _asked_for(one: Reviewed, wanted: str, asked: dict[str, str]) -> bool:
    if wanted == "now" and one.urgency == Urgency.LATER:
        return False
    if wanted not in ("", "now") and one.urgency != wanted:
        return False
    return (
        asked["kind"] in ("", one.kind) and asked["owner"] in ("", one.owner) and asked["q"].lower() in one.name.lower()
    )


def _columns() -> list[lists.Column]:
    return [
        lists.Column(
            "Record",
            lambda row: lists.text(row.name, reverse("review", args=[row.kind, row.key]), code=True),
            sort="record",
            by=lambda row: row.name,
        ),
        lists.Column("Kind", lambda row: lists.text(KIND_WORDS[row.kind]), sort="kind", by=lambda row: row.kind),
        lists.Column("Owner", lambda row: lists.text(row.owner), sort="owner", by=lambda row: row.owner),
        lists.Column("Next review", lambda row: lists.day(row.due), sort="due", by=lambda row: row.due),
        lists.Column("Urgency", lambda row: lists.text(row.urgency, tone=TONES[row.urgency])),
        lists.Column(
            "Because", lambda row: lists.text(row.because or ("a review is due" if row.last else "never reviewed"))
        ),
        lists.Column(
            "Last review",
            lambda row: lists.moment(row.last.at if row.last else None),
            sort="last",
            by=lambda row: row.last.at if row.last else None,
        ),
        lists.Column("Outcome", lambda row: lists.text(words(row.last.outcome) if row.last else "")),
        lists.Column("By", lambda row: lists.text(row.last.person.name if row.last else "")),
        lists.Column("Remark", lambda row: lists.text(row.last.remark if row.last else "")),
    ]


@desk_page(to_change=Duty.REVIEW_RECORDS)
def review(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """The record as it stands; first the outcome, then a signature over both."""
    found = _find(kind, key)
    if isinstance(found, Whereabouts):
        return _not_in_force(request, kind, key, found, _too_late(found) if request.method == "POST" else None)
    if request.method != "POST" or "password" not in request.POST:
        return _page(request, kind, key, found)
    now = timezone.now()
    try:
        made = review_record(
            kind=kind,
            key=key,
            outcome=request.POST.get("outcome", ""),
            remark=_remark(request),
            ticket=ticket_of(request, now),
            now=now,
        )
    except Refused as refused:
        again = _find(kind, key)
        if isinstance(again, Whereabouts):  # replaced while it was read: what was signed was nothing in force
            return _not_in_force(request, kind, key, again, refused)
        return _page(request, kind, key, again, refused)
    ask_again()
    messages.success(request, f"{made.name} is reviewed: {words(made.outcome)}. Next review {day(made.next_on)}.")
    return redirect("review", kind, key)


def _find(kind: str, key: int) -> Reviewed | Whereabouts:
    """What is in force under this address; else what became of it. 404 only where there never was anything."""
    if kind not in set(ReviewKind) or key >= 2**63:
        raise Http404(f"There is no {words(kind)} {key}.")
    now = timezone.now()
    found = review_of(kind, key, now) or whereabouts(ReviewKind(kind), key, now)
    if found is None:
        raise Http404(f"There is no {KIND_WORDS[ReviewKind(kind)]} {key}.")
    return found


def _not_in_force(
    request: HttpRequest, kind: str, key: int, found: Whereabouts, refused: Refused | None = None
) -> HttpResponse:
    """What became of the record, with a way to what took its place, and every review that was signed of it."""
    context = {
        "gone": found,
        "sentence": _became(found),
        "name": found.name,
        "kind_words": KIND_WORDS[ReviewKind(kind)],
        "record_url": _record_url(ReviewKind(kind), key) if found.present else "",
        "successor_url": reverse("review", args=[kind, found.successor[0]]) if found.successor else "",
        "successor": found.successor[1] if found.successor else "",
        "signed": _signed(kind, key),
        "refusals": refused.refusals if refused else (),
        "trail": [{"label": "Reviews", "url": reverse("reviews")}, {"label": found.name}],
    }
    status = status_of(refused.refusals) if refused else 200
    return render(request, "masterdata/review_gone.html", context, status=status)


def _too_late(found: Whereabouts) -> Refused:
    return Refused(
        Refusal(
            "not_in_force",
            f"{found.name} is not in force. Nothing was signed.",
            found.name,
            "Review what is in force in its place.",
        )
    )


def _became(found: Whereabouts) -> str:
    name, at = found.name, when(found.at)
    since = f" on {at}" if at else ""
    return {
        Became.REPLACED: f"{name} is not in force any more: {found.successor[1] if found.successor else 'another'} took its"
        f" place{since}.",
        Became.ENDED: f"{name} is not in force any more: it ended{since}, and nothing took its place.",
        Became.AWAITED: f"{name} is approved, and comes into force{since}. It is reviewed from then on.",
        Became.UNAPPROVED: f"{name} is {found.state}: only what is in force is reviewed.",
        Became.OUT_OF_USE: f"{name} is out of use{since}, so no review is due.",
        Became.TAKEN_OUT: f"{name} is not there any more: it was taken out{since}.",
    }[found.became]


def _signed(kind: str, key: int) -> list[dict[str, str]]:
    return [
        {
            "at": when(one.at),
            "who": one.person.name,
            "what": f"{words(one.outcome)}, next {day(one.next_on)}",
            "why": one.remark,
        }
        for one in reviews_signed(kind, key)
    ]


def _remark(request: HttpRequest) -> str:
    return request.POST.get("remark", "").strip()[:500]


def _page(request: HttpRequest, kind: str, key: int, found: Reviewed, refused: Refused | None = None) -> HttpResponse:
    name = found.name
    refusals = list(refused.refusals) if refused else []
    own = author_refusal(found, person_of(request).pk)
    may = can(request, Duty.REVIEW_RECORDS)
    context: dict[str, Any] = {
        "found": found,
        "name": name,
        "kind": kind,
        "key": key,
        "kind_words": KIND_WORDS[ReviewKind(kind)],
        "tone": TONES[found.urgency],
        "record_url": _record_url(ReviewKind(kind), key),
        "says": told(kind, record_content(ReviewKind(kind), key)),
        "signed": _signed(kind, key),
        "own": own if may else None,
        "may_review": may and own is None,
        "outcomes": [(one.value, MEANINGS[one]) for one in Outcome],
        "given": {"outcome": request.POST.get("outcome", ""), "remark": _remark(request)},
        "trail": [{"label": "Reviews", "url": reverse("reviews")}, {"label": name}],
    }
    if request.method == "POST" and context["may_review"]:
        missing = outcome_refusals(context["given"]["outcome"], _remark(request), name)
        refusals = refusals or missing
        if not missing:
            context["signing"] = _signing(found, context["given"])
    context["refusals"] = refusals
    return render(request, "masterdata/review.html", context, status=status_of(refusals) if refusals else 200)


def _signing(found: Reviewed, given: dict[str, str]) -> dict[str, Any]:
    next_on = next_day(found, timezone.now())
    content = review_content(found, outcome=given["outcome"], remark=given["remark"], next_on=next_on)
    facts = [
        {"name": "Record", "value": f"{KIND_WORDS[found.kind]} {found.name}, as it is shown above"},
        {"name": "Outcome", "value": words(given["outcome"])},
        {"name": "Remark", "value": given["remark"]},
        {"name": "Next review", "value": day(next_on)},
    ]
    return {"facts": facts, "digest": content_digest(content), "meaning": MEANINGS[Outcome(given["outcome"])]}


def _record_url(kind: ReviewKind, key: int) -> str:
    """The page of the record."""
    if kind in _PAGES:
        return reverse(_PAGES[kind], args=[key])
    if kind in _HISTORIES:
        return reverse("record-history", args=[_HISTORIES[kind], key])
    if kind == ReviewKind.LABEL:
        item = LabelVersion.objects.filter(pk=key).values_list("item_id", flat=True).first()
        return reverse("item", args=[item]) if item else ""
    item = Operation.objects.filter(pk=key).values_list("item_id", flat=True).first()
    try:
        return reverse("product", args=[item]) if item else ""
    except NoReverseMatch:
        return ""
