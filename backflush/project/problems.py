"""Errors of the API as RFC 9457 problem documents, all faults of a request at once.

`{type, title, status, detail, errors: [{field, code, detail}]}`; `field` is a dotted path into the body, or empty.
"""

from collections.abc import Iterator
from http import HTTPStatus

import structlog
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from masterdata.rules.refusal import Refused

CONTENT_TYPE = "application/problem+json"
BUSY = "The database is busy or away. Try again."
log = structlog.get_logger(__name__)


def problem(*, status: int, detail: str, errors: list[dict[str, str]] | None = None, kind: str = "about:blank") -> dict:
    """One problem document. `kind` is the URI that names the kind of problem."""
    return {
        "type": kind,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": errors or [],
    }


def exception_handler(error: Exception, context: dict) -> Response | None:
    """The answer to an exception raised in an API view; None (a 500) only for what nobody foresaw."""
    headers: dict[str, str] = {}
    if isinstance(error, Http404):
        error = exceptions.NotFound(str(error) or None)
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(str(error) or None)
    elif isinstance(error, ModelValidationError):
        error = exceptions.ValidationError(getattr(error, "message_dict", None) or error.messages)
    elif isinstance(error, (OperationalError, InterfaceError)):
        log.warning("database_unavailable", error=str(error))
        set_rollback()
        return _answer(problem(status=503, detail=BUSY), {"Retry-After": "2"})
    if isinstance(error, Refused):
        set_rollback()
        return _answer(_refusal_problem(error), headers)
    if not isinstance(error, exceptions.APIException):
        return None
    challenge, wait = getattr(error, "auth_header", None), getattr(error, "wait", None)
    if challenge:
        headers["WWW-Authenticate"] = challenge
    if wait:
        headers["Retry-After"] = str(int(wait) + 1)
    set_rollback()
    kind = getattr(error, "problem_type", "about:blank")
    if isinstance(error, exceptions.ValidationError):
        faults = list(_faults(error.detail))
        detail = faults[0]["detail"] if len(faults) == 1 else f"{len(faults)} things are wrong with this request."
        return _answer(problem(status=error.status_code, detail=detail, errors=faults, kind=kind), headers)
    faults = [{"field": "", "code": code, "detail": text} for code, text in _codes(error)]
    detail = " ".join(fault["detail"] for fault in faults)
    return _answer(problem(status=error.status_code, detail=detail, errors=faults, kind=kind), headers)


def _refusal_problem(refused: Refused) -> dict:
    """403 where somebody may not do it at all, else 422: it was understood, and cannot be done as things are."""
    status = 403 if "not_your_duty" in refused.codes else 422
    faults = [
        {"field": "", "code": one.code, "detail": f"{one.sentence} {one.remedy}".strip()} for one in refused.refusals
    ]
    return problem(status=status, detail=" ".join(fault["detail"] for fault in faults), errors=faults)


def problem_response(request: HttpRequest, status: int, detail: str, code: str = "") -> JsonResponse:
    """The same document for an error outside of any API view (an unknown path, a crash)."""
    errors = [{"field": "", "code": code, "detail": detail}] if code else []
    return JsonResponse(problem(status=status, detail=detail, errors=errors), status=status, content_type=CONTENT_TYPE)


def _answer(body: dict, headers: dict[str, str]) -> Response:
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def _codes(error: exceptions.APIException) -> Iterator[tuple[str, str]]:
    details = error.detail if isinstance(error.detail, list) else [error.detail]
    for detail in details:
        yield getattr(detail, "code", None) or error.default_code, str(detail)


def _faults(detail, path: str = "") -> Iterator[dict[str, str]]:
    """Every leaf of a serializer's errors, with the dotted path to it."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            inner = path if key == "non_field_errors" else f"{path}.{key}".lstrip(".")
            yield from _faults(value, inner)
    elif isinstance(detail, list):
        for position, value in enumerate(detail):
            nested = isinstance(value, (dict, list))
            yield from _faults(value, f"{path}.{position}".lstrip(".") if nested else path)
    else:
        yield {"field": path, "code": getattr(detail, "code", None) or "invalid", "detail": str(detail)}
