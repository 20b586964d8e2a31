"""The fixtures that give tests real transactions, workers and web servers do what they promise."""

import signal
import threading
import urllib.request

import psycopg
import pytest
from django.db import connection


def test_a_real_database_begins_empty_and_commits_are_seen_by_other_connections(real_database):
    assert connection.settings_dict["NAME"] == real_database.name
    with psycopg.connect(real_database.url) as other:
        before = other.execute("SELECT count(*) FROM django_session").fetchone()
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_session VALUES ('k', 'd', now())")
        after = other.execute("SELECT count(*) FROM django_session").fetchone()
    assert (before, after) == ((0,), (1,))


def test_threads_work_on_the_real_database_too(real_database):
    names = []

    def look():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            names.append(cursor.fetchone()[0])
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert names == [real_database.name]


def test_a_frozen_transaction_of_the_application_is_ended_by_the_database(real_database):
    with psycopg.connect(real_database.url) as session:
        shown = session.execute("SHOW idle_in_transaction_session_timeout").fetchone()
    assert shown == ("5s",)


def test_a_worker_process_starts_on_the_real_database_and_dies_when_killed(celery_worker_process):
    worker = celery_worker_process()
    assert worker.child.poll() is None
    worker.kill()
    assert worker.child.returncode == -signal.SIGKILL


def test_the_web_server_is_ready_on_the_real_database(live_plant):
    with urllib.request.urlopen(f"{live_plant.url}/readyz") as answer:
        assert answer.status == 200


def test_a_command_runs_on_the_real_database(real_database):
    assert real_database.manage("check", "--database", "default").returncode == 0


@pytest.mark.django_db
def test_an_ordinary_test_is_rolled_back_and_runs_on_the_shared_clone():
    assert connection.settings_dict["NAME"].startswith("backflush_test_shared_")
    assert connection.in_atomic_block
