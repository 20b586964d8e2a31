"""The body of a request, read strictly: its type, its size, then every fault of it at once."""

from collections.abc import Iterable
from typing import Any

from rest_framework import exceptions
from rest_framework.request import Request

from backflush.rules.report import Report, parse_report
from backflush.rules.strict_json import Fault, read_json
from masterdata.pages.raw_body import bytes_of


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
    data, faults = read_json(bytes_of(request._request))
    if faults:
        raise faulty(faults)
    return data


def report_of(data: Any, *, preview: bool = False) -> Report:
    """The parsed report. Raises 400 with every fault."""
    found = parse_report(data, preview=preview)
    if isinstance(found, Report):
        return found
    raise faulty(found)
