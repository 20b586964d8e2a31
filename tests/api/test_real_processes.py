"""The API as it runs: a real web server, a real worker, a database that goes away and comes back."""

import json
import socket
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from backflush.models import OperationReport, Posting
from tests import plant
from tests.api.shop import REPORTS, report, small_plant


def call(url: str, data: dict | None = None, headers: dict | None = None) -> tuple[int, dict, dict]:
    """Status, headers and JSON of a real HTTP call by the device."""
    raw = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(url, raw, {"Authorization": f"Device {plant.DEVICE_TOKEN}", **(headers or {})})
    if raw is not None:
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, dict(answer.headers), json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), json.loads(error.read())


def settled(url: str, seconds: float = 20) -> dict:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        _, _, state = call(url)
        if state["state"] != "received":
            return state
        time.sleep(0.02)
    raise AssertionError("the report was not settled")


def test_report_goes_through_http_and_a_worker_to_a_posting(real_database, live_plant, celery_worker_process):
    small_plant()
    celery_worker_process()
    sent = report(good="10")
    status, headers, receipt = call(live_plant.url + REPORTS, sent)
    assert (status, headers["Location"]) == (202, receipt["href"])
    state = settled(live_plant.url + receipt["href"])
    assert (state["state"], state["reasons"]) == ("posted", [])
    assert [(line["item"], line["quantity"]) for line in state["posting"]["lines"]] == [("FOIL", "5")]
    assert call(live_plant.url + REPORTS, sent)[0] == 200
    assert Posting.objects.count() == OperationReport.objects.count() == 1
    assert call(live_plant.url + state["posting"]["href"])[2]["explain"]["replays"] is True
    checked = real_database.manage("check_ledger")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_chunked_body_is_read_and_a_chunked_flood_is_a_413(real_database, live_plant):
    plant.device()

    def chunked(raw: bytes) -> int:
        def pieces():
            for start in range(0, len(raw), 1000):
                yield raw[start : start + 1000]

        request = urllib.request.Request(
            live_plant.url + REPORTS,
            pieces(),
            {
                "Authorization": f"Device {plant.DEVICE_TOKEN}",
                "Content-Type": "application/json",
                "Transfer-Encoding": "chunked",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    assert chunked(json.dumps(report()).encode()) == 202
    assert chunked(b" " * 80_000) == 413


def test_chunks_that_do_not_fit_together_are_a_400(real_database, live_plant):
    plant.device()
    where = urlsplit(live_plant.url)
    head = (
        f"POST {REPORTS} HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Device {plant.DEVICE_TOKEN}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    for chunks in ("zz\r\n{}\r\n0\r\n\r\n", "2\r\n{}x\r\n0\r\n\r\n", "-2\r\n{}\r\n0\r\n\r\n"):
        with socket.create_connection((where.hostname, where.port), timeout=20) as line:
            line.sendall((head + chunks).encode())
            answer = line.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 400 "), (chunks, answer)
        assert b"cut_off" in answer, (chunks, answer)


def test_database_that_is_away_is_a_503_that_says_when_to_come_back(real_database, live_plant):
    plant.device()
    sent = report()
    with psycopg.connect(real_database.owner_url, dbname="postgres", autocommit=True) as owner:
        name = sql.Identifier(real_database.name)
        owner.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [real_database.name])
        for headers in ({}, {"Cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345"}):
            status, answered, problem = call(live_plant.url + REPORTS, sent, headers)
            assert (status, problem["status"]) == (503, 503)
            assert int(answered["Retry-After"]) >= 1
            assert answered["Content-Type"] == "application/problem+json"
        owner.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
    assert call(live_plant.url + REPORTS, sent)[0] == 202
