"""The outbox: how far it is, who follows it and how far they are, what could not be delivered, and sending that again."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from backflush.actions.define_webhook import define_webhook, renew_webhook_secret, set_webhook_enabled
from backflush.actions.retry_delivery import retry_delivery
from backflush.models import WebhookAttempt, WebhookEndpoint
from backflush.queries.outbox import head_of, messages_after
from backflush.queries.outbox_followers import consumers_of, deliveries_of, endpoints_of, last_message, state_of
from backflush.queries.postings import posting_number
from backflush.rules.goods_movements import csv_file
from backflush.rules.webhooks import LONGEST_URL
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, status_of, the_site
from masterdata.pages.figures import figure, when
from masterdata.pages.forms import form_page, reason_field
from masterdata.pages.histories import history_of
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refused

TONES = {"level": "good", "behind": "soon", "failing": "soon", "dead": "blocked", "stopped": "idle"}
STATES = [("taken", "taken"), ("failed", "not taken")]


@desk_page(Duty.READ_OUTBOX)
def outbox(request: HttpRequest) -> HttpResponse:
    """Head, endpoints and consumers; the CSV of all goods movements."""
    site = the_site(request)
    head, last = head_of(site.pk), last_message(site.pk)
    facts: list[dict[str, Any]] = [
        {"name": "Last position", "value": figure(head)},
        {"name": "Posted", "value": when(last.recorded_at, seconds=True) if last else "nothing yet"},
    ]
    if last:
        number = posting_number(last.position)
        facts.append({"name": "Posting", "value": number, "url": reverse("posting", args=[number]), "code": True})
    found = list(endpoints_of(site.pk))
    context = {
        "head_facts": facts,
        "head": head,
        "dead": [row for row in found if state_of(row, head).word == "dead"],
        "endpoint_columns": [
            {"label": label} for label in ("Endpoint", "Address", "State", "Taken up to", "Last taken")
        ],
        "endpoint_rows": [{"cells": _endpoint_cells(row, head)} for row in found],
        "consumer_columns": [{"label": label} for label in ("Consumer", "Acknowledged up to", "State", "When", "By")],
        "consumer_rows": [{"cells": _consumer_cells(row, head)} for row in consumers_of(site.pk)],
        "may_manage": can(request, Duty.MANAGE_WEBHOOKS),
        "may_retry": can(request, Duty.RETRY_DELIVERY),
    }
    return render(request, "backflush/outbox.html", context)


def _endpoint_cells(row: Any, head: int) -> list[lists.Cell]:
    state = state_of(row, head)
    return [
        lists.text(row.name, reverse("outbox-endpoint", args=[row.pk])),
        lists.text(row.url, code=True),
        lists.text(state.sentence, tone=TONES[state.word]),
        lists.number(row.progress.position),
        lists.moment(row.progress.delivered_at),
    ]


def _consumer_cells(row: Any, head: int) -> list[lists.Cell]:
    behind = head - row.position
    return [
        lists.text(row.name),
        lists.number(row.position),
        lists.text(f"{behind} behind" if behind else "up to date", tone="soon" if behind else "good"),
        lists.moment(row.acknowledged_at),
        lists.text(row.person.name),
    ]


@desk_page(Duty.READ_OUTBOX)
def outbox_file(request: HttpRequest) -> HttpResponse:
    """All goods movements of the site as CSV, in order, written as it is read."""
    site_id = the_site(request).pk
    answer = StreamingHttpResponse(csv_file(_all_messages(site_id)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="goods-movements.csv"'
    return answer  # type: ignore[return-value]


def _all_messages(site_id: int) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        stretch = messages_after(site_id, after)
        if not stretch.messages:
            return
        yield from stretch.messages
        after = stretch.next_after


@desk_page(Duty.READ_OUTBOX)
def outbox_deliveries(request: HttpRequest) -> HttpResponse:
    """Every attempt to deliver, the newest first."""
    site = the_site(request)
    endpoints = [(str(row.pk), row.name) for row in endpoints_of(site.pk)]
    filters = lists.filtered(
        request, [lists.Filter("endpoint", "Endpoint", endpoints), lists.Filter("state", "State", STATES)]
    )
    asked = lists.values(filters)
    rows = deliveries_of(site.pk)
    if asked["endpoint"]:
        rows = rows.filter(endpoint_id=asked["endpoint"])
    if asked["state"]:
        rows = rows.filter(delivered=asked["state"] == "taken")
    listing = lists.Listing(
        name="deliveries",
        rows=rows,
        order="-at",
        file="deliveries",
        filters=filters,
        empty="No delivery fits.",
        empty_hint="What is posted is delivered to every endpoint within seconds.",
        columns=[
            lists.Column("Endpoint", _endpoint_link, sort="endpoint", by="endpoint__name"),
            lists.Column("From", lambda row: _posting_cell(row.first_position), sort="from", by="first_position"),
            lists.Column("To", lambda row: _posting_cell(row.last_position), sort="to", by="last_position"),
            lists.Column("Attempt", lambda row: lists.number(row.attempt), number=True),
            lists.Column("State", _attempt_state),
            lists.Column("Answer", lambda row: lists.text(row.status or ""), sort="status"),
            lists.Column("What was wrong", lambda row: lists.text(row.error)),
            lists.Column("When", lambda row: lists.moment(row.at), sort="at"),
            lists.Column("Took", lambda row: lists.number(row.milliseconds, "ms"), sort="milliseconds", number=True),
        ],
        context={
            "title": "Deliveries",
            "intro": "Every attempt to bring goods movements to an endpoint, and what came of it.",
            "trail": [{"label": "Outbox", "url": reverse("outbox")}, {"label": "Deliveries"}],
        },
    )
    return lists.show_list(request, listing)


def _endpoint_link(row: WebhookAttempt) -> lists.Cell:
    return lists.text(row.endpoint.name, reverse("outbox-endpoint", args=[row.endpoint_id]))


def _posting_cell(position: int) -> lists.Cell:
    number = posting_number(position)
    return lists.text(number, reverse("posting", args=[number]), code=True)


def _attempt_state(row: WebhookAttempt) -> lists.Cell:
    return lists.text("taken" if row.delivered else "not taken", tone="good" if row.delivered else "blocked")


class EndpointForm(forms.Form):
    name = forms.CharField(max_length=60, label="Name")
    url = forms.CharField(max_length=LONGEST_URL, label="Address", help_text="https://host/path")
    after = forms.IntegerField(
        min_value=0, label="Go on after position", help_text="0 delivers everything that was ever posted."
    )


@desk_page(Duty.MANAGE_WEBHOOKS)
def endpoint_new(request: HttpRequest) -> HttpResponse:
    """Define an endpoint; the answer alone shows its secret."""
    site = the_site(request)

    def define(asked: dict[str, Any]) -> HttpResponse:
        made, secret = define_webhook(site=site, actor=person_of(request), now=timezone.now(), **asked)
        return _secret_page(request, made, secret)

    form = EndpointForm(request.POST or None, initial={"after": head_of(site.pk)})
    trail = [{"label": "Outbox", "url": reverse("outbox")}, {"label": "Define an endpoint"}]
    note = "The secret that its deliveries are signed with is shown once, on the next page."
    intro = "Goods movements are delivered there in order, each once it was taken."
    return form_page(
        request, form, define, title="Define an endpoint", trail=trail, action="Define it", intro=intro, note=note
    )


@desk_page(Duty.READ_OUTBOX)
def endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """One endpoint: where it stands, what was wrong last, what may be done."""
    return _endpoint_page(request, _find(request, pk))


def _endpoint_page(request: HttpRequest, found: Any, refused: Refused | None = None) -> HttpResponse:
    progress, head = found.progress, head_of(found.site_id)
    state = state_of(found, head)
    last = found.attempts.order_by("-id").first()
    facts: list[dict[str, Any]] = [
        {"name": "Address", "value": found.url, "code": True},
        {"name": "State", "value": state.sentence, "tone": TONES[state.word]},
        {"name": "Taken up to", "value": f"{figure(progress.position)} of {figure(head)}"},
        {"name": "Last taken", "value": when(progress.delivered_at)},
        {"name": "Next attempt", "value": when(progress.next_at) if state.word == "failing" else ""},
    ]
    context = {
        "endpoint": found,
        "state": state,
        "tone": TONES[state.word],
        "facts": facts,
        "fault": last.error if last and not last.delivered and progress.attempts else "",
        "stuck_at": posting_number(progress.position + 1),
        "history": history_of(found),
        "may_manage": can(request, Duty.MANAGE_WEBHOOKS),
        "may_retry": bool(progress.attempts) and can(request, Duty.RETRY_DELIVERY),
        "refusals": refused.refusals if refused else (),
        "trail": [{"label": "Outbox", "url": reverse("outbox")}, {"label": found.name}],
    }
    return render(
        request, "backflush/outbox_endpoint.html", context, status=status_of(refused.refusals) if refused else 200
    )


@desk_page(Duty.READ_OUTBOX, to_change=Duty.RETRY_DELIVERY)
def endpoint_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Send what was given up again."""
    found = _find(request, pk)
    if request.method != "POST":
        return redirect("outbox-endpoint", pk)
    try:
        retry_delivery(endpoint=found, actor=person_of(request), now=timezone.now())
    except Refused as refused:
        return _endpoint_page(request, found, refused)
    messages.success(request, f"It is sent to {found.name} again within seconds.")
    return redirect("outbox-endpoint", pk)


class WhyForm(forms.Form):
    reason = reason_field()


@desk_page(Duty.MANAGE_WEBHOOKS)
def endpoint_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop delivering to an endpoint, or go on, with a reason."""
    found = _find(request, pk)
    wanted = not found.enabled

    def switch(asked: dict[str, Any]) -> HttpResponse:
        set_webhook_enabled(endpoint=found, enabled=wanted, actor=person_of(request), reason=asked["reason"])
        messages.success(request, f"{found.name} {'is delivered to' if wanted else 'is stopped'} from now on.")
        return redirect("outbox-endpoint", pk)

    title = f"Deliver to {found.name} again" if wanted else f"Stop delivering to {found.name}"
    note = "" if wanted else "Nothing is lost: what is posted meanwhile is delivered once it goes on."
    return form_page(
        request, WhyForm(request.POST or None), switch, title=title, trail=_below(found, title), action=title, note=note
    )


@desk_page(Duty.MANAGE_WEBHOOKS)
def endpoint_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an endpoint a new secret, with a reason; the answer alone shows it."""
    found = _find(request, pk)

    def renew(asked: dict[str, Any]) -> HttpResponse:
        return _secret_page(
            request, found, renew_webhook_secret(endpoint=found, actor=person_of(request), reason=asked["reason"])
        )

    title = f"New secret for {found.name}"
    note = "The next delivery is signed with it already: stop the endpoint first where the receiver needs time."
    return form_page(
        request, WhyForm(request.POST or None), renew, title=title, trail=_below(found, title), action=title, note=note
    )


def _secret_page(request: HttpRequest, found: WebhookEndpoint, secret: str) -> HttpResponse:
    context = {"endpoint": found, "secret": secret, "trail": _below(found, "Secret")}
    answer = render(request, "backflush/outbox_secret.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _below(found: WebhookEndpoint, label: str) -> list[dict[str, str]]:
    return [
        {"label": "Outbox", "url": reverse("outbox")},
        {"label": found.name, "url": reverse("outbox-endpoint", args=[found.pk])},
        {"label": label},
    ]


def _find(request: HttpRequest, pk: int) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint.objects.select_related("progress"), pk=pk, site=the_site(request))
