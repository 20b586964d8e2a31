"""The body of a request, read strictly: its type, its size, then every fault of it at once."""

from collections.abc import Callable, Iterable, Mapping
from email.message import Message
from functools import partial
from typing import Any, TypeVar

from rest_framework import exceptions
from rest_framework.request import Request

from backflush.rules.report import Report, parse_report
from backflush.rules.strict_json import Fault, faults_within, parsed_json, writable
from masterdata.pages.raw_body import bytes_of

Parsed = TypeVar("Parsed")


def faulty(faults: Iterable[Fault]) -> exceptions.ValidationError:
    """A 400 that names the field of each fault."""
    by_field: dict[str, list[exceptions.ErrorDetail]] = {}
    for fault in faults:
        detail = exceptions.ErrorDetail(writable(fault.detail, 400), fault.code)
        by_field.setdefault(writable(fault.field), []).append(detail)
    return exceptions.ValidationError(by_field)


def parsed_body(request: Request, parse: Callable[[Any], Parsed | list[Fault]]) -> Parsed:
    """What `parse` makes of the JSON data of the body, numbers as they were written.

    Raises 413, 415, or 400 with every fault at once: those of the text itself, and those that `parse` found beside them.
    """
    _require_json(request.META)
    data, faults = parsed_json(bytes_of(request._request))
    if faults:
        raise faulty(faults)
    faults = faults_within(data)
    found = parse(data)
    if isinstance(found, list):
        named = {fault.field for fault in faults}
        faults = [*faults, *(fault for fault in found if fault.field not in named)]
    if faults or isinstance(found, list):
        raise faulty(faults)
    return found


def _require_json(meta: Mapping[str, Any]) -> None:
    sent = Message()
    sent["Content-Type"] = meta.get("CONTENT_TYPE", "")
    kind = meta.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise exceptions.UnsupportedMediaType(kind[:80], "Send application/json.", "unsupported_media_type")
    charset = sent.get_param("charset", "utf-8")
    if not isinstance(charset, str) or charset.strip().lower() not in ("utf-8", "utf8"):
        raise exceptions.UnsupportedMediaType(
            kind, "Send JSON in UTF-8, and name no other charset.", "unsupported_charset"
        )
    if meta.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() not in ("", "identity"):
        raise exceptions.UnsupportedMediaType(kind, "Send the body as it is, not compressed.", "unsupported_encoding")


def report_of(request: Request, *, preview: bool = False) -> Report:
    """The parsed report. Raises 400 with every fault."""
    return parsed_body(request, partial(parse_report, preview=preview))
