"""Small files of every kind that may be attached, and a draft with one of them."""

import io
import zipfile
from datetime import datetime

from masterdata.actions.attach_to_change import attach_to_change
from masterdata.models import ChangeAttachment, ChangeRequest, Person
from tests import plant

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20
CSV = "item;loss\r\nFOIL;1,8 µm\r\n".encode()
OLD_TEXT = "Für die Linie 2: 17 Stück.\r\n".encode("cp1252")
PROGRAM = b"MZ\x90\0\3\0\0\0" + b"\0" * 60


def workbook(*more: str) -> bytes:
    """The parts of an XLSX, with nothing in them."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml", *more):
            archive.writestr(name, "<x/>")
    return kept.getvalue()


def attached(
    request: ChangeRequest,
    name: str = "trial.pdf",
    content: bytes = PDF,
    *,
    by: Person | None = None,
    now: datetime = plant.NOW,
) -> ChangeAttachment:
    return attach_to_change(request=request, person=by or request.author, name=name, content=content, now=now)
