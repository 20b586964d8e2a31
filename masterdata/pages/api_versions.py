"""What every governed version tells in the API: its state and times, who wrote and who approved it, its checked signature."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from masterdata.pages.api_lists import without_parameters
from masterdata.pages.api_signatures import of_version
from masterdata.pages.callers import caller_of


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
