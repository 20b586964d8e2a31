"""Define where goods movements are delivered to, start and stop it, and give it a new secret. The secret is shown once."""

import secrets
from contextlib import AbstractContextManager
from datetime import datetime

from django.conf import settings

from backflush.models import WebhookEndpoint, WebhookProgress
from backflush.queries.outbox import head_of
from backflush.rules.webhooks import endpoint_refusals, networks_of
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Site
from masterdata.rules.derived_secrets import derived_secret
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.tokens import token_digest


def define_webhook(
    *, site: Site, name: str, url: str, actor: object, now: datetime, after: int | None = None
) -> tuple[WebhookEndpoint, str]:
    """The endpoint and its secret. `after`: the position that delivering goes on from; 0: all of it; None: what comes now."""
    require(actor, Duty.MANAGE_WEBHOOKS)
    head = head_of(site.pk)
    position = head if after is None else after
    refusals = endpoint_refusals(url.strip(), networks_of(settings.WEBHOOK_NETWORKS))
    if not 0 <= position <= head:
        refusals.append(
            Refusal(
                "after_is_beyond_head",
                f"Position {position} is not one to go on from: the outbox has positions up to {head}.",
                name,
                "Enter 0 for everything, or the last position that the receiver has.",
            )
        )
    if refusals:
        raise Refused(*refusals)
    with acting(actor):
        endpoint = WebhookEndpoint(site=site, name=name.strip(), url=url.strip(), created_at=now)
        secret = _give_secret(endpoint)
        record(endpoint, actor=actor)
        WebhookProgress.objects.create(endpoint=endpoint, position=position, next_at=now)
        return endpoint, secret


def set_webhook_enabled(*, endpoint: WebhookEndpoint, enabled: bool, actor: object, reason: str) -> WebhookEndpoint:
    """Start or stop delivering, with a reason. What is posted meanwhile is delivered once it is started again."""
    with _changing(endpoint, actor, reason):
        row = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        row.enabled = enabled
        return record(row, actor=actor, reason=reason)


def renew_webhook_secret(*, endpoint: WebhookEndpoint, actor: object, reason: str) -> str:
    """A new secret, from the next delivery on. The old one is no longer used."""
    with _changing(endpoint, actor, reason):
        row = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        secret = _give_secret(row)
        record(row, actor=actor, reason=f"New secret: {reason}")
        return secret


def secret_of(endpoint: WebhookEndpoint) -> str | None:
    """The endpoint's secret; None where the key that it was made with is neither in use nor going out of use any more."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        secret = derived_secret(key, "webhooks", endpoint.secret_salt)
        if token_digest(secret) == endpoint.secret_digest:
            return secret
    return None


def _changing(endpoint: WebhookEndpoint, actor: object, reason: str) -> AbstractContextManager[None]:
    require(actor, Duty.MANAGE_WEBHOOKS)
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why.", endpoint.name, "Enter a reason."))
    return acting(actor, reason=reason)


def _give_secret(endpoint: WebhookEndpoint) -> str:
    endpoint.secret_salt = secrets.token_hex(32)
    secret = derived_secret(settings.SECRET_KEY, "webhooks", endpoint.secret_salt)
    endpoint.secret_digest = token_digest(secret)
    return secret
