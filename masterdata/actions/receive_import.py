"""Take in a file of master data: kept as it came, with its digest. What is in it is looked at afterwards."""

import hashlib
from datetime import datetime

from django.conf import settings

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import DataImport, ImportFile, Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused


def receive_import(
    *, content: bytes, file_name: str, person: Person, reason: str, now: datetime, zone: str = "UTC"
) -> DataImport:
    """Keep an upload. `zone`: where a day that the file names begins. Refused: reason_missing, file_too_large."""
    require(person, Duty.IMPORT_MASTER_DATA)
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why this is imported.", file_name, "Enter a reason."))
    if len(content) > settings.IMPORT_MOST_MEGABYTES * 2**20:
        raise Refused(too_large(len(content)))
    with acting(person, reason=reason):
        made = record(
            DataImport(
                file_name=_tidy(file_name),
                sha256=hashlib.sha256(content).hexdigest(),
                size=len(content),
                zone=zone,
                reason=reason.strip(),
                person=person,
                uploaded_at=now,
            ),
            actor=person,
            reason=reason,
        )
        ImportFile.objects.create(data_import=made, content=content)
    return made


def too_large(size: int | None = None) -> Refusal:
    most = settings.IMPORT_MOST_MEGABYTES
    said = f"The file has {size / 2**20:,.1f} MB" if size else "The file is too large"
    return Refusal(
        "file_too_large",
        f"{said}; at most {most} MB are taken. It was not read.",
        "",
        "Split it into several files, or save it as XLSX.",
    )


def _tidy(name: str) -> str:
    """The name without folders and without what cannot be shown."""
    plain = "".join(one for one in name.replace("\\", "/").rsplit("/", 1)[-1] if one.isprintable()).strip()
    return plain[-200:] or "file"
