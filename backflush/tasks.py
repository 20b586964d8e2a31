"""Background work: a message only says that there is something to do; what there is stands in PostgreSQL."""

import time

import redis
import structlog
from celery import current_app, shared_task
from django.conf import settings
from django.utils import timezone

from backflush.actions.check_ledger import check_ledger
from backflush.actions.deliver_webhooks import deliver_webhooks
from backflush.actions.post_reports import post_in_streams
from backflush.actions.retry_report import retry_what_changed
from backflush.actions.run_impact_replays import run_impact_replays
from masterdata.rules.refusal import Refused

#: postings of a site that one background check decides again: the next one goes on from there
REPLAYED_AT_ONCE = 20_000

log = structlog.get_logger(__name__)
BELL = "backflush:bell"
DOORBELL_OF_DELIVERY = "backflush:deliver"
_BELL_MS = 1000
_REST_SECONDS = 3.0
#: publishing gives up sooner than a worker's connection would
_HURRIED = {"socket_connect_timeout": 0.2, "socket_timeout": 0.5, "max_retries": 1, "interval_start": 0}
_broker: redis.Redis | None = None
_rest_until = 0.0


@shared_task(name="backflush.drain_inbox")
def drain_inbox() -> int:
    """Take the bell down, then post until nothing waits."""
    _take_bell_down()
    return _announced(post_in_streams())


@shared_task(name="backflush.sweep_inbox")
def sweep_inbox() -> int:
    """Every two seconds: send back what may post now, and drain, whether or not anybody rang."""
    retry_what_changed(now=timezone.now())
    return _announced(post_in_streams())


@shared_task(name="backflush.deliver_webhooks")
def deliver_movements() -> int:
    """Every five seconds and after postings: deliver what the endpoints have not taken yet."""
    return deliver_webhooks(now=timezone.now())


def _announced(posted: int) -> int:
    """Where something was posted, ask a worker to deliver it; once a second is enough, and the schedule asks anyway."""
    if posted:
        try:
            if _client().set(DOORBELL_OF_DELIVERY, "1", nx=True, px=_BELL_MS):
                deliver_movements.apply_async(retry=False, expires=10)
        except Exception as error:  # whatever the broker does, it is posted
            log.warning("delivery_not_announced", error=str(error))
    return posted


@shared_task(name="backflush.check_ledger")
def check_the_ledger() -> int:
    """Ask every invariant, replaying on from the last check's mark; returns how many are broken. -1: another check runs."""
    try:
        check = check_ledger(now=timezone.now(), most=REPLAYED_AT_ONCE)
    except Refused:
        return -1
    for one in check.broken:
        log.error("invariant_broken", invariant=one["name"], rows=one["rows"][:3])
    return len(check.broken)


@shared_task(name="backflush.run_impact_replays")
def go_on_with_impact_replays() -> bool:
    """Every few seconds, and when one is asked for: go on for a while; where there is more to do, ask for the next turn."""
    more = run_impact_replays(now=timezone.now())
    if more:
        ask_for_impact_replays()
    return more


def ask_for_impact_replays() -> None:
    """Ask a worker to go on; where the broker is away the schedule does."""
    try:
        with current_app.connection_for_write(transport_options=_HURRIED) as connection:
            go_on_with_impact_replays.apply_async(connection=connection, retry=False, expires=30)
    except Exception as error:  # whatever the broker does, it is queued
        log.warning("impact_replay_not_announced", error=str(error))


def ring_the_bell() -> bool:
    """Ask a worker to drain; one message for all who ring within a second. False where the broker is away.

    Called by the edges after the commit. The request never waits for the broker: after a failure the bell rests for a few
    seconds, and the sweep finds the report anyway.
    """
    global _rest_until
    if time.monotonic() < _rest_until:
        return False
    try:
        if _client().set(BELL, "1", nx=True, px=_BELL_MS):
            _publish()
        return True
    except Exception as error:  # whatever the broker does, the report is durable
        _rest_until = time.monotonic() + _REST_SECONDS
        log.warning("bell_not_rung", error=str(error))
        return False


def _publish() -> None:
    """One message on a connection of its own, at most one a second, so that no pooled one makes a request wait."""
    with current_app.connection_for_write(transport_options=_HURRIED) as connection:
        drain_inbox.apply_async(connection=connection, retry=False, expires=60)


def _take_bell_down() -> None:
    try:
        _client().delete(BELL)
    except redis.RedisError as error:
        log.warning("bell_not_taken_down", error=str(error))


def _client() -> redis.Redis:
    global _broker
    if _broker is None:
        _broker = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.2, socket_timeout=0.5)
    return _broker
