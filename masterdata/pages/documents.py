"""A document on a page and as a PDF, from the same text. The PDF is PDF/A, tagged, and byte for byte the same each time."""

import json
import re
from datetime import datetime
from typing import Any

import typst
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from masterdata.models import Person
from masterdata.pages.offers import opens
from masterdata.rules.document import Document, See, Table, both_times, section_content

STANDARDS = ["a-2a"]
NARROWEST, WIDEST = 6, 34
#: where a line of a cell may end
_BREAKS = re.compile(r"[\s/_.]+")


def document_page(document: Document, made_at: str, reader: Person) -> dict[str, Any]:
    """Context for `components/document.html`; it leads only to pages that open for the reader."""
    return {
        "document": document,
        "made_at": made_at,
        "sections": [
            {
                "section": one,
                "facts": [{"name": name, "value": value} for name, value in one.facts],
                "see": [
                    {"words": link.words, "url": reverse(link.page, args=_key(link))}
                    for link in one.see
                    if opens(reader, link.page, *_key(link))
                ],
            }
            for one in document.sections
        ],
    }


def _key(link: See) -> list[object]:
    return [] if link.key is None else [link.key]


def pdf_of(document: Document, made: datetime, zone: str, *, picture: bool = False) -> bytes:
    """The document as a file; `picture`: its first page as PNG, to look at."""
    at = made.replace(microsecond=0)
    data = {
        "number": document.number,
        "title": document.title,
        "subtitle": document.subtitle,
        "digest": document.digest,
        "made_at": both_times(at, zone),
        "made": {name: getattr(at, name) for name in ("year", "month", "day", "hour", "minute", "second")},
        "sections": [
            {
                **section_content(one),
                "tables": [
                    {**told, "widths": _widths(table)}
                    for told, table in zip(section_content(one)["tables"], one.tables, strict=True)
                ],
            }
            for one in document.sections
        ],
    }
    made_file = typst.compile(
        str(settings.BASE_DIR / "templates" / "document.typ"),
        sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
        ignore_system_fonts=True,
        timestamp=int(at.timestamp()),
        **({"format": "png", "ppi": 110.0} if picture else {"pdf_standards": STANDARDS}),
    )
    assert isinstance(made_file, bytes)
    return made_file


def _widths(table: Table) -> list[int]:
    """How wide each column is beside the others: by its longest word and by how much stands in it."""
    widths = []
    for place, head in enumerate(table.head):
        cells = [head, *(row[place] for row in table.rows)]
        word = max((len(word) for cell in cells for word in _BREAKS.split(cell)), default=0)
        longest = max(len(cell) for cell in cells)
        widths.append(min(WIDEST, max(NARROWEST, word + 1, longest // 3)))
    return widths


def pdf_answer(document: Document, made: datetime, zone: str) -> HttpResponse:
    """The file, named by the document's number."""
    answer = HttpResponse(pdf_of(document, made, zone), content_type="application/pdf")
    name = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in document.number)
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
