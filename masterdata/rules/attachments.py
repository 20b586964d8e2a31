"""Files that are attached to change requests: what may be attached, under which name, and when. Told from the bytes.

A file is never opened or shown by us; it is kept, and handed out as it came. What it says it is must be what it begins as,
so that whoever opens it in years gets what its name promises.
"""

import io
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from masterdata.rules.change_control import ChangeState
from masterdata.rules.refusal import Refusal
from masterdata.rules.sheet_file import file_refusal

#: What no setting goes beyond; `migrations/attachments.sql` holds the same, and a test compares them.
CEILING_MEGABYTES = 25
MOST_FILES = 20
LONGEST_NAME = 120


class FileKind(StrEnum):
    """What may be attached."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    CSV = "csv"
    XLSX = "xlsx"
    TEXT = "text"


_ENDINGS = {
    "pdf": FileKind.PDF,
    "png": FileKind.PNG,
    "jpg": FileKind.JPEG,
    "jpeg": FileKind.JPEG,
    "csv": FileKind.CSV,
    "xlsx": FileKind.XLSX,
    "txt": FileKind.TEXT,
}
#: for the file dialog of a browser
ENDINGS = tuple(f".{ending}" for ending in _ENDINGS)
WORDS = {
    FileKind.PDF: "PDF",
    FileKind.PNG: "PNG picture",
    FileKind.JPEG: "JPEG picture",
    FileKind.CSV: "CSV table",
    FileKind.XLSX: "XLSX workbook",
    FileKind.TEXT: "plain text file",
}
_BEGINNINGS = {
    FileKind.PDF: b"%PDF-",
    FileKind.PNG: b"\x89PNG\r\n\x1a\n",
    FileKind.JPEG: b"\xff\xd8\xff",
    FileKind.XLSX: b"PK\x03\x04",
}
_TEXTS = (FileKind.CSV, FileKind.TEXT)
_IN_TEXT = frozenset(b"\t\n\r\f")
_CHOOSE = "Attach a PDF, PNG, JPEG, CSV, XLSX or TXT file."


@dataclass(frozen=True, slots=True)
class AttachedName:
    """A file that is attached already and was not taken out."""

    name: str
    sha256: str


def kind_of_name(name: str) -> FileKind | None:
    """What a file says it is, by the ending of its name."""
    _, dot, ending = name.rpartition(".")
    return _ENDINGS.get(ending.lower()) if dot else None


def tidy_name(name: str) -> str:
    """The name without folders and without what cannot be shown or turns text round; its ending stays when it is cut."""
    plain = "".join(one for one in name.replace("\\", "/").rsplit("/", 1)[-1] if one.isprintable())
    plain = " ".join(plain.split()).strip(". ") or "file"
    stem, dot, ending = plain.rpartition(".")
    if len(plain) <= LONGEST_NAME or not dot or len(ending) > 5:
        return plain[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - 1 - len(ending)]}.{ending}"


def attaching_refusal(state: str, request: str) -> Refusal | None:
    """`files_are_attached_to_drafts`: what is attached belongs to what is signed, so it changes in drafts only."""
    if state == ChangeState.DRAFT:
        return None
    return Refusal(
        "files_are_attached_to_drafts",
        f"{request} is {state}: its files belong to what is signed, so none is added or taken out any more.",
        request,
        "Let the author take it back to draft, or say it in a note."
        if state == ChangeState.SUBMITTED
        else "Say it in a note, or propose another change.",
    )


def file_refusals(
    *, name: str, content: bytes, sha256: str, most_megabytes: int, there: Collection[AttachedName]
) -> list[Refusal]:
    """Everything that is wrong with a file: empty, too large, of no known kind, not what it says, or there already."""
    found = []
    kind = kind_of_name(name)
    if not content:
        found.append(
            Refusal("file_empty", f"{name} is empty: it has 0 bytes.", name, "Choose the file that you saved.")
        )
    if len(content) > most_megabytes * 2**20:
        found.append(too_large(name, most_megabytes, len(content)))
    if kind is None:
        found.append(Refusal("file_kind_unknown", f"{name} is of a kind that is not taken.", name, _CHOOSE))
    elif content:
        found += _not_what_it_says(kind, name, content)
    if len(there) >= MOST_FILES:
        found.append(
            Refusal(
                "too_many_files",
                f"{len(there)} files are attached already, as many as a request takes.",
                name,
                "Take one out first, or put several into one PDF.",
            )
        )
    return found + _there_already(name, sha256, there)


def too_large(name: str, most_megabytes: int, size: int | None = None) -> Refusal:
    said = f"{name} has {size / 2**20:,.1f} MB" if size else f"{name} is too large"
    return Refusal(
        "file_too_large",
        f"{said}; at most {most_megabytes} MB are taken. It was not kept.",
        name,
        "Make it smaller, for example by saving pictures in a lower resolution.",
    )


def _not_what_it_says(kind: FileKind, name: str, content: bytes) -> list[Refusal]:
    if not (_is_text(content) if kind in _TEXTS else content.startswith(_BEGINNINGS[kind])):
        other = next((WORDS[one] for one, begins in _BEGINNINGS.items() if content.startswith(begins)), "")
        told = f"its content begins as that of a {other}" if other else "its content is none"
        remedy = "Save it as UTF-8." if kind in _TEXTS and not other else "Save it again under the ending that fits."
        return [Refusal("content_is_another", f"{name} is called a {WORDS[kind]}, but {told}.", name, remedy)]
    if kind != FileKind.XLSX:
        return []
    inside = file_refusal(io.BytesIO(content), len(content))
    return [] if inside is None else [Refusal(inside.code, f"{name}: {inside.sentence}", name, inside.remedy)]


def _is_text(content: bytes) -> bool:
    """UTF-8, or an older code with a byte for a character: nothing but characters and lines, which programs are not."""
    if content.startswith(_BEGINNINGS[FileKind.PDF]):
        return False
    return not any((byte < 32 and byte not in _IN_TEXT) or byte == 127 for byte in set(content))


def _there_already(name: str, sha256: str, there: Collection[AttachedName]) -> list[Refusal]:
    same = next((one for one in there if one.sha256 == sha256), None)
    if same is not None:
        told = f"The same file is attached already, as {same.name}."
        return [Refusal("file_is_there", told, name, "Nothing needs to be done.")]
    if any(one.name.casefold() == name.casefold() for one in there):
        told = f"Another file of the name {name} is attached already."
        return [Refusal("name_is_taken", told, name, "Take that one out first, or give this one another name.")]
    return []
