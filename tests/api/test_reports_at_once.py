"""The same report from several connections at the same moment: one 202, then repeats or conflicts, and one row."""

import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from backflush.models import OperationReport, ReportBody
from tests import plant

PATH = "/api/v1/operation-reports"
OTHER_TOKEN = "token-of-another-test-device"


def body(**changes) -> dict:
    sent = {"event_id": str(uuid.uuid4()), "order": "WO-1", "operation": "10", "good": "10"}
    return {**sent, "occurred_at": timezone.now().isoformat(), **changes}


def send(sent: dict, token: str = plant.DEVICE_TOKEN) -> int:
    """The status of the answer; on a connection of its own when called in a thread."""
    client = Client(headers={"Authorization": f"Device {token}"})
    return client.post(PATH, json.dumps(sent), content_type="application/json").status_code


def at_once(*calls) -> list[int]:
    """What these calls answer when they start together, sorted."""
    start = threading.Barrier(len(calls))

    def run(call) -> int:
        start.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return sorted(threads.map(run, calls))


@pytest.fixture
def devices(real_database):
    plant.device()
    plant.device("MES-2", token=OTHER_TOKEN)
    return real_database


def test_one_id_from_two_threads_is_taken_once_and_repeated_once(devices):
    for _ in range(10):
        sent = body()
        assert at_once(lambda sent=sent: send(sent), lambda sent=sent: send(sent)) == [200, 202]
    assert OperationReport.objects.count() == ReportBody.objects.count() == 10


def test_one_id_with_two_contents_at_once_is_a_conflict_for_one(devices):
    for _ in range(5):
        sent = body()
        other = {**sent, "good": "11"}
        assert at_once(lambda sent=sent: send(sent), lambda other=other: send(other)) == [202, 409]


def test_one_id_from_two_devices_at_once_is_a_conflict_for_one(devices):
    for _ in range(5):
        sent = body()
        assert at_once(lambda sent=sent: send(sent), lambda sent=sent: send(sent, OTHER_TOKEN)) == [202, 409]


def test_a_storm_of_repeats_stores_each_report_once(devices):
    reports = [body(sequence=number) for number in range(20)]
    answers = at_once(*[lambda mine=mine: [send(sent) for sent in mine] for mine in (reports, reports[::-1]) * 3])
    assert sorted(status for own in answers for status in own) == [200] * 100 + [202] * 20
    assert OperationReport.objects.count() == ReportBody.objects.count() == 20


INSERT = (
    "INSERT INTO backflush_operationreport (site_id, event_id, device_id, kind, order_number, order_id, operation_number,"
    " occurred_at, received_at, digest, state, attempts, next_at)"
    " VALUES (%s, %s, %s, 'operation_complete', 'WO-1', 0, '10', now(), now(), 'another', 'received', 0, now())"
)


@pytest.mark.parametrize(("first_stays", "answer"), [(True, 409), (False, 202)])
def test_the_second_waits_until_the_first_is_decided(devices, first_stays, answer):
    """Not yet committed is neither there nor not there: whoever answered without waiting would be wrong in one case."""
    sent = body()
    device = plant.device()
    with psycopg.connect(devices.url) as first, ThreadPoolExecutor(1) as threads:
        first.execute(INSERT, [device.site_id, sent["event_id"], device.pk])
        second = threads.submit(lambda: at_once(lambda: send(sent)))
        _wait_until_it_waits(devices)
        assert not second.done()
        (first.commit if first_stays else first.rollback)()
        assert second.result(timeout=10) == [answer]


def _wait_until_it_waits(database) -> None:
    limit = timezone.now() + timedelta(seconds=10)
    with psycopg.connect(database.url, autocommit=True) as watcher:
        while timezone.now() < limit:
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
            if watcher.execute(waiting).fetchone()[0]:
                return
    raise AssertionError("nobody waits")
