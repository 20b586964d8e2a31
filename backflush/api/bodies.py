"""The body of a request, read strictly: its type, its size, then every fault of it at once."""

from collections.abc import Callable, Iterable, Mapping
from email.message import Message
from functools import partial
from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from rest_framework import exceptions
from rest_framework.request import Request

from backflush.rules.report import Report, parse_report
from backflush.rules.strict_json import MOST_BYTES, Fault, faults_within, parsed_json, writable

Parsed = TypeVar("Parsed")


class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = f"The body has more than {MOST_BYTES} bytes."
    default_code = "too_large"


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
    data, faults = parsed_json(_bytes_of(request._request))
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


def _bytes_of(request: HttpRequest) -> bytes:
    """The body, of which not more is read than is allowed."""
    meta = request.META
    try:
        if meta.get("HTTP_TRANSFER_ENCODING") and meta.get("wsgi.input_terminated"):
            body = _chunked(meta["wsgi.input"])
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


def _chunked(source: Any) -> bytes:
    """The pieces of a chunked body, put together by the web server, whose errors are of its own kinds."""
    try:
        read: bytes = source.read(MOST_BYTES + 1)
    except Exception as error:
        raise faulty(
            [Fault("", "cut_off", "The chunks of the body do not fit together, or it ended early.")]
        ) from error
    return read


def report_of(request: Request, *, preview: bool = False) -> Report:
    """The parsed report. Raises 400 with every fault."""
    return parsed_body(request, partial(parse_report, preview=preview))
