"""Lists of every screen: sorted and filtered by their address, in pages, with a CSV of all that is shown."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from masterdata.pages import figures

Cell = dict[str, Any]
PER_PAGE = 50
MOST_EXPORTED = 100_000
#: A spreadsheet would take a text that begins like this for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """One column. `sort` is its word in the address; `by` what rows are ordered by: a field path, or a key for lists."""

    label: str
    cell: Callable[[Any], Cell]
    sort: str = ""
    by: str | Callable[[Any], Any] = ""
    number: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Filter:
    """A field above a list. With `choices` [(value, words)] it is a choice, else text (or `kind` of input)."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]] | None = None
    kind: str = "search"
    value: str = ""


@dataclass
class Listing:
    """A list as a screen needs it. `rows`: a QuerySet, or a list of anything that the columns' cells read.

    `all_url`: where "show all" leads; a list that opens filtered says there that nothing is chosen.
    """

    name: str
    rows: Any
    columns: Sequence[Column]
    order: str
    file: str
    empty: str
    empty_hint: str = ""
    filters: Sequence[Filter] = ()
    all_url: str = "?"
    per_page: int = PER_PAGE
    context: dict[str, Any] = field(default_factory=dict)


def text(value: Any, url: str = "", *, code: bool = False, tone: str = "", soft: bool = False) -> Cell:
    shown = "" if value is None else str(value)
    return {"text": shown, "url": url, "code": code, "tone": tone, "soft": soft, "raw": shown}


def number(value: Any, unit: str = "", url: str = "") -> Cell:
    """A quantity; empty where there is none."""
    if value is None or value == "":
        return {"text": "", "raw": ""}
    return {"number": figures.figure(value), "unit": unit, "url": url, "raw": figures.raw(value), "is_number": True}


def amount(value: Any, url: str = "", decimals: int = 2, unit: str = "") -> Cell:
    """Money."""
    if value is None or value == "":
        return {"text": "", "raw": ""}
    shown = figures.money(value, decimals)
    return {"number": shown, "url": url, "unit": unit, "raw": figures.raw(value), "is_number": True}


def moment(value: datetime | None, url: str = "") -> Cell:
    return {"text": figures.when(value), "url": url, "raw": value.isoformat() if value else ""}


def day(value: date | None) -> Cell:
    return {"text": figures.day(value), "raw": value.isoformat() if value else ""}


def asked(request: HttpRequest, name: str) -> str:
    """What a filter of the address says, cleaned: at most 200 characters, no control characters."""
    value = request.GET.get(name, "")[:200]
    return "".join(character for character in value if character.isprintable()).strip()


def filtered(request: HttpRequest, filters: Iterable[Filter]) -> list[Filter]:
    """The filters with what the address says; a choice that is not offered counts as none."""
    found = []
    for one in filters:
        value = asked(request, one.name)
        if one.choices is not None and value not in {str(key) for key, _ in one.choices}:
            value = ""
        found.append(Filter(one.name, one.label, one.choices, one.kind, value))
    return found


def values(filters: Iterable[Filter]) -> dict[str, str]:
    return {one.name: one.value for one in filters}


def show_list(
    request: HttpRequest, listing: Listing, *, template: str = "masterdata/list.html", status: int = 200
) -> HttpResponse:
    """The list as a page, or, with `?format=csv`, as a file."""
    if request.GET.get("format") == "csv":
        return as_csv(request, listing)
    return render(request, template, {**listing.context, **table_of(request, listing)}, status=status)


def table_of(request: HttpRequest, listing: Listing) -> dict[str, Any]:
    """Context for `masterdata/listing.html`."""
    sort, rows = _ordered(request, listing)
    page = Paginator(rows, listing.per_page).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    query["format"] = "csv"
    count = page.paginator.count
    return {
        "listing": listing,
        "columns": [
            {"label": one.label, "sort": one.sort, "number": one.number, "unit": one.unit} for one in listing.columns
        ],
        "rows": [{"cells": [column.cell(row) for column in listing.columns]} for row in page],
        "sort": sort,
        "page": page,
        "count": f"{figures.figure(count)} {listing.name if count != 1 else _one(listing.name)}" if count else "",
        "export_urls": [{"label": "CSV", "url": f"?{query.urlencode()}"}] if count else [],
        "filters": listing.filters,
        "all_url": listing.all_url,
        "filtered": any(one.value for one in listing.filters),
    }


def as_csv(request: HttpRequest, listing: Listing) -> HttpResponse:
    """Every row that the filters leave, in the order shown, with plain figures and ISO times; units beside figures."""
    _, rows = _ordered(request, listing)
    lines = [[column.cell(row) for column in listing.columns] for row in rows[:MOST_EXPORTED]]
    with_unit = [
        column.number and any(line[place].get("unit") for line in lines) for place, column in enumerate(listing.columns)
    ]
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{listing.file}.csv"'
    writer = csv.writer(response)
    head: list[str] = []
    for column, unit in zip(listing.columns, with_unit, strict=True):
        head += [column.label, f"{column.label} unit"] if unit else [column.label]
    writer.writerow(head)
    for line in lines:
        written: list[str] = []
        for cell, unit in zip(line, with_unit, strict=True):
            written.append(_safe(cell))
            if unit:
                written.append(str(cell.get("unit", "")))
        writer.writerow(written)
    return response


def _safe(cell: Cell) -> str:
    shown = str(cell.get("raw", cell.get("text", "")))
    return shown if cell.get("is_number") else safe_text(shown)


def safe_text(shown: str) -> str:
    """A text that a spreadsheet takes for a text, whatever it begins with."""
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def _ordered(request: HttpRequest, listing: Listing) -> tuple[str, Any]:
    """The sort word in force and the rows in its order; an unknown word gives the list's own order."""
    columns = {column.sort: column for column in listing.columns if column.sort}
    asked_for = request.GET.get("sort", "")
    sort = asked_for if asked_for.removeprefix("-") in columns else listing.order
    falling, column = sort.startswith("-"), columns.get(sort.removeprefix("-"))
    rows = listing.rows
    if column is None:
        return sort, rows
    if isinstance(rows, QuerySet):
        path = str(column.by or column.sort)
        return sort, rows.order_by(f"-{path}" if falling else path, "-pk" if falling else "pk")
    key = column.by if callable(column.by) else (lambda row: row[column.sort])
    return sort, sorted(rows, key=lambda row: _sortable(key(row)), reverse=falling)


def _sortable(value: Any) -> tuple[int, Any]:
    """Empty values stand together, so that they need not compare with others."""
    return (0, 0) if value is None or value == "" else (1, value)


def _one(name: str) -> str:
    return name[:-3] + "y" if name.endswith("ies") else name.removesuffix("s")
