"""Reviews of the audit trail: the list with what is overdue, starting one, marking its events, and signing what was found."""

import secrets
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.review_audit import MEANING, MOST, mark_events, sign_refusals, sign_review, start_review
from masterdata.models import AuditEvent, AuditReview
from masterdata.pages import figures, lists
from masterdata.pages.access import can, desk_page, person_of, status_of, the_site
from masterdata.pages.audit_events import DONE, Told, kind_of, who_of
from masterdata.pages.figures import when
from masterdata.pages.forms import form_page
from masterdata.pages.signatures import shown
from masterdata.pages.signing import ticket_of
from masterdata.queries.audit_samples import overdue_since, review_content, sample_again
from masterdata.queries.audit_trail import ActorNames, audited_tables, name_of
from masterdata.queries.thresholds import threshold, time_limit
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refused
from masterdata.rules.signatures import content_digest
from masterdata.rules.vocabulary import ReviewTarget, ReviewVerdict, ThresholdCode

TARGETS = {
    ReviewTarget.ANY: "any change",
    ReviewTarget.DELETIONS: "what was removed",
    ReviewTarget.OUTSIDE_HOURS: "changes outside working hours",
    ReviewTarget.CREDENTIALS: "credentials and rights",
    ReviewTarget.OTHER_HANDS: "updates of the product, and hands at the database",
}
STATES = [("open", "not signed"), ("signed", "signed")]
_VERDICTS = {ReviewVerdict.IN_ORDER.value: "in order", ReviewVerdict.QUESTION.value: "question", "": "not marked"}


@desk_page(Duty.READ_AUDIT_TRAIL)
def audit_reviews(request: HttpRequest) -> HttpResponse:
    """All reviews of the site, the newest first; above them, whether one is overdue."""
    site = the_site(request)
    filters = lists.filtered(
        request,
        [
            lists.Filter("state", "State", STATES),
            lists.Filter("target", "Looks at", [(one.value, words) for one, words in TARGETS.items()]),
        ],
    )
    asked = lists.values(filters)
    rows = AuditReview.objects.filter(site=site).select_related("started_by", "signature")
    if asked["state"]:
        rows = rows.filter(signature__isnull=asked["state"] == "open")
    if asked["target"]:
        rows = rows.filter(target=asked["target"])
    overdue = overdue_since(site, timezone.now())
    every = figures.figure(threshold(ThresholdCode.AUDIT_REVIEW_DAYS))
    may = can(request, Duty.REVIEW_AUDIT_TRAIL)
    listing = lists.Listing(
        name="reviews",
        rows=rows,
        order="-no",
        file="audit-reviews",
        filters=filters,
        empty="The audit trail was not reviewed yet.",
        empty_hint="QA starts a review of a period here.",
        columns=[
            lists.Column(
                "No.", lambda row: lists.text(row.pk, reverse("audit-review", args=[row.pk])), sort="no", by="pk"
            ),
            lists.Column("From", lambda row: lists.moment(row.since), sort="since"),
            lists.Column("To", lambda row: lists.moment(row.until), sort="until"),
            lists.Column("Looks at", lambda row: lists.text(_aim_told(row))),
            lists.Column("Events", lambda row: lists.number(row.size), number=True),
            lists.Column("Of", lambda row: lists.number(row.population), number=True),
            lists.Column("Seed", lambda row: lists.text(row.seed, code=True)),
            lists.Column("Started by", lambda row: lists.text(row.started_by.name)),
            lists.Column("State", _state),
            lists.Column("Signed", lambda row: lists.moment(row.signed_at), sort="signed", by="signed_at"),
        ],
        context={
            "title": "Audit reviews",
            "intro": f"Somebody looks into the audit trail at least every {every} days, and signs what was found.",
            "overdue": when(overdue),
            "actions": [{"label": "Start a review", "url": reverse("audit-review-new"), "primary": True}]
            if may
            else [],
        },
    )
    return lists.show_list(request, listing, template="masterdata/audit_reviews.html")


class ReviewForm(forms.Form):
    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(
        label="To, that day included", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    target = forms.ChoiceField(label="Looks at", choices=[(one.value, words) for one, words in TARGETS.items()])
    tbl = forms.ChoiceField(label="Kind of record", required=False)
    of_record = forms.CharField(label="Record (its code or number)", required=False, max_length=200)
    who = forms.CharField(label="Who", required=False, max_length=120, help_text="A name, a user name or a device.")
    size = forms.IntegerField(label="Events to look at", min_value=1, max_value=MOST, initial=25)
    seed = forms.CharField(
        label="Seed",
        max_length=60,
        help_text="Decides which events are drawn: with the same seed, anybody draws the same ones again.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tables = [(table, kind_of(table)) for table in audited_tables()]
        self.fields["tbl"].choices = [("", "every kind"), *tables]  # type: ignore[attr-defined]


@desk_page(Duty.REVIEW_AUDIT_TRAIL)
def audit_review_new(request: HttpRequest) -> HttpResponse:
    """Choose period, aim, size and seed; the sample is drawn at once."""
    site, today = the_site(request), timezone.localdate()

    def start(asked: dict[str, Any]) -> HttpResponse:
        since, until = asked.pop("since"), asked.pop("until")
        asked["target"] = ReviewTarget(asked["target"])
        made = start_review(
            site=site,
            since=lists.day_begins(since),
            until=lists.day_begins(until + timedelta(days=1)),
            actor=person_of(request),
            now=timezone.now(),
            **asked,
        )
        messages.success(request, f"{made.size} of {made.population} events are drawn.")
        return redirect("audit-review", made.pk)

    last = AuditReview.objects.filter(site=site, signed_at__isnull=False).order_by("-until").first()
    every = time_limit(ThresholdCode.AUDIT_REVIEW_DAYS)
    begins = timezone.localdate(last.until) if last else today - (every or timedelta(days=30))
    initial = {"since": begins, "until": today, "target": ReviewTarget.ANY.value, "seed": secrets.token_hex(4)}
    form = ReviewForm(request.POST or None, initial=initial)
    trail = [{"label": "Audit reviews", "url": reverse("audit-reviews")}, {"label": "Start a review"}]
    return form_page(
        request, form, start, title="Start a review", trail=trail, action="Draw the sample", wide=True,
        note=f"Working hours here are {settings.WORKING_HOURS}.",
    )  # fmt: skip


@desk_page(Duty.READ_AUDIT_TRAIL, to_change=Duty.REVIEW_AUDIT_TRAIL)
def audit_review(request: HttpRequest, pk: int) -> HttpResponse:
    """One review: its events, old against new; sent, what was marked is kept."""
    found = _find(request, pk)
    if request.GET.get("format") == "csv":
        return _as_csv(request, found)
    if request.method != "POST":
        return _page(request, found)
    given = {
        position: (verdict, request.POST.get(f"remark-{position}", "")[:500])
        for position in found.events.values_list("position", flat=True)
        if (verdict := request.POST.get(f"verdict-{position}", ""))
    }
    try:
        seen = lists.as_moment(request.POST.get("seen_at", "")[:40])
        changed = mark_events(review=found, found=given, actor=person_of(request), now=timezone.now(), seen_at=seen)
    except Refused as refused:
        return _page(request, found, refused=refused)
    messages.success(request, f"{changed} marked." if changed else "Nothing was marked otherwise than before.")
    return redirect("audit-review", pk)


@desk_page(Duty.REVIEW_AUDIT_TRAIL)
def audit_review_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """First the conclusion, then a signature over it, the sample and every finding."""
    found, now = _find(request, pk), timezone.now()
    if request.method != "POST":
        return redirect("audit-review", pk)
    conclusion = request.POST.get("conclusion", "").strip()[:500]
    if "password" not in request.POST:
        faults = sign_refusals(found, conclusion)
        return _page(request, found, refused=Refused(*faults) if faults else None, conclusion=conclusion)
    try:
        sign_review(review=found, conclusion=conclusion, ticket=ticket_of(request, now), now=now)
    except Refused as refused:
        return _page(request, _find(request, pk), refused=refused, conclusion=conclusion)
    messages.success(request, "The review is signed. Nothing of it changes any more.")
    return redirect("audit-review", pk)


def _find(request: HttpRequest, pk: int) -> AuditReview:
    rows = AuditReview.objects.select_related("started_by", "signature", "site")
    found = rows.filter(pk=pk, site=the_site(request)).first()
    if found is None:
        raise Http404("There is no such review at this site.")
    return found


def _page(
    request: HttpRequest, found: AuditReview, *, refused: Refused | None = None, conclusion: str = ""
) -> HttpResponse:
    signed, may = found.signature is not None, can(request, Duty.REVIEW_AUDIT_TRAIL)
    open_events = found.events.filter(verdict="").count()
    signing = bool(conclusion) and may and not signed and not open_events
    content = review_content(found, conclusion) if signing else {}
    rows = _events(request, found)
    context = {
        "review": found,
        "title": f"Audit review {found.pk}",
        "signed": signed,
        "facts": _facts(found),
        "rows": rows,
        "open_events": open_events,
        "may_mark": may and not signed,
        "seen_at": request.POST.get("seen_at", "")[:40] or timezone.now().isoformat(),
        "conclusion": conclusion,
        "digest": content_digest(content) if signing else "",
        "meaning": MEANING,
        "signed_facts": [
            {
                "name": "Sample",
                "value": f"the {found.size} events above, drawn by seed {found.seed} of {found.population}",
            },
            {"name": "In order", "value": str(sum(one["verdict"] == ReviewVerdict.IN_ORDER for one in rows))},
            {"name": "Questions", "value": str(sum(one["verdict"] == ReviewVerdict.QUESTION for one in rows))},
            {"name": "Conclusion", "value": conclusion},
        ],
        "signatures": shown(found.signature, "audit_review", found.pk),
        "refusals": refused.refusals if refused else (),
        "trail": [{"label": "Audit reviews", "url": reverse("audit-reviews")}, {"label": f"No. {found.pk}"}],
    }
    status = status_of(refused.refusals) if refused else 200
    return render(request, "masterdata/audit_review.html", context, status=status)


def _events(request: HttpRequest, found: AuditReview) -> list[dict[str, Any]]:
    """Every event of the sample in words, with what was found of it, or what was just sent."""
    rows = list(found.events.select_related("marked_by").order_by("position"))
    events = AuditEvent.objects.in_bulk([one.event_id for one in rows])
    told, names = Told(), ActorNames()
    shown_rows = []
    for one in rows:
        event = events.get(one.event_id)
        sent = request.POST if request.method == "POST" else {}
        shown_rows.append(
            {
                "position": one.position,
                "event": one.event_id,
                "at": figures.when(event.at, seconds=True) if event else "",
                "who": who_of(event, names) if event else "",
                "record": f"{told.kind(event)} {name_of(event)}" if event else "the event is gone: call QA",
                "done": DONE.get(event.op, event.op) if event else "",
                "changes": told.changes(event)["raw"] if event else "",
                "why": event.reason if event else "",
                "role": event.db_user if event else "",
                "verdict": sent.get(f"verdict-{one.position}", one.verdict),
                "verdict_words": _VERDICTS[one.verdict],
                "remark": sent.get(f"remark-{one.position}", one.remark),
                "by": f"{one.marked_by.name}, {when(one.marked_at)}" if one.marked_by else "",
            }
        )
    return shown_rows


def _facts(found: AuditReview) -> list[dict[str, Any]]:
    again = sample_again(found) == list(found.events.order_by("position").values_list("event_id", flat=True))
    return [
        {"name": "Period", "value": f"{when(found.since)} to {when(found.until)}"},
        {"name": "Looks at", "value": _aim_told(found)},
        {"name": "Sample", "value": f"{found.size} of {found.population} events, up to event {found.last_event}"},
        {"name": "Seed", "value": found.seed, "code": True},
        {
            "name": "Drawn again now",
            "value": "the same events" if again else "OTHER events: call QA",
            "tone": "good" if again else "blocked",
        },
        {"name": "Started", "value": f"by {found.started_by.name}, {when(found.started_at)}"},
        *([{"name": "Conclusion", "value": found.conclusion}] if found.conclusion else []),
    ]


def _aim_told(row: AuditReview) -> str:
    parts = [TARGETS[ReviewTarget(row.target)]]
    if row.target == ReviewTarget.OUTSIDE_HOURS:
        parts[0] += f" ({row.hours})"
    parts += [f"of {kind_of(row.tbl)}"] if row.tbl else []
    parts += [f"record {row.record}"] if row.record else []
    parts += [f"by {row.who}"] if row.who else []
    return ", ".join(parts)


def _state(row: AuditReview) -> lists.Cell:
    if row.signature is not None:
        return lists.text(f"signed by {row.signature.printed_name}", tone="good")
    left = row.events.filter(verdict="").count()
    return lists.text(f"{left} events not marked" if left else "waits for a signature", tone="soon")


def _as_csv(request: HttpRequest, found: AuditReview) -> HttpResponse:
    names = {
        "position": "No.", "event": "Event", "at": "When", "who": "Who", "record": "Record", "done": "What",
        "changes": "Old → new", "why": "Why", "role": "Database role", "verdict_words": "Found", "remark": "Remark", "by": "By",
    }  # fmt: skip
    columns = [lists.Column(label, lambda row, name=name: lists.text(row[name])) for name, label in names.items()]  # type: ignore[misc]
    listing = lists.Listing(
        name="events",
        rows=_events(request, found),
        columns=columns,
        order="",
        file=f"audit-review-{found.pk}",
        empty="",
    )
    return lists.as_csv(request, listing)
