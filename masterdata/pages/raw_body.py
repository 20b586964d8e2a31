"""The bytes of a request's body, of which not more is read than is allowed; kept, so that they can be read again."""

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

    def __init__(self) -> None:
        super().__init__({"": [exceptions.ErrorDetail("The body ended before its length.", "cut_off")]})


def bytes_of(request: HttpRequest) -> bytes:
    """The body. Raises TooLarge (413) or CutOff (400)."""
    known = getattr(request, "_body", None)
    meta = request.META
    try:
        if known is not None:
            body: bytes = known
        elif meta.get("HTTP_TRANSFER_ENCODING") and meta.get("wsgi.input_terminated"):
            body = meta["wsgi.input"].read(MOST_BYTES + 1)
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
