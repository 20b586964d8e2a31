"""What an uploaded file is, before anything of it is unpacked: told from its bytes, never from its name."""

import zipfile
from collections.abc import Iterator
from typing import IO

from masterdata.rules.refusal import Refusal

#: of the bytes that a workbook unpacks to, of its parts, and how many times smaller it may be packed
MOST_UNPACKED = 256 * 1024 * 1024
MOST_PARTS = 500
MOST_RATIO = 250
#: below this much even a high ratio does no harm: short sheets of equal rows pack well
SMALL = 4 * 1024 * 1024
_ZIP, _EMPTY_ZIP, _OLE, _PDF = b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
_SAVE = "Open it in your spreadsheet and save it as XLSX, or as “CSV UTF-8”."


def file_refusal(file: IO[bytes], size: int) -> Refusal | None:
    """Why this file is not read at all; None: it is a workbook that is safe to unpack, or a text."""
    if size == 0:
        return Refusal("file_empty", "The file is empty: it has 0 bytes.", "", "Choose the file that you saved.")
    file.seek(0)
    head = file.read(8)
    if head.startswith(_OLE):
        return Refusal(
            "old_workbook", "The file is an old Excel workbook (XLS), or protected by a password.", "", _SAVE
        )
    if head.startswith(_PDF):
        return Refusal("not_a_sheet", "The file is a PDF.", "", _SAVE)
    return _workbook_refusal(file) if head.startswith((_ZIP, _EMPTY_ZIP)) else None


def is_workbook(head: bytes) -> bool:
    """Whether the file begins as a zip archive does."""
    return head.startswith(_ZIP)


def _workbook_refusal(file: IO[bytes]) -> Refusal | None:
    try:
        with zipfile.ZipFile(file) as archive:
            return next(_archive_refusals(archive), None)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, RuntimeError, UnicodeDecodeError):
        return Refusal("workbook_damaged", "The workbook is damaged: it cannot be unpacked.", "", "Save it again.")


def _archive_refusals(archive: zipfile.ZipFile) -> Iterator[Refusal]:
    parts = archive.infolist()
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if len(parts) > MOST_PARTS:
        yield Refusal(
            "too_many_parts", f"The workbook has {len(parts):,} parts, at most {MOST_PARTS} are read.", "", _SAVE
        )
    if unpacked > MOST_UNPACKED:
        yield Refusal(
            "too_large_unpacked",
            f"The workbook unpacks to {unpacked // 2**20:,} MB, at most {MOST_UNPACKED // 2**20} MB are read.",
            "",
            "Split it into several files, or save it as CSV.",
        )
    if unpacked > SMALL and unpacked > MOST_RATIO * max(packed, 1):
        yield Refusal(
            "packed_too_tightly",
            f"The workbook unpacks to {unpacked // max(packed, 1):,} times its size, as no sheet of records does.",
            "",
            "Save it again from your spreadsheet, or as CSV.",
        )
    if any(part.flag_bits & 1 for part in parts):
        yield Refusal("workbook_encrypted", "The workbook is encrypted.", "", "Save it without a password.")
    names = {part.filename for part in parts}
    if len(names) < len(parts):
        yield Refusal("workbook_damaged", "The workbook has two parts of one name.", "", "Save it again.")
    if "mimetype" in names or "content.xml" in names:
        yield Refusal("other_workbook", "The file is an OpenDocument sheet (ODS).", "", _SAVE)
    elif "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        yield Refusal("not_a_workbook", "The file is a zip archive, but no XLSX workbook.", "", _SAVE)
    elif any(
        "vbaproject" in name.lower() or (name.lower().endswith(".bin") and "macro" in name.lower()) for name in names
    ):
        yield Refusal("workbook_with_macros", "The workbook has macros (XLSM).", "", "Save it as XLSX, without macros.")
    elif "xl/workbook.bin" in names:
        yield Refusal("binary_workbook", "The file is a binary workbook (XLSB).", "", _SAVE)


def text_of(data: bytes) -> str | Refusal:
    """The text of a CSV file: UTF-8, or UTF-16 that says so. Anything else could be read in several ways."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding, name = "utf-16", "UTF-16"
    else:
        encoding, name = "utf-8-sig", "UTF-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Refusal(
            "encoding_unknown",
            f"Line {line} is not {name}: its byte {error.start + 1:,} of the file could be several characters.",
            "",
            "Save the file as “CSV UTF-8”.",
        )
    at = text.find("\x00")
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        return Refusal(
            "nul_character",
            f"Line {line} contains a NUL character: the file is no CSV in UTF-8.",
            "",
            "Save the file as “CSV UTF-8”.",
        )
    return text
