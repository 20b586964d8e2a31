"""Whether the histories that people read and the audit trail beneath them say the same, record by record.

Each change of a person that the trail tells has its history row with the same values, and each history row has an event that says
so. The trail is the stronger of the two: it is written by the database, histories by the application.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection

from masterdata.models import AuditBlock, HistoryMark
from masterdata.queries.audit_check import audited_tables_with_arguments

SHOWN = 20
#: how far the two clocks (of the database, of the application that writes a history row) may be apart
APART = "10 minutes"

_SINCE = """(%(all)s OR NOT e.epoch = ANY(%(epochs)s) OR (e.epoch = %(epoch)s AND e.xid >= %(below)s))"""

#: an event of a person without a history row that says the same at about the same time
_UNTOLD = """
SELECT e.key, e.id FROM masterdata_auditevent e
WHERE e.tbl = %(table)s AND e.op IN ('insert', 'update') AND e.actor LIKE 'person:%%' AND {since}
    AND NOT EXISTS (
        SELECT 1 FROM {history} h
        WHERE h.id = e.key::bigint AND h.history_type IN ('+', '~')
            AND h.history_date BETWEEN e.at - interval '{apart}' AND e.at + interval '{apart}'
            AND NOT masterdata_audit_differs(e.new, masterdata_audited(to_jsonb(h), %(hidden)s::text[]))
    )
ORDER BY e.id LIMIT {shown}
"""
#: a history row that no event bears out
_MADE_UP = """
SELECT h.id::text, h.history_id FROM {history} h
WHERE (%(all)s OR h.history_date >= %(compared)s::timestamptz - interval '{apart}')
    AND NOT EXISTS (
        SELECT 1 FROM masterdata_auditevent e
        WHERE e.tbl = %(table)s AND e.key = h.id::text AND (e.op = 'found' OR e.at <= h.history_date + interval '{apart}')
            AND NOT masterdata_audit_differs(
                CASE WHEN h.history_type = '-' THEN e.old ELSE e.new END,
                masterdata_audited(to_jsonb(h), %(hidden)s::text[]))
            AND (h.history_type = '-') = (e.op = 'delete')
    )
ORDER BY h.history_id LIMIT {shown}
"""


@dataclass(frozen=True)
class Compared:
    """What was found wrong, how many tables were compared, and up to which sealed block; `block` 0: none is sealed yet."""

    faults: list[str]
    tables: int
    block: int


def compare_from_mark(*, anew: bool = False) -> Compared:
    """Compare every audited table that has a history, from the mark on; `anew`: from the beginning."""
    block = AuditBlock.objects.order_by("-number").values_list("number", flat=True).first() or 0
    mark = None if anew else HistoryMark.objects.first()
    tables = list(_tables_with_history())
    faults = [fault for table, history, hidden in tables for fault in _differences(table, history, hidden, mark)]
    return Compared(faults, len(tables), block)


def _tables_with_history() -> Iterator[tuple[str, str, list[str]]]:
    """(table, its history table, columns of which the trail keeps a fingerprint)."""
    histories = {
        model._meta.db_table: model.history.model._meta.db_table  # type: ignore[attr-defined]
        for model in apps.get_models()
        if hasattr(model, "history") and hasattr(model.history, "model")
    }
    for table, arguments, _always in audited_tables_with_arguments():
        if table in histories:
            yield table, histories[table], arguments[1:]


def _differences(table: str, history: str, hidden: list[str], mark: HistoryMark | None) -> Iterator[str]:
    asked = {"table": table, "hidden": hidden, **_since(mark)}
    words = {"history": connection.ops.quote_name(history), "since": _SINCE, "apart": APART, "shown": str(SHOWN)}
    with connection.cursor() as cursor:
        cursor.execute(_UNTOLD.format(**words), asked)
        for key, event in cursor.fetchall():
            yield f"{table} {key} was changed by a person (event {event}), and its history does not say the same."
        cursor.execute(_MADE_UP.format(**words), asked)
        for key, row in cursor.fetchall():
            yield f"{table} {key} has history row {row}, and no event of the audit trail bears it out."


def _since(mark: HistoryMark | None) -> dict[str, Any]:
    """Where to begin: after the block that was compared last."""
    if mark is None:
        return {"all": True, "epochs": [], "epoch": 0, "below": 0, "compared": None}
    block = AuditBlock.objects.get(number=mark.block)
    epochs = AuditBlock.objects.filter(number__lte=mark.block).values_list("epoch", flat=True).distinct()
    return {
        "all": False,
        "epochs": list(epochs),
        "epoch": block.epoch,
        "below": block.below_xid,
        "compared": mark.compared_at,
    }
