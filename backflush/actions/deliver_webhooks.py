"""Deliver goods movements to endpoints: in order, signed, each endpoint going on only after a 2xx.

Three steps, so that no transaction waits for somebody else's server: claim what is due (a lease), send, record. A worker that
dies between the last two leaves a lease that runs out, and the same positions are sent again: at least once, never skipped.
"""

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery

from backflush.actions.define_webhook import secret_of
from backflush.actions.send_webhook import Answer, send_webhook
from backflush.models import OutboxHead, WebhookAttempt, WebhookProgress
from backflush.queries.outbox import messages_after
from backflush.rules.webhooks import ATTEMPTS, BATCH, networks_of, wait_before_next
from masterdata.actions.acting import acting
from masterdata.rules.refusal import Refused

DELIVERER = "service:webhooks"
#: longer than a delivery can take, with its name looked up and its connection made
LEASE = timedelta(seconds=60)
AT_ONCE = 8
#: a worker posts as well; what is left is for the next look
BUDGET_SECONDS = 20.0
_KEY_CHANGED = "The server's SECRET_KEY is another than when the secret was given: give the endpoint a new secret."


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is sent to one endpoint at once. `fault`: why it cannot be sent at all."""

    progress_id: int
    endpoint_id: int
    name: str
    url: str
    secret: str
    first: int
    last: int
    attempt: int
    body: bytes
    claimed_until: datetime
    fault: str = ""


def deliver_webhooks(*, now: datetime) -> int:
    """Deliver until nothing is due or the time is up; returns how many messages were taken. `now`: when this began."""
    started, taken = time.monotonic(), 0
    with ThreadPoolExecutor(AT_ONCE, "webhooks") as senders:
        while time.monotonic() - started < BUDGET_SECONDS:
            moment = now + timedelta(seconds=time.monotonic() - started)
            deliveries = _claim(moment)
            if not deliveries:
                break
            for delivery, (answer, took) in zip(deliveries, senders.map(_send, deliveries), strict=True):
                ended = now + timedelta(seconds=time.monotonic() - started)
                taken += _record(delivery, answer, took, ended)
    return taken


def _claim(now: datetime) -> list[Delivery]:
    """Take what is due for a while; what another worker holds is passed by."""
    head = OutboxHead.objects.filter(site_id=OuterRef("endpoint__site_id")).values("position")
    with acting(DELIVERER):
        due = (
            WebhookProgress.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
            .filter(endpoint__enabled=True, dead_at=None, next_at__lte=now)
            .filter(Q(claimed_until=None) | Q(claimed_until__lt=now))
            .annotate(head=Subquery(head))
            .filter(head__gt=F("position"))
            .select_related("endpoint__site")
            .order_by("pk")[:AT_ONCE]
        )
        rows = list(due)
        deliveries = [_delivery(row, now + LEASE) for row in rows]
        WebhookProgress.objects.filter(pk__in=[row.pk for row in rows]).update(claimed_until=now + LEASE)
    return deliveries


def _delivery(row: WebhookProgress, claimed_until: datetime) -> Delivery:
    endpoint = row.endpoint
    limit = 1 if row.attempts else BATCH
    secret, fault, messages = secret_of(endpoint), "", []
    try:
        stretch = messages_after(endpoint.site_id, row.position, limit)
        messages = stretch.messages
    except Refused as refused:
        fault = refused.refusals[0].sentence
    last = messages[-1]["position"] if messages else row.position + 1
    content = {"site": endpoint.site.code, "messages": messages, "next_after": last}
    return Delivery(
        progress_id=row.pk,
        endpoint_id=endpoint.pk,
        name=endpoint.name,
        url=endpoint.url,
        secret=secret or "",
        first=row.position + 1,
        last=last,
        attempt=row.attempts + 1,
        body=json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(),
        claimed_until=claimed_until,
        fault=fault or ("" if secret else _KEY_CHANGED),
    )


def _send(delivery: Delivery) -> tuple[Answer, int]:
    """The answer, and how many milliseconds it took. Runs beside others, and touches no database."""
    began = time.monotonic()
    if delivery.fault:
        return Answer(None, delivery.fault), 0
    answer = send_webhook(
        url=delivery.url,
        secret=delivery.secret,
        body=delivery.body,
        delivery=f"{delivery.endpoint_id}-{delivery.first}-{delivery.last}",
        timestamp=int(time.time()),
        networks=networks_of(settings.WEBHOOK_NETWORKS),
    )
    return answer, int((time.monotonic() - began) * 1000)


def _record(delivery: Delivery, answer: Answer, took: int, now: datetime) -> int:
    """Write the attempt down and move on, or wait, or give up. A lease that ran out meanwhile moves nothing."""
    with acting(DELIVERER):
        WebhookAttempt.objects.create(
            endpoint_id=delivery.endpoint_id,
            first_position=delivery.first,
            last_position=delivery.last,
            attempt=delivery.attempt,
            at=now,
            milliseconds=took,
            status=answer.status,
            error=answer.error[:300],
            delivered=answer.taken,
        )
        row = WebhookProgress.objects.select_for_update(no_key=True).get(pk=delivery.progress_id)
        if row.claimed_until != delivery.claimed_until:
            return 0
        row.claimed_until = None
        if answer.taken:
            row.position, row.attempts, row.next_at, row.delivered_at = delivery.last, 0, now, now
        else:
            row.attempts += 1
            row.next_at = now + timedelta(seconds=wait_before_next(row.attempts, random.random()))  # noqa: S311
            row.dead_at = now if row.attempts >= ATTEMPTS else None
        row.save()
    return delivery.last - delivery.first + 1 if answer.taken else 0
