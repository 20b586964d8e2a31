"""Every error of the API is one problem document that lists all faults."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView


def answer_to(error: Exception) -> tuple[int, dict, dict]:
    class Failing(APIView):
        authentication_classes = ()
        permission_classes = ()

        def get(self, request):
            raise error

    response = Failing.as_view()(APIRequestFactory().get("/"))
    response.render()
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, json.loads(response.content), dict(response.headers)


def test_all_faults_are_listed_with_their_paths():
    class Scrap(serializers.Serializer):
        quantity = serializers.DecimalField(max_digits=9, decimal_places=3)

    class Report(serializers.Serializer):
        good = serializers.IntegerField()
        scrap = Scrap(many=True)

    report = Report(data={"good": "many", "scrap": [{"quantity": "1"}, {}]})
    assert not report.is_valid()
    status, body, _ = answer_to(exceptions.ValidationError(report.errors))
    assert status == body["status"] == 400
    assert body["title"] == "Bad Request"
    assert {(fault["field"], fault["code"]) for fault in body["errors"]} == {
        ("good", "invalid"),
        ("scrap.1.quantity", "required"),
    }


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (PermissionDenied("Only QA may."), 403, "permission_denied"),
        (exceptions.NotAuthenticated(), 403, "not_authenticated"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
        (exceptions.ParseError(), 400, "parse_error"),
    ],
)
def test_known_errors_keep_their_status_and_code(error, status, code):
    found, body, _ = answer_to(error)
    assert (found, body["status"], body["errors"][0]["code"]) == (status, status, code)


def test_a_throttled_client_is_told_when_to_come_again():
    status, _, headers = answer_to(exceptions.Throttled(wait=3))
    assert (status, headers["Retry-After"]) == (429, "4")


def test_a_database_that_is_away_is_a_503_with_a_time_to_retry():
    status, body, headers = answer_to(OperationalError("gone"))
    assert (status, headers["Retry-After"]) == (503, "2")
    assert "gone" not in json.dumps(body)
