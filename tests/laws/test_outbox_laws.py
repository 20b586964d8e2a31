"""What was delivered stays delivered: the database refuses whoever would say otherwise."""

import psycopg
import pytest

from backflush.actions.acknowledge_movements import acknowledge_movements
from backflush.actions.define_webhook import define_webhook
from backflush.models import WebhookAttempt, WebhookProgress
from tests import floor, plant, reporting
from tests.api.shop import small_plant

LAWS = {
    "UPDATE backflush_webhookattempt SET delivered = false": "history_is_only_added_to",
    "DELETE FROM backflush_webhookattempt": "history_is_only_added_to",
    "DELETE FROM backflush_webhookendpoint": "nothing_is_deleted",
    "DELETE FROM backflush_webhookprogress": "nothing_is_deleted",
    "DELETE FROM backflush_outboxconsumer": "nothing_is_deleted",
    "UPDATE backflush_webhookprogress SET position = 0": "position_never_goes_back",
    "UPDATE backflush_outboxconsumer SET position = 0": "position_never_goes_back",
    "UPDATE backflush_webhookprogress SET dead_at = now()": "dead_letter_was_attempted",
    "INSERT INTO backflush_webhookattempt (endpoint_id, first_position, last_position, attempt, at, milliseconds, status,"
    " error, delivered) SELECT id, 2, 1, 1, now(), 1, 200, '', true FROM backflush_webhookendpoint": (
        "attempt_is_of_positions_in_order"
    ),
    "INSERT INTO backflush_webhookattempt (endpoint_id, first_position, last_position, attempt, at, milliseconds, status,"
    " error, delivered) SELECT id, 1, 1, 1, now(), 1, 500, '', true FROM backflush_webhookendpoint": (
        "delivered_means_a_2xx"
    ),
}


def test_the_laws_of_delivering_hold_against_everybody(real_database):
    shop, cast = small_plant(), plant.people()
    reporting.posted(shop.order, good="1")
    endpoint, _ = define_webhook(
        site=plant.site(), name="ERP", url="https://erp.example.com/", after=1, actor=cast.admin, now=floor.NOW
    )
    acknowledge_movements(site_id=endpoint.site_id, consumer="ERP", position=1, actor=cast.finance, now=floor.NOW)
    WebhookAttempt.objects.create(
        endpoint=endpoint,
        first_position=1,
        last_position=1,
        attempt=1,
        at=floor.NOW,
        milliseconds=1,
        status=200,
        delivered=True,
    )
    found = {}
    for statement, law in LAWS.items():
        with psycopg.connect(real_database.owner_url) as connection:
            with pytest.raises(psycopg.IntegrityError) as refused:
                connection.execute(statement)
            found[statement] = refused.value.diag.constraint_name
            assert found[statement] == law, statement
    with psycopg.connect(real_database.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE backflush_webhookattempt SET delivered = false")
    assert WebhookProgress.objects.get().position == 1
