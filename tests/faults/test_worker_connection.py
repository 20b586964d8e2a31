"""A worker keeps its connection from task to task, and notices before it works when PostgreSQL has ended it."""

import time

import psycopg
import pytest

from backflush.models import OperationReport
from backflush.tasks import drain_inbox
from masterdata.rules.bom import LineDraft
from tests import plant, reporting
from tests.floor import released_order, staged


@pytest.fixture
def order(real_database):
    kit = plant.product("KIT", cost="3")
    part = plant.item("PART", unit="KGM", decimals=3)
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="0.125")])
    order = released_order(kit, "100")
    staged(order, part, "10")
    return order


def posted(order) -> None:
    """Report one unit, ring, and wait until the worker has posted it."""
    report = reporting.sent(order, good="1")
    drain_inbox.delay()
    limit = time.monotonic() + 20
    while OperationReport.objects.get(pk=report.pk).state != "posted":
        assert time.monotonic() < limit, "not posted within 20 s"
        time.sleep(0.02)


def backends(database) -> set[int]:
    """Processes of PostgreSQL that serve the worker."""
    with psycopg.connect(database.owner_url) as session:
        rows = session.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND application_name = 'the-worker'", [database.name]
        )
        return {row[0] for row in rows}


def test_tasks_share_one_connection(real_database, celery_worker_process, order):
    celery_worker_process(concurrency=1, PROCESS_NAME="the-worker")
    posted(order)
    first = backends(real_database)
    for _ in range(3):
        posted(order)
    assert len(first) == 1
    assert backends(real_database) == first


def test_a_connection_that_postgresql_ended_costs_no_report(real_database, celery_worker_process, order):
    celery_worker_process(concurrency=1, PROCESS_NAME="the-worker")
    posted(order)
    first = backends(real_database)
    with psycopg.connect(real_database.owner_url, autocommit=True) as session:
        for pid in first:
            session.execute("SELECT pg_terminate_backend(%s, 1000)", [pid])
    posted(order)
    assert OperationReport.objects.filter(state="posted", attempts=1).count() == 2, "no attempt failed"
    assert backends(real_database).isdisjoint(first)
