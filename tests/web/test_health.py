"""What monitors and load balancers ask."""

import pytest
from django.db import DatabaseError, connection

pytestmark = pytest.mark.django_db


def test_a_serving_process_answers_healthz(client):
    assert client.get("/healthz").content == b"ok\n"


def test_a_migrated_database_is_ready(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True})


def test_metrics_say_that_the_database_is_up(client):
    assert "backflush_database_up 1.0" in client.get("/metrics").content.decode()


def test_an_unknown_api_address_is_answered_with_a_problem_document(client):
    answer = client.get("/api/v1/nothing-here")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["status"], answer.json()["title"]) == (404, 404, "Not Found")


def test_the_api_pages_hold_under_the_content_security_policy(client):
    answer = client.get("/api/docs")
    assert answer.status_code == 200
    assert b"<script>" not in answer.content
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_the_tests_run_with_the_rights_of_the_application_only():
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"):
        cursor.execute("TRUNCATE masterdata_person CASCADE")
