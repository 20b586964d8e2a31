"""Quality records as they were signed, compared with what they say today."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from masterdata.models import Signature
from masterdata.queries.signable import Content, Signable, by_key, say_what_is_signed
from traceability.models import QualityNote, QualityRecord
from traceability.queries.quality import record_content


def tell_of_quality_records() -> None:
    """Called once, when the application starts."""
    named = Signable(
        "quality record", lambda content: str(content.get("number", "?")), by_key("quality-record"), _today
    )
    say_what_is_signed("quality_record", named)


def _today(signatures: Sequence[Signature]) -> dict[int, Content]:
    ids = [one.pk for one in signatures]
    rows = QualityRecord.objects.filter(Q(disposition_signature__in=ids) | Q(closing_signature__in=ids))
    of = {key: row for row in rows.select_related("owner") for key in _signed_by(row)}
    return {one.pk: _content(one, of[one.pk]) for one in signatures if one.pk in of}


def _signed_by(row: QualityRecord) -> list[int]:
    return [key for key in (row.disposition_signature_id, row.closing_signature_id) if key is not None]


def _content(signature: Signature, row: QualityRecord) -> dict[str, Any]:
    """What may grow after a signature (notes, what the record is about, who owns it) counts as far as it was signed."""
    signed, now = signature.content, record_content(row)
    about, notes = signed.get("about", []), signed.get("notes", 0)
    now["about"] = now["about"][: len(about)]
    now["notes"] = min(now["notes"], notes)
    now["owner"] = signed.get("owner", now["owner"])
    now["disposition"] = row.disposition
    if row.closing_signature_id == signature.pk:
        kept = str(signed.get("conclusion", "")).strip()[:500]
        return {**now, "conclusion": signed.get("conclusion") if kept == row.conclusion else row.conclusion}
    said = QualityNote.objects.filter(record=row, at=signature.signed_at, step__startswith="disposition").first()
    why = said.text if said else ""
    kept = str(signed.get("why", "")).strip()
    # reason and place went into the ledger with the movement, which keeps them by itself
    return {
        **now,
        "why": signed.get("why") if kept == why else why,
        "reason": signed.get("reason"),
        "goes_to": signed.get("goes_to"),
    }
