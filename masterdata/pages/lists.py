"""Lists of every screen: sorted and filtered by their address, in pages, with a CSV of all that is shown."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from django.core.paginator import EmptyPage, InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from masterdata.pages import figures

Cell = dict[str, Any]
PER_PAGE = 50
MOST_EXPORTED = 100_000
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
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
    """A field above a list. With `choices` [(value, words)] it is a choice, else text (or `kind` of input).

    `value`: what counts where the address says nothing. `instead`: what is shown where it says something that is not
    understood. `fault`: what was not understood, in words; `note`: what was understood otherwise than it was written.
    """

    name: str
    label: str
    choices: Sequence[tuple[str, str]] | None = None
    kind: str = "search"
    value: str = ""
    instead: str = "It is left out."
    fault: str = ""
    note: str = ""


@dataclass
class Listing:
    """A list as a screen needs it. `rows`: a QuerySet, or a list of anything that the columns' cells read.

    `understood`: filters of the address that have no field here. `foot`: makes rows of cells, one cell a column, that stand
    below all rows, on every page and in the file. `prepare` is told the rows of the page, or of the file, before their cells are
    asked for. `all_url`: where "show all" leads; a list that opens filtered says there
    that nothing is chosen.
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
    foot: Callable[[Any], list[list[Cell]]] | None = None
    understood: Sequence[Filter] = ()
    prepare: Callable[[Sequence[Any]], None] | None = None
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
    return {"text": figures.when(value), "url": url, "raw": value.isoformat() if value else "", "time": True}


def day(value: date | None) -> Cell:
    return {"text": figures.day(value), "raw": value.isoformat() if value else ""}


def asked(request: HttpRequest, name: str) -> str:
    """What a filter of the address says, cleaned: at most 200 characters, no control characters."""
    value = request.GET.get(name, "")[:200]
    return "".join(character for character in value if character.isprintable()).strip()


def filtered(request: HttpRequest, filters: Iterable[Filter]) -> list[Filter]:
    """The filters with what the address says; what is not understood counts as nothing, and the filter says so.

    A first day `from` that is later than the last one `to` changes places with it, and says so too.
    """
    found = {}
    for one in filters:
        value = asked(request, one.name)
        fault = _not_understood(one, value)
        found[one.name] = replace(one, value=value if value and not fault else one.value, fault=fault)
    first, last = found.get("from"), found.get("to")
    if first and last and first.value and last.value:
        since, until = as_day(first.value), as_day(last.value)
        if since and until and since > until:
            note = f"From ({figures.day(since)}) is later than To ({figures.day(until)}): the two have changed places here."
            found["from"] = replace(first, value=last.value, note=note)
            found["to"] = replace(last, value=first.value)
    return list(found.values())


def _not_understood(one: Filter, value: str) -> str:
    if not value:
        return ""
    if one.choices is not None:
        offered = value in {str(key) for key, _ in one.choices}
        return "" if offered else f"{one.label}: “{value}” is not one of the choices. {one.instead}"
    if one.kind == "datetime-local" and not as_moment(value):
        return f"{one.label}: “{value}” is not a time. {one.instead} Write one like 2026-01-31T14:30."
    if one.kind != "date" or as_day(value):
        return ""
    return (
        f"{one.label}: “{value}” is not a day between {figures.day(FIRST_DAY)} and {figures.day(LAST_DAY)}."
        f" {one.instead} Write a day like {FIRST_DAY.replace(year=2026).isoformat()}."
    )


def as_day(text: str) -> date | None:
    """A day that lists know; None for what is none, and for days so far off that no period around them can be told."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and FIRST_DAY <= found <= LAST_DAY else None


def day_begins(day: date) -> datetime:
    """Midnight of that day at the site."""
    return timezone.make_aware(datetime.combine(day, time()))


def as_moment(text: str) -> datetime | None:
    """A time, at the site where it names no zone; None for what is none, and for times of days that lists do not know."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or not FIRST_DAY <= found.date() <= LAST_DAY:
        return None
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def notes_of(filters: Iterable[Filter]) -> list[str]:
    """What is to be said above a list: what was not understood, or otherwise than it was written."""
    return [words for one in filters for words in (one.fault, one.note) if words]


def values(filters: Iterable[Filter]) -> dict[str, str]:
    return {one.name: one.value for one in filters}


def show_list(
    request: HttpRequest, listing: Listing, *, template: str = "masterdata/list.html", status: int = 200
) -> HttpResponse:
    """The list as a page, or, with `?format=csv`, as a file."""
    if request.GET.get("format") == "csv":
        return not_exported([*listing.filters, *listing.understood]) or as_csv(request, listing)
    return render(request, template, {**listing.context, **table_of(request, listing)}, status=status)


def table_of(request: HttpRequest, listing: Listing) -> dict[str, Any]:
    """Context for `masterdata/listing.html`."""
    sort, rows = _ordered(request, listing)
    page, note = _page(rows, listing.per_page, asked(request, "page"))
    query = request.GET.copy()
    query.pop("page", None)
    query["format"] = "csv"
    count = page.paginator.count
    shown = list(page)
    if listing.prepare:
        listing.prepare(shown)
    return {
        "listing": listing,
        "columns": [
            {"label": one.label, "sort": one.sort, "number": one.number, "unit": one.unit} for one in listing.columns
        ],
        "rows": [{"cells": [column.cell(row) for column in listing.columns]} for row in shown],
        "sort": sort,
        "page": page,
        "count": f"{figures.figure(count)} {listing.name if count != 1 else _one(listing.name)}" if count else "",
        "export_urls": [{"label": "CSV", "url": f"?{query.urlencode()}"}] if count else [],
        "filters": listing.filters,
        "all_url": listing.all_url,
        "filtered": any(one.value for one in listing.filters),
        "notes": [*notes_of([*listing.filters, *listing.understood]), *([note] if note else [])],
        "foot": listing.foot(rows) if listing.foot and count else [],
    }


def _page(rows: Any, per_page: int, number: str) -> tuple[Page[Any], str]:
    """The page that is asked for, or the nearest there is and a sentence that says so."""
    paginator = Paginator(rows, per_page)
    try:
        return paginator.page(number or 1), ""
    except InvalidPage as fault:
        shown = paginator.num_pages if isinstance(fault, EmptyPage) and int(number) > 1 else 1
        which = "There is only one" if paginator.num_pages == 1 else f"Page {shown} of {paginator.num_pages} is shown"
        return paginator.page(shown), f"There is no page “{number}” of this list. {which}."


def not_exported(filters: Iterable[Filter]) -> HttpResponse | None:
    """A file cannot say that a filter was left out: what is not understood is answered with words in its place."""
    faults = [one.fault.replace(f" {one.instead}", "") for one in filters if one.fault]
    if not faults:
        return None
    said = "\n".join(
        [*faults, "Nothing is exported. Correct this in the address, or choose on the page and export from there."]
    )
    return HttpResponse(f"{said}\n", status=400, content_type="text/plain; charset=utf-8")


def as_csv(request: HttpRequest, listing: Listing) -> HttpResponse:
    """Every row that the filters leave, in the order shown, with plain figures and ISO times; units beside figures.

    A column without a label only leads to another page: it says nothing of the row, so it is left out.
    """
    _, rows = _ordered(request, listing)
    exported = rows[:MOST_EXPORTED]
    if listing.prepare:
        exported = list(exported)
        listing.prepare(exported)
    lines = [[column.cell(row) for column in listing.columns] for row in exported]
    if listing.foot and lines:
        lines += listing.foot(rows)
    places = [place for place, column in enumerate(listing.columns) if column.label]
    columns = [listing.columns[place] for place in places]
    lines = [[line[place] for place in places] for line in lines]
    with_unit = [
        bool(column.unit) or (column.number and any(line[place].get("unit") for line in lines))
        for place, column in enumerate(columns)
    ]
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{listing.file}.csv"'
    writer = csv.writer(response)
    head: list[str] = []
    for column, unit in zip(columns, with_unit, strict=True):
        head += [column.label, f"{column.label} unit"] if unit else [column.label]
    writer.writerow(head)
    for line in lines:
        written: list[str] = []
        for cell, unit, column in zip(line, with_unit, columns, strict=True):
            written.append(_safe(cell))
            if unit:
                written.append(str(cell.get("unit") or (column.unit if written[-1] else "")))
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
