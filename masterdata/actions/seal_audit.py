"""Seals what the audit trail holds by now, and writes the heads of new blocks to a file outside the database."""

import os
from pathlib import Path

from django.conf import settings
from django.db import connection

from masterdata.actions.acting import acting
from masterdata.models import AuditBlock
from masterdata.rules.audit_heads import Head, head_line, read_heads

SEALER = "service:sealer"


def seal_audit(heads: str = "") -> int:
    """How many blocks were sealed. `heads`: the file (default: the setting; none is written where both are empty)."""
    with acting(SEALER), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM masterdata_seal_audit()")
        sealed = len(cursor.fetchall())
    export_heads(heads or settings.AUDIT_HEADS)
    return sealed


def export_heads(path: str) -> None:
    """Append the heads that the file lacks; on the disk when this returns. Two that do it at once write a line twice."""
    if not path:
        return
    known = {head.number for head in exported_heads(path)[0]}
    missing = [block for block in AuditBlock.objects.order_by("number") if block.number not in known]
    if missing:
        text = "".join(
            head_line(Head(block.number, block.epoch, block.digest), block.sealed_at.isoformat()) for block in missing
        )
        with Path(path).open("a", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


def exported_heads(path: str) -> tuple[list[Head], list[str]]:
    """What the file says; empty where there is none yet."""
    file = Path(path)
    if not path or not file.exists():
        return [], []
    with file.open(encoding="ascii", errors="replace") as lines:
        return read_heads(lines)
