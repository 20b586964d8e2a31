"""The bytes of a request's body, of which not more is read than is allowed; kept, so that they can be read again."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from rest_framework import exceptions

from masterdata.rules.body_size import MOST_BYTES


class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = f"The body has more than {MOST_BYTES} bytes."
    default_code = "too_large"


class CutOff(exceptions.ValidationError):
    """The body ended before the length that was announced."""

    def __init__(self, sentence: str = "The body ended before its length.") -> None:
        super().__init__({"": [exceptions.ErrorDetail(sentence, "cut_off")]})


def bytes_of(request: HttpRequest) -> bytes:
    """The body. Raises TooLarge (413) or CutOff (400)."""
    known = getattr(request, "_body", None)
    meta = request.META
    try:
        if known is not None:
            body: bytes = known
        elif meta.get("HTTP_TRANSFER_ENCODING") and meta.get("wsgi.input_terminated"):
            body = _chunked(meta["wsgi.input"])
            request._body = body  # type: ignore[attr-defined]
        elif int(meta.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise TooLarge
        else:
            body = request.body
    except RequestDataTooBig as error:
        raise TooLarge from error
    except (ValueError, UnreadablePostError) as error:
        raise CutOff from error
    if len(body) > MOST_BYTES:
        raise TooLarge
    return body


def _chunked(source: Any) -> bytes:
    """The pieces of a chunked body, put together by the web server, whose errors are of its own kinds."""
    try:
        read: bytes = source.read(MOST_BYTES + 1)
    except Exception as error:
        raise CutOff("The chunks of the body do not fit together, or it ended early.") from error
    return read
