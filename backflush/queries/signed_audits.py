"""Physical audits of BOMs as they were signed, compared with what is stored of them today."""

from collections.abc import Sequence
from typing import Any

from backflush.models import BomAudit
from backflush.queries.bom_audits import audit_content
from backflush.rules.bom_audit import Finding
from masterdata.models import Signature
from masterdata.queries.signable import Content, Signable, say_what_is_signed

SUBJECT = "bom_audit"


def tell_of_bom_audits() -> None:
    """Called once, when the application starts."""
    say_what_is_signed(SUBJECT, Signable("BOM audit", _named, _page, _today))


def _named(content: Content) -> str:
    version = content.get("version", {})
    return f"of {version.get('item', '?')} version {version.get('version', '?')}"


def _page(signature: Signature) -> tuple[str, Any] | None:
    audit = BomAudit.objects.filter(signature=signature).first()
    return ("bom-audit", audit.pk) if audit else None


def _today(signatures: Sequence[Signature]) -> dict[int, Content]:
    rows = BomAudit.objects.filter(signature__in=[one.pk for one in signatures])
    rows = rows.select_related("version__item", "version__base_unit", "version__author")
    found = {row.signature_id: row for row in rows.prefetch_related("findings__line__item")}
    return {one.pk: _content(one.content, found[one.pk]) for one in signatures if one.pk in found}


def _content(signed: Content, audit: BomAudit) -> dict[str, Any]:
    """Remarks are kept as far as their columns reach."""
    rows = sorted(audit.findings.all(), key=lambda one: one.pk)
    findings = [Finding(one.line_id, one.line.item.code, one.expected, one.measured, one.remark) for one in rows]
    now = audit_content(audit.version, findings, audit.remark)
    now["remark"] = _kept(signed, audit.remark, 500)
    said = signed.get("findings", [])
    for place, one in enumerate(now["findings"][: len(said)]):
        one["remark"] = _kept(said[place], one["remark"], 300)
    return now


def _kept(signed: Content, stored: str, most: int) -> Any:
    said = signed.get("remark")
    return said if str(said)[:most].strip() == stored else stored
