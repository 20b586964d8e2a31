"""Quality records in tests, opened and carried on by the product's own actions.

ncmr = quality.ncmr(lot)                       # opened by the operator; the lot is held
quality.in_review(ncmr)                        # QA owns it
quality.disposed(ncmr, "release", to_bin=store)
quality.closed(ncmr)
"""

from typing import Any

from masterdata.models import Bin, ReasonCode
from tests import floor, plant
from traceability.actions.close_quality_record import close_quality_record
from traceability.actions.dispose_of_material import dispose_of_material
from traceability.actions.open_quality_record import About, open_quality_record
from traceability.actions.review_quality_record import review_quality_record
from traceability.models import MaterialLot, QualityRecord
from traceability.queries.quality import closing_content, disposition_content

NOW = floor.NOW


def ncmr(lot: MaterialLot, title: str = "Foil is torn", **fields: Any) -> QualityRecord:
    actor = fields.pop("actor", plant.people().operator)
    about = About(lot=lot, **fields)
    return open_quality_record(site=lot.site, kind="ncmr", title=title, actor=actor, now=NOW, about=about)


def deviation(title: str = "The room was too warm", **fields: Any) -> QualityRecord:
    return open_quality_record(
        site=plant.site(), kind="deviation", title=title, actor=plant.people().supervisor, now=NOW, **fields
    )


def in_review(row: QualityRecord) -> QualityRecord:
    qa = plant.people().qa
    return review_quality_record(row=row, owner=qa, due_on=row.due_on, actor=qa, now=NOW)


def disposed(
    row: QualityRecord,
    disposition: str,
    *,
    note: str = "Looked at by QA.",
    reason: ReasonCode | None = None,
    to_bin: Bin | None = None,
    by: str = "qa",
) -> QualityRecord:
    row.refresh_from_db()
    content = disposition_content(
        row,
        disposition=disposition,
        note=note,
        reason=reason.code if reason else "",
        to_bin=to_bin.code if to_bin else "",
    )
    signed = plant.ticket(getattr(plant.people(), by), content, at=NOW)
    return dispose_of_material(
        row=row, disposition=disposition, ticket=signed, note=note, now=NOW, reason=reason, to_bin=to_bin
    )


def closed(row: QualityRecord, conclusion: str = "The cause is found and gone.", *, by: str = "qa") -> QualityRecord:
    row.refresh_from_db()
    signed = plant.ticket(getattr(plant.people(), by), closing_content(row, conclusion), at=NOW)
    return close_quality_record(row=row, ticket=signed, conclusion=conclusion, now=NOW)
