"""The outbox page: how far it is, who follows, what is not delivered; an admin defines endpoints and sends again."""

import csv
import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from backflush.actions.acknowledge_movements import acknowledge_movements
from backflush.actions.define_webhook import secret_of
from backflush.actions.deliver_webhooks import deliver_webhooks
from backflush.models import OutboxHead, WebhookEndpoint, WebhookProgress
from backflush.rules.webhooks import ATTEMPTS
from tests import plant
from tests.receiver import LOOPBACK, Receiver
from tests.web.forms import fields_of


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_NETWORKS = LOOPBACK
    with Receiver() as found:
        yield found


def page(client, name="outbox", *args) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def define(client, receiver, **values):
    new = reverse("outbox-endpoint-new")
    sent = {**fields_of(client.get(new)), "name": "ERP", "url": receiver.url, "after": "0", **values}
    return client.post(new, sent)


def head() -> int:
    return OutboxHead.objects.get().position


def test_the_page_says_how_far_the_outbox_is_and_that_nobody_follows(look):
    shown = page(look("finance"))
    assert f"P-{head():06d}" in shown
    assert "Nothing is delivered by itself." in shown
    assert "No consumer has acknowledged anything." in shown
    assert "Define an endpoint" not in shown


@pytest.mark.parametrize("username", ["operator", "supervisor", "qa"])
def test_others_are_told_who_follows_the_outbox(look, username):
    answer = look(username).get(reverse("outbox"))
    assert answer.status_code == 403
    assert "Ask somebody with the role admin or auditor or engineer or finance" in answer.content.decode()


def test_the_file_has_every_posting_once(look):
    answer = look("auditor").get(reverse("outbox-file"))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert "attachment" in answer["Content-Disposition"]
    assert sorted({int(row["position"]) for row in rows}) == list(range(1, head() + 1))


def test_an_endpoint_is_defined_and_its_secret_shown_once(as_, receiver):
    client = as_("admin")
    answer = define(client, receiver)
    secret = re.search(r"<code>([\w-]{43})</code>", answer.content.decode())[1]
    assert secret == secret_of(WebhookEndpoint.objects.get())
    assert answer["Cache-Control"] == "no-store"
    deliver_webhooks(now=timezone.now())
    assert receiver.positions == list(range(1, head() + 1))
    shown = page(client) + page(client, "outbox-endpoint", WebhookEndpoint.objects.get().pk)
    assert secret not in shown
    assert "up to date" in shown


def test_an_address_that_may_not_be_is_refused_on_the_form(as_, receiver):
    answer = define(as_("admin"), receiver, url="http://erp.example.com/")
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "over https only" in shown
    assert "http://erp.example.com/" in shown
    assert not WebhookEndpoint.objects.exists()


def test_only_an_admin_defines_stops_and_renews(as_, receiver):
    define(as_("admin"), receiver)
    pk = WebhookEndpoint.objects.get().pk
    client = as_("finance")
    assert client.post(reverse("outbox-endpoint-new"), {"name": "Mine", "url": receiver.url}).status_code == 403
    for name in ("outbox-endpoint-switch", "outbox-endpoint-secret"):
        assert client.get(reverse(name, args=[pk])).status_code == 403
    assert as_("auditor").post(reverse("outbox-endpoint-retry", args=[pk])).status_code == 403


def test_a_dead_letter_stands_on_the_page_and_is_sent_again(as_, receiver):
    define(as_("admin"), receiver)
    receiver.answers = [500] * ATTEMPTS
    now = timezone.now()
    for _ in range(ATTEMPTS):
        deliver_webhooks(now=now)
        now = WebhookProgress.objects.get().next_at
    pk = WebhookEndpoint.objects.get().pk
    client = as_("finance")
    shown = page(client)
    assert "What was posted is not delivered to ERP any more." in shown
    assert f"given up after {ATTEMPTS} attempts" in shown
    own = page(client, "outbox-endpoint", pk)
    assert "P-000001 is not taken: nothing after it is sent." in own
    assert "The receiver answered 500." in own

    retry = reverse("outbox-endpoint-retry", args=[pk])
    client.post(retry, fields_of(client.get(reverse("outbox")), retry))
    deliver_webhooks(now=timezone.now())
    assert receiver.positions == list(range(1, head() + 1))
    assert "What was posted is not delivered" not in page(client)
    answer = client.post(retry)
    assert answer.status_code == 422
    assert "Nothing waits to be sent to ERP again." in answer.content.decode()


def test_an_endpoint_is_stopped_with_a_reason_that_its_history_keeps(as_, receiver):
    client = as_("admin")
    define(client, receiver)
    pk = WebhookEndpoint.objects.get().pk
    switch = reverse("outbox-endpoint-switch", args=[pk])
    client.post(switch, {**fields_of(client.get(switch)), "reason": "The ERP moves house."})
    assert not WebhookEndpoint.objects.get().enabled
    shown = page(client, "outbox-endpoint", pk)
    assert "The ERP moves house." in shown
    assert "stopped, " in shown
    renew = reverse("outbox-endpoint-secret", args=[pk])
    answer = client.post(renew, {**fields_of(client.get(renew)), "reason": "Somebody left."})
    assert secret_of(WebhookEndpoint.objects.get()) in answer.content.decode()


def test_deliveries_are_listed_filtered_and_exported(as_, receiver):
    client = as_("admin")
    define(client, receiver)
    receiver.answers = [302]
    deliver_webhooks(now=timezone.now())
    deliver_webhooks(now=WebhookProgress.objects.get().next_at)
    address = reverse("outbox-deliveries")
    failed = client.get(address, {"state": "failed"}).content.decode()
    assert "A redirect is not followed" in failed
    written = client.get(address, {"format": "csv", "state": "taken"}).content.decode()
    assert "not taken" not in written
    assert written.splitlines()[0].startswith("Endpoint,From,To,Attempt,State")


def test_a_consumer_is_shown_with_how_far_it_is_behind(as_, syrup):
    cast = plant.people()
    acknowledge_movements(site_id=plant.site().pk, consumer="SAP", position=1, actor=cast.engineer, now=timezone.now())
    shown = page(as_("admin"))
    assert "SAP" in shown
    assert f"{head() - 1} behind" in shown
