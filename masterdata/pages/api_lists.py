"""Lists of the API: filters by name that are checked, and pages by cursor."""

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


@dataclass(frozen=True, slots=True)
class Filter:
    """One query parameter. `lookup`: a field path, or what makes a condition of the value."""

    lookup: str | Callable[[str], Q]
    about: str
    words: tuple[str, ...] = ()

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
    return [parameter(name, one.about, words=one.words) for name, one in filters.items()] + paging


def checked(request: Request, known: Mapping[str, Collection[str]]) -> dict[str, str]:
    """The query parameters by name; `known` has the words that each may take (none: any text).

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


def _fault(name: str, values: list[str], known: Mapping[str, Collection[str]]) -> tuple[str, str] | None:
    value = values[-1]
    if name not in known:
        return "unknown_parameter", "There is no such parameter here."
    if len(values) > 1:
        return "given_twice", "This parameter is given more than once."
    if "\0" in value or (len(value) > LONGEST and name != "cursor"):
        return "not_text", f"At most {LONGEST} characters, none of them NUL."
    if known[name] and value not in known[name]:
        return "unknown_word", f"One of {', '.join(known[name])}."
    return None


def whole_number(name: str, text: str, most: int) -> int:
    """A parameter from 1 to `most`; else a 400."""
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most:
        return int(text)
    fault = exceptions.ErrorDetail(f"{name} is a whole number from 1 to {most}.", "not_a_whole_number")
    raise exceptions.ValidationError({name: [fault]})


def page_of(
    request: Request,
    rows: QuerySet[Any],
    filters: Mapping[str, Filter],
    describe: Callable[[list[Any]], list[dict[str, Any]]],
) -> Response:
    """One page, newest first: `results`, `next`, `previous`. `describe` turns all rows of the page into data at once."""
    given = checked(request, {**{name: one.words for name, one in filters.items()}, "cursor": (), "page_size": ()})
    whole_number("page_size", given.pop("page_size", "1"), MOST_ROWS)
    given.pop("cursor", None)
    for name, value in given.items():
        rows = rows.filter(filters[name].condition(value))
    pagination: Any = api_settings.DEFAULT_PAGINATION_CLASS
    paginator = pagination()
    return paginator.get_paginated_response(describe(paginator.paginate_queryset(rows, request)))
