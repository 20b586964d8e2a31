"""The bell: one message for many reports, no request waits for a broker that is away, and no report depends on it."""

import json
import socket
import subprocess
import sys
import time
import uuid

import pytest
import redis
from django.conf import settings
from django.test import Client
from django.utils import timezone

from backflush import tasks
from backflush.models import OperationReport
from tests import plant
from tests.processes import ROOT

PATH = "/api/v1/operation-reports"
QUEUE = "celery"


def send() -> tuple[int, float]:
    """The status of the answer to a new report, and the seconds it took."""
    sent = {"event_id": str(uuid.uuid4()), "order": "WO-1", "operation": "10", "good": "1"}
    sent["occurred_at"] = timezone.now().isoformat()
    client = Client(headers={"Authorization": f"Device {plant.DEVICE_TOKEN}"})
    start = time.monotonic()
    answer = client.post(PATH, json.dumps(sent), content_type="application/json")
    return answer.status_code, time.monotonic() - start


@pytest.fixture
def bell(monkeypatch):
    """The bell of a process that has just started; call it with the address of a broker."""

    def at(url: str) -> None:
        monkeypatch.setattr(settings, "REDIS_URL", url)
        monkeypatch.setattr(tasks, "_broker", None)
        monkeypatch.setattr(tasks, "_rest_until", 0.0)

    return at


def test_many_reports_within_a_second_are_one_message(real_database, bell):
    bell(real_database.redis_url)
    plant.device()
    assert [send()[0] for _ in range(10)] == [202] * 10
    with redis.Redis.from_url(real_database.redis_url) as broker:
        assert 1 <= broker.llen(QUEUE) <= 3
        assert broker.exists(tasks.BELL)
        assert 0 < broker.pttl(tasks.BELL) <= 1000


def test_the_drain_takes_the_bell_down_so_that_the_next_report_rings_again(real_database, bell):
    bell(real_database.redis_url)
    plant.device()
    send()
    tasks.drain_inbox()
    with redis.Redis.from_url(real_database.redis_url) as broker:
        assert not broker.exists(tasks.BELL)
        before = broker.llen(QUEUE)
        send()
        assert broker.llen(QUEUE) == before + 1
    assert set(OperationReport.objects.values_list("state", flat=True)) <= {"blocked", "received"}


def test_a_repeat_rings_nothing(real_database, bell):
    bell(real_database.redis_url)
    plant.device()
    sent = {"event_id": str(uuid.uuid4()), "order": "WO-1", "operation": "10", "good": "1"}
    body = json.dumps({**sent, "occurred_at": timezone.now().isoformat()})
    client = Client(headers={"Authorization": f"Device {plant.DEVICE_TOKEN}"})
    assert client.post(PATH, body, content_type="application/json").status_code == 202
    with redis.Redis.from_url(real_database.redis_url) as broker:
        broker.flushdb()
        assert client.post(PATH, body, content_type="application/json").status_code == 200
        assert broker.llen(QUEUE) == 0


def test_a_broker_that_is_away_costs_a_report_nothing(real_database, bell):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    bell(f"redis://127.0.0.1:{port}/0")
    plant.device()
    assert [send()[0] for _ in range(5)] == [202] * 5
    assert OperationReport.objects.count() == 5
    assert tasks._rest_until > time.monotonic(), "the bell rests, so that nobody asks the broker again at once"


def test_a_broker_that_does_not_answer_makes_one_request_wait_half_a_second_and_no_other(real_database, bell):
    plant.device()
    with socket.socket() as hung:
        hung.bind(("127.0.0.1", 0))
        hung.listen(50)
        bell(f"redis://127.0.0.1:{hung.getsockname()[1]}/0")
        start = time.monotonic()
        assert tasks.ring_the_bell() is False
        assert time.monotonic() - start < 3
        asked = time.monotonic()
        assert [tasks.ring_the_bell() for _ in range(1000)] == [False] * 1000
        assert time.monotonic() - asked < 1
        assert send()[0] == 202


def test_the_bell_rings_again_when_the_broker_is_back(real_database, bell, monkeypatch):
    bell("redis://127.0.0.1:1/0")
    assert tasks.ring_the_bell() is False
    monkeypatch.setattr(settings, "REDIS_URL", real_database.redis_url)
    monkeypatch.setattr(tasks, "_broker", None)
    assert tasks.ring_the_bell() is False, "it still rests"
    monkeypatch.setattr(tasks, "_rest_until", time.monotonic())
    assert tasks.ring_the_bell() is True


def test_a_process_that_only_serves_the_web_knows_the_broker(real_database):
    """What a web server enqueues would else go to a broker that nobody runs."""
    code = "import backflush.project.wsgi; from celery import current_app; print(current_app.conf.broker_url)"
    found = subprocess.run(
        [sys.executable, "-c", code], env=real_database.env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.splitlines()[-1] == real_database.redis_url
