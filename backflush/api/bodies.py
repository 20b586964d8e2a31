"""The body of a request, read strictly: its type, its size, then every fault of it at once."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from rest_framework import exceptions
from rest_framework.request import Request

from backflush.rules.report import Report, parse_report
from backflush.rules.strict_json import MOST_BYTES, Fault, read_json


class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = f"The body has more than {MOST_BYTES} bytes."
    default_code = "too_large"


def faulty(faults: Iterable[Fault]) -> exceptions.ValidationError:
    """A 400 that names the field of each fault."""
    by_field: dict[str, list[exceptions.ErrorDetail]] = {}
    for fault in faults:
        by_field.setdefault(fault.field, []).append(exceptions.ErrorDetail(fault.detail, fault.code))
    return exceptions.ValidationError(by_field)


def json_body(request: Request) -> Any:
    """The JSON data of the body, numbers as they were written. Raises 400, 413 or 415."""
    kind = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise exceptions.UnsupportedMediaType(kind[:80], "Send application/json.", "unsupported_media_type")
    if request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() not in ("", "identity"):
        raise exceptions.UnsupportedMediaType(kind, "Send the body as it is, not compressed.", "unsupported_encoding")
    data, faults = read_json(_bytes_of(request._request))
    if faults:
        raise faulty(faults)
    return data


def _bytes_of(request: HttpRequest) -> bytes:
    """The body, of which not more is read than is allowed."""
    meta = request.META
    try:
        if meta.get("HTTP_TRANSFER_ENCODING") and meta.get("wsgi.input_terminated"):
            body: bytes = meta["wsgi.input"].read(MOST_BYTES + 1)
        elif int(meta.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise TooLarge
        else:
            body = request.body
    except RequestDataTooBig as error:
        raise TooLarge from error
    except (ValueError, UnreadablePostError) as error:
        raise faulty([Fault("", "cut_off", "The body ended before its length.")]) from error
    if len(body) > MOST_BYTES:
        raise TooLarge
    return body


def report_of(data: Any, *, preview: bool = False) -> Report:
    """The parsed report. Raises 400 with every fault."""
    found = parse_report(data, preview=preview)
    if isinstance(found, Report):
        return found
    raise faulty(found)
