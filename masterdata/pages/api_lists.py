"""Lists of the API: filters by name that are checked, and pages by cursor."""

import re
from base64 import b64encode
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from masterdata.pages.api_schema import parameter

LONGEST = 200
MOST_ROWS = 500
#: what is wrong with a parameter's text: code and sentence
ParameterFault = tuple[str, str]
Check = Callable[[str], ParameterFault | None]
_CURSOR = re.compile(rb"(o=[1-9][0-9]{0,3})?((^|&)r=1)?((^|&)p=[0-9]{1,18})?")


@dataclass(frozen=True, slots=True)
class Filter:
    """One query parameter. `lookup`: a field path, or what makes a condition of the value. `most`: of a whole number."""

    lookup: str | Callable[[str], Q]
    about: str
    words: tuple[str, ...] = ()
    most: int = 0

    def condition(self, value: str) -> Q:
        return Q(**{self.lookup: value}) if isinstance(self.lookup, str) else self.lookup(value)


def words_of(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(word) for word in words)


def parameters_of(filters: Mapping[str, Filter]) -> list[OpenApiParameter]:
    """The filters as the schema shows them, with the paging."""
    paging = [
        parameter("cursor", "Which page; taken from `next` or `previous`"),
        parameter("page_size", f"Rows on a page, 1 to {MOST_ROWS}", whole_number=True),
    ]
    shown = [parameter(name, one.about, words=one.words, whole_number=bool(one.most)) for name, one in filters.items()]
    return shown + paging


def checked(request: Request, known: Mapping[str, Collection[str] | Check]) -> dict[str, str]:
    """The query parameters by name; `known` has the words that each may take (none: any text), or what finds its fault.

    A 400 names each parameter that is unknown, doubled or wrong.
    """
    found, faults = {}, {}
    for name, values in request.query_params.lists():
        fault = _fault(name, values, known)
        if fault is not None:
            faults[name[:LONGEST].replace("\0", "")] = [exceptions.ErrorDetail(fault[1], fault[0])]
        found[name] = values[-1]
    if faults:
        raise exceptions.ValidationError(faults)
    return found


def without_parameters(request: Request) -> None:
    """A page of one thing takes no parameters; what is given all the same is a 400, never overlooked."""
    checked(request, {})


def _fault(name: str, values: list[str], known: Mapping[str, Collection[str] | Check]) -> ParameterFault | None:
    value = values[-1]
    if name not in known:
        return "unknown_parameter", "There is no such parameter here."
    if len(values) > 1:
        return "given_twice", "This parameter is given more than once."
    if "\0" in value or (len(value) > LONGEST and name != "cursor"):
        return "not_text", f"At most {LONGEST} characters, none of them NUL."
    words = known[name]
    if callable(words):
        return words(value)
    if words and value not in words:
        return "unknown_word", f"One of {', '.join(words)}."
    return None


def whole_number(name: str, most: int) -> Check:
    """A parameter from 1 to `most`."""

    def check(value: str) -> ParameterFault | None:
        if value.isascii() and value.isdigit() and len(value) <= len(str(most)) and 1 <= int(value) <= most:
            return None
        return "not_a_whole_number", f"{name} is a whole number from 1 to {most}."

    return check


def cursor_fault(value: str) -> ParameterFault | None:
    """A cursor is what `next` or `previous` gave out, to the letter; any other text is no page."""
    try:
        read = a2b_base64(value.encode("ascii"), strict_mode=True)
    except (NotBase64, UnicodeEncodeError):
        read = b""
    if read and _CURSOR.fullmatch(read) and b64encode(read).decode() == value:
        return None
    return "not_a_cursor", "Take the cursor from next or previous."


def page_of(
    request: Request,
    rows: QuerySet[Any],
    filters: Mapping[str, Filter],
    describe: Callable[[list[Any]], list[dict[str, Any]]],
) -> Response:
    """One page, newest first: `results`, `next`, `previous`. `describe` turns all rows of the page into data at once."""
    paging: dict[str, Collection[str] | Check] = {
        "cursor": cursor_fault,
        "page_size": whole_number("page_size", MOST_ROWS),
    }
    known = {name: whole_number(name, one.most) if one.most else one.words for name, one in filters.items()}
    given = checked(request, {**known, **paging})
    for name in paging:
        given.pop(name, None)
    for name, value in given.items():
        rows = rows.filter(filters[name].condition(value))
    pagination: Any = api_settings.DEFAULT_PAGINATION_CLASS
    paginator = pagination()
    return paginator.get_paginated_response(describe(paginator.paginate_queryset(rows, request)))
