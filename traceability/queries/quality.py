"""Quality records as lists, pages and signers see them."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from masterdata.queries.contents import time_text
from traceability.models import MaterialLot, QualityRecord
from traceability.rules.vocabulary import QualityKind, QualityState

#: States in which an NCMR still keeps its lot from being released.
UNDECIDED = (QualityState.OPEN, QualityState.IN_REVIEW)


def quality_records(site_id: int) -> QuerySet[QualityRecord]:
    """The site's records with who owns and who opened them."""
    return QualityRecord.objects.filter(site_id=site_id).select_related("owner", "opened_by", "site")


def records_of_lot(lot_id: int) -> QuerySet[QualityRecord]:
    """Newest first."""
    return QualityRecord.objects.filter(links__lot_id=lot_id).select_related("owner").order_by("-opened_at", "-id")


def records_of_event(site_id: int, event_id: object) -> QuerySet[QualityRecord]:
    """The records that a report is a cause of."""
    rows = QualityRecord.objects.filter(site_id=site_id, links__event_id=event_id)
    return rows.select_related("owner").order_by("-opened_at", "-id")


def undecided_ncmrs(lot_id: int) -> list[str]:
    """Numbers of NCMRs about a lot that QA has not decided on."""
    rows = records_of_lot(lot_id).filter(kind=QualityKind.NCMR, state__in=UNDECIDED)
    return list(rows.values_list("number", flat=True))


def lot_of(row: QualityRecord) -> MaterialLot | None:
    """The lot that a record is about."""
    link = row.links.filter(lot__isnull=False).select_related("lot__item__stock_unit", "lot__site").first()
    return link.lot if link else None


def links_content(row: QualityRecord) -> list[str]:
    """What the record is about, as it is signed."""
    found = []
    for link in row.links.select_related("lot__item", "order").order_by("id"):
        if link.lot:
            found.append(f"lot {link.lot.item.code} {link.lot.code}")
        elif link.order:
            found.append(f"order {link.order.number}")
        elif link.event_id:
            found.append(f"report {link.event_id}")
        else:
            found.append(f"posting {link.posting_number}")
    return found


def record_content(row: QualityRecord) -> dict[str, Any]:
    """The part that every signature under a record covers."""
    return {
        "record": row.kind,
        "number": row.number,
        "title": row.title,
        "description": row.description,
        "about": links_content(row),
        "owner": row.owner.username if row.owner else "",
        "opened_at": time_text(row.opened_at),
        "notes": row.notes.count(),
    }


def disposition_content(
    row: QualityRecord, *, disposition: str, note: str, reason: str = "", to_bin: str = ""
) -> dict[str, Any]:
    """Exactly what is shown and signed where material is decided on."""
    return {**record_content(row), "disposition": disposition, "why": note, "reason": reason, "goes_to": to_bin}


def closing_content(row: QualityRecord, conclusion: str) -> dict[str, Any]:
    """Exactly what is shown and signed where a record is closed."""
    return {**record_content(row), "disposition": row.disposition, "conclusion": conclusion}


def is_overdue(row: QualityRecord, today: date) -> bool:
    return row.state != QualityState.CLOSED and row.due_on < today
