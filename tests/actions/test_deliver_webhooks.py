"""Goods movements are delivered in order, signed, and an endpoint goes on only after a 2xx; against a real receiver."""

import hashlib
import hmac
import threading
from datetime import timedelta

import pytest

from backflush.actions import deliver_webhooks as deliverer
from backflush.actions.define_webhook import define_webhook, renew_webhook_secret, secret_of, set_webhook_enabled
from backflush.actions.deliver_webhooks import deliver_webhooks
from backflush.actions.retry_delivery import retry_delivery
from backflush.models import WebhookAttempt, WebhookProgress
from backflush.rules.webhooks import ATTEMPTS, BATCH
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting
from tests.api.shop import small_plant
from tests.receiver import LOOPBACK, Receiver

NOW = floor.NOW


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_NETWORKS = LOOPBACK
    with Receiver() as found:
        yield found


@pytest.fixture
def shop(db):
    return small_plant()


def endpoint_of(receiver, *, after=0, name="ERP"):
    return define_webhook(
        site=plant.site(), name=name, url=receiver.url, after=after, actor=plant.people().admin, now=NOW
    )


def progress(endpoint) -> WebhookProgress:
    return WebhookProgress.objects.get(endpoint=endpoint)


def post(shop, count=1):
    for _ in range(count):
        reporting.posted(shop.order, good="1")


def test_postings_and_reversals_are_delivered_in_order(shop, receiver):
    endpoint, _ = endpoint_of(receiver)
    post(shop, 2)
    reporting.reversed_by_qa(reporting.posted(shop.order, good="1"))
    assert deliver_webhooks(now=NOW) == 4
    assert receiver.positions == [1, 2, 3, 4]
    assert receiver.bodies[0]["site"] == "PLANT"
    assert receiver.bodies[0]["messages"][3]["reverses"] == "P-000003"
    assert receiver.requests[0]["path"] == "/movements?from=backflush"
    assert progress(endpoint).position == 4
    assert deliver_webhooks(now=NOW) == 0
    assert len(receiver.requests) == 1, "what was taken is not sent again"


def test_the_signature_is_over_timestamp_and_body_with_the_secret_that_was_shown(shop, receiver):
    _, secret = endpoint_of(receiver)
    post(shop)
    deliver_webhooks(now=NOW)
    [sent] = receiver.requests
    signed = sent["headers"]["Backflush-Timestamp"].encode() + b"." + sent["body"]
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert sent["headers"]["Backflush-Signature"] == f"v1={expected}"
    assert sent["headers"]["Backflush-Delivery"].endswith("-1-1")


def test_a_backlog_goes_out_in_small_batches(shop, receiver, monkeypatch):
    monkeypatch.setattr(deliverer, "BATCH", 2)
    endpoint_of(receiver)
    post(shop, 5)
    deliver_webhooks(now=NOW)
    assert [len(body["messages"]) for body in receiver.bodies] == [2, 2, 1]
    assert receiver.positions == [1, 2, 3, 4, 5]


def test_an_endpoint_from_now_on_gets_nothing_older(shop, receiver):
    post(shop, 2)
    endpoint_of(receiver, after=None)
    post(shop)
    deliver_webhooks(now=NOW)
    assert receiver.positions == [3]


def test_a_failure_waits_and_then_goes_on_from_the_same_position(shop, receiver):
    endpoint, _ = endpoint_of(receiver)
    post(shop, 3)
    receiver.answers = [500]
    assert deliver_webhooks(now=NOW) == 0
    row = progress(endpoint)
    assert (row.position, row.attempts) == (0, 1)
    assert timedelta(seconds=2.5) <= row.next_at - NOW <= timedelta(seconds=15)
    assert deliver_webhooks(now=NOW) == 0, "not before its time"
    assert len(receiver.requests) == 1

    assert deliver_webhooks(now=row.next_at) == 3
    assert [len(body["messages"]) for body in receiver.bodies] == [3, 1, 2], "one alone after a failure"
    assert receiver.positions == [1, 2, 3]
    assert [(one.status, one.delivered, one.error) for one in WebhookAttempt.objects.order_by("id")] == [
        (500, False, "The receiver answered 500."),
        (200, True, ""),
        (200, True, ""),
    ]


def test_after_the_last_attempt_it_is_a_dead_letter_until_somebody_sends_it_again(shop, receiver):
    endpoint, _ = endpoint_of(receiver)
    post(shop, 2)
    receiver.answers = [503] * ATTEMPTS
    now = NOW
    for _ in range(ATTEMPTS):
        deliver_webhooks(now=now)
        now = progress(endpoint).next_at
    row = progress(endpoint)
    assert (row.position, row.attempts, row.dead_at is not None) == (0, ATTEMPTS, True)
    assert deliver_webhooks(now=now + timedelta(days=7)) == 0
    assert len(receiver.requests) == ATTEMPTS, "a dead letter is not tried by itself"

    retry_delivery(endpoint=endpoint, actor=plant.people().finance, now=now)
    assert deliver_webhooks(now=now) == 2
    assert receiver.positions == [1, 2]
    with pytest.raises(Refused, match="Nothing waits"):
        retry_delivery(endpoint=endpoint, actor=plant.people().finance, now=now)
    with pytest.raises(Refused, match="may not"):
        retry_delivery(endpoint=endpoint, actor=plant.people().operator, now=now)


@pytest.mark.parametrize("manner", ["silent", "dripping"])
def test_a_receiver_that_never_answers_is_given_up_in_time(shop, receiver, monkeypatch, manner):
    real = deliverer.send_webhook
    monkeypatch.setattr(deliverer, "send_webhook", lambda **given: real(**given, seconds=0.4))
    endpoint, _ = endpoint_of(receiver)
    post(shop)
    setattr(receiver, manner, True)
    assert deliver_webhooks(now=NOW) == 0
    [attempt] = WebhookAttempt.objects.all()
    assert (attempt.status, attempt.error) == (None, "No answer within 0.4 seconds.")
    assert 300 <= attempt.milliseconds < 5000
    setattr(receiver, manner, False)
    assert deliver_webhooks(now=progress(endpoint).next_at) == 1
    assert receiver.positions == [1]


def test_a_redirect_is_not_followed(shop, receiver):
    endpoint, _ = endpoint_of(receiver)
    post(shop)
    receiver.answers, receiver.location = [302], receiver.url
    deliver_webhooks(now=NOW)
    assert len(receiver.requests) == 1
    assert "not followed" in WebhookAttempt.objects.get().error
    assert progress(endpoint).position == 0


def test_a_receiver_that_is_away_is_told_in_words(shop, settings):
    settings.WEBHOOK_NETWORKS = LOOPBACK
    with Receiver() as gone:
        endpoint, _ = endpoint_of(gone)
    post(shop)
    deliver_webhooks(now=NOW)
    assert "127.0.0.1 could not be reached" in WebhookAttempt.objects.get().error
    assert progress(endpoint).attempts == 1


def test_one_endpoint_that_fails_does_not_hold_up_another(shop, receiver, settings):
    endpoint_of(receiver)
    with Receiver() as other:
        failing, _ = endpoint_of(other, name="Warehouse")
        other.answers = [500]
        post(shop, 2)
        assert deliver_webhooks(now=NOW) == 2
    assert receiver.positions == [1, 2]
    assert progress(failing).position == 0


def test_a_network_that_is_no_longer_allowed_is_not_called(shop, receiver, settings):
    endpoint_of(receiver)
    post(shop)
    settings.WEBHOOK_NETWORKS = []
    deliver_webhooks(now=NOW)
    assert receiver.requests == []
    assert "not a public address" in WebhookAttempt.objects.get().error


def test_a_name_that_leads_inside_is_not_called(shop, receiver, settings, monkeypatch):
    """The name was fine when the endpoint was defined; the address that it leads to now is what counts."""
    endpoint, _ = endpoint_of(receiver)
    type(endpoint).objects.update(url="https://erp.example.com/movements")
    port = int(receiver.url.split(":")[2].split("/")[0])
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", port))])
    settings.WEBHOOK_NETWORKS = []
    post(shop)
    deliver_webhooks(now=NOW)
    assert receiver.requests == []
    assert WebhookAttempt.objects.get().error.startswith("erp.example.com leads to 127.0.0.1 is not a public address")


def test_a_stopped_endpoint_waits_and_loses_nothing(shop, receiver):
    endpoint, _ = endpoint_of(receiver)
    admin = plant.people().admin
    set_webhook_enabled(endpoint=endpoint, enabled=False, actor=admin, reason="The ERP is being upgraded.")
    post(shop, 2)
    assert deliver_webhooks(now=NOW) == 0
    set_webhook_enabled(endpoint=endpoint, enabled=True, actor=admin, reason="It is back.")
    assert deliver_webhooks(now=NOW) == 2
    assert receiver.positions == [1, 2]


def test_a_new_secret_signs_from_then_on_and_none_is_stored(shop, receiver, settings):
    endpoint, first = endpoint_of(receiver)
    second = renew_webhook_secret(endpoint=endpoint, actor=plant.people().admin, reason="Somebody left.")
    endpoint.refresh_from_db()
    assert first != second == secret_of(endpoint)
    assert {first, second}.isdisjoint(str(value) for value in vars(endpoint).values())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of the server"
    assert secret_of(endpoint) == second, "the key that it was made with is going out of use, and still good"
    settings.SECRET_KEY_FALLBACKS = []
    assert secret_of(endpoint) is None
    post(shop)
    deliver_webhooks(now=NOW)
    assert receiver.requests == []
    assert "give the endpoint a new secret" in WebhookAttempt.objects.get().error


def test_a_lease_that_ran_out_moves_nothing(shop, receiver, monkeypatch):
    """A worker froze while it sent; another took over. What the first comes back with is written down and counts for nothing."""
    endpoint, _ = endpoint_of(receiver)
    post(shop, 2)
    [frozen] = deliverer._claim(NOW)
    assert deliver_webhooks(now=NOW) == 0, "the lease holds"
    assert deliver_webhooks(now=NOW + deliverer.LEASE + timedelta(seconds=1)) == 2
    assert deliverer._record(frozen, deliverer.Answer(500, "late"), 1, NOW) == 0
    row = progress(endpoint)
    assert (row.position, row.attempts) == (2, 0)


def test_two_deliverers_at_once_send_nothing_twice(real_database, settings):
    settings.WEBHOOK_NETWORKS = LOOPBACK
    shop = small_plant()
    with Receiver() as receiver:
        endpoint_of(receiver)
        post(shop, 12)
        from django.db import connection

        def work():
            try:
                deliver_webhooks(now=NOW)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        deliver_webhooks(now=NOW)
        assert receiver.positions == list(range(1, 13))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://erp.example.com/x", "url_not_https"),
        ("ftp://erp.example.com/x", "url_wrong"),
        ("https://user:pass@erp.example.com/", "url_wrong"),
        ("https://10.1.2.3/x", "address_not_allowed"),
        ("https://[::1]/x", "address_not_allowed"),
        ("http://localhost:9/x", "address_not_allowed"),
    ],
)
def test_an_address_that_may_not_be_is_refused_when_it_is_defined(db, settings, url, code):
    settings.WEBHOOK_NETWORKS = []
    with pytest.raises(Refused) as refused:
        define_webhook(site=plant.site(), name="ERP", url=url, actor=plant.people().admin, now=NOW)
    assert refused.value.codes == [code] or set(refused.value.codes) == {code}


def test_only_an_admin_defines_endpoints_and_only_within_the_outbox(db, settings):
    asked = {"site": plant.site(), "name": "ERP", "url": "https://erp.example.com/", "now": NOW}
    with pytest.raises(Refused, match="may not"):
        define_webhook(**asked, actor=plant.people().finance)
    with pytest.raises(Refused, match="positions up to 0"):
        define_webhook(**asked, actor=plant.people().admin, after=1)
    assert BATCH <= 100
