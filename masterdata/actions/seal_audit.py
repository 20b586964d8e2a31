"""Seals what the audit trail holds by now, and writes the heads of new blocks to a file outside the database."""

import os
from pathlib import Path

from django.conf import settings
from django.db import connection

from masterdata.actions.acting import acting
from masterdata.models import AuditBlock
from masterdata.rules.audit_heads import Head, head_line, read_heads

SEALER = "service:sealer"
#: bytes of the file of heads that are looked at for the last one
_TAIL = 4096


def seal_audit(heads: str = "") -> int:
    """How many blocks were sealed. `heads`: the file (default: the setting; none is written where both are empty)."""
    with acting(SEALER), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM masterdata_seal_audit()")
        sealed = len(cursor.fetchall())
    export_heads(heads or settings.AUDIT_HEADS)
    return sealed


def export_heads(path: str) -> None:
    """Append the heads that follow the last one of the file; on the disk when this returns.

    Two that do it at once write a line twice. A line that was cut off is left as it is, and written whole after it.
    """
    if not path:
        return
    end = _end_of(path)
    last = max((head.number for head in read_heads(end.splitlines(keepends=True))[0]), default=0)
    missing = AuditBlock.objects.filter(number__gt=last).order_by("number")
    lines = [head_line(Head(block.number, block.epoch, block.digest), block.sealed_at.isoformat()) for block in missing]
    if lines:
        with Path(path).open("a", encoding="ascii") as file:
            file.write(("" if end.endswith("\n") or not end else "\n") + "".join(lines))
            file.flush()
            os.fsync(file.fileno())


def _end_of(path: str) -> str:
    """The last lines of the file, which grows by one a minute for years; what is left of the first of them is no line."""
    if not Path(path).exists():
        return ""
    with Path(path).open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
        return file.read().decode("ascii", errors="replace")


def exported_heads(path: str) -> tuple[list[Head], list[str]]:
    """What the file says; empty where there is none yet."""
    file = Path(path)
    if not path or not file.exists():
        return [], []
    with file.open(encoding="ascii", errors="replace") as lines:
        return read_heads(lines)
