"""What every governed version tells in the API: its state and times, who wrote and who approved it, its checked signature."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from masterdata.pages.api_lists import without_parameters
from masterdata.pages.api_schema import maybe, moment, named, one_of, record, text
from masterdata.pages.api_signatures import OF_A_VERSION, of_version
from masterdata.pages.callers import caller_of
from masterdata.rules.vocabulary import RecordState

#: the schema of `standing_of`
STANDING = {
    "state": one_of(RecordState),
    "effective_from": maybe(moment()),
    "effective_to": maybe(moment()),
    "author": text("User name"),
    "approver": maybe(text("As printed with the signature")),
    "approved_at": maybe(moment()),
}


def in_full(name: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The schema of `one_version`: the fields of the list, the checked signature and what was signed."""
    content = {"type": "object", "description": "The whole version, as it is signed"}
    return named(name, record({**fields, "signature": OF_A_VERSION, "content": content}))


def standing_of(version: Any) -> dict[str, Any]:
    """State, effective times, author and approver."""
    signed = version.signature
    return {
        "state": version.state,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "author": version.author.username,
        "approver": signed.printed_name if signed else None,
        "approved_at": signed.signed_at if signed else None,
    }


def one_version(
    request: Request,
    versions: QuerySet[Any],
    key: int,
    *,
    called: str,
    described: Callable[[Any], dict[str, Any]],
    content: Callable[[Any], dict[str, Any]],
) -> Response:
    """The version of this key with its signature and what was signed; 404 in words where there is none."""
    without_parameters(request)
    caller_of(request)
    version = versions.filter(pk=key).first()
    if version is None:
        raise Http404(f"There is no {called} {key}.")
    return Response({**described(version), "signature": of_version(version), "content": content(version)})
