"""Who follows the outbox of a site and how far they are: consumers, endpoints, their deliveries."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from backflush.models import OutboxConsumer, OutboxMessage, WebhookAttempt, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class EndpointState:
    """What an endpoint is doing: `dead`, `stopped`, `failing`, `behind` or `level`, and the words for it."""

    word: str
    sentence: str


def endpoints_of(site_id: int) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(site_id=site_id).select_related("progress").order_by("name")


def consumers_of(site_id: int) -> QuerySet[OutboxConsumer]:
    return OutboxConsumer.objects.filter(site_id=site_id).select_related("person").order_by("name")


def deliveries_of(site_id: int) -> QuerySet[WebhookAttempt]:
    """Attempts, the newest first."""
    return WebhookAttempt.objects.filter(endpoint__site_id=site_id).select_related("endpoint").order_by("-id")


def last_message(site_id: int) -> OutboxMessage | None:
    return OutboxMessage.objects.filter(site_id=site_id).order_by("-position").first()


def state_of(endpoint: WebhookEndpoint, head: int) -> EndpointState:
    """Of an endpoint with its progress."""
    progress: Any = endpoint.progress  # type: ignore[attr-defined]
    behind = head - progress.position
    if not endpoint.enabled:
        return EndpointState("stopped", f"stopped, {behind} behind")
    if progress.dead_at:
        return EndpointState("dead", f"given up after {progress.attempts} attempts, {behind} behind")
    if progress.attempts:
        return EndpointState("failing", f"failing, {progress.attempts} attempts, {behind} behind")
    return EndpointState("behind", f"{behind} behind") if behind else EndpointState("level", "up to date")
