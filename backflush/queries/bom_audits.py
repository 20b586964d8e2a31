"""Which BOMs post most, and what physical audits of them found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from backflush.models import BomAudit
from backflush.rules.bom_audit import Finding
from masterdata.models import BomVersion, Item
from masterdata.queries import bom_content, effective_boms
from masterdata.queries.contents import number_text

#: standing postings of output by what the order is made by; a reversed one does not count
_RUNNERS = """
SELECT coalesce(o.recipe_item_id, o.item_id), count(*), sum(p.good)
FROM backflush_posting p JOIN traceability_workorder o ON o.id = p.order_id
WHERE p.site_id = %(site)s AND p.kind NOT IN ('reversal', 'scan_issue')
    AND p.occurred_at >= %(since)s AND p.occurred_at < %(until)s
    AND NOT EXISTS (SELECT 1 FROM backflush_posting r WHERE r.reversal_of = p.id)
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
MOST = 200


@dataclass(frozen=True, slots=True)
class Runner:
    """A product with its standing postings of a period, its BOM in force and the last audit of any version of it."""

    item: Item
    postings: int
    good: Decimal
    version: BomVersion | None
    audit: BomAudit | None


def high_runners(site_id: int, since: datetime, until: datetime, now: datetime) -> list[Runner]:
    """The products that post most, first."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNNERS, {"site": site_id, "since": since, "until": until, "most": MOST})
        rows = cursor.fetchall()
    ids = [row[0] for row in rows]
    items = Item.objects.select_related("stock_unit").in_bulk(ids)
    versions = effective_boms(ids, now)
    audits = BomAudit.objects.filter(version__item_id__in=ids).select_related("version", "person")
    last = {one.version.item_id: one for one in audits.order_by("at", "id")}
    return [Runner(items[pk], count, good, versions.get(pk), last.get(pk)) for pk, count, good in rows]


def audits_of(version: BomVersion) -> QuerySet[BomAudit]:
    """Audits of any version of the product, the newest first."""
    rows = BomAudit.objects.filter(version__item_id=version.item_id)
    return rows.select_related("version__item", "person", "signature").order_by("-at", "-id")


def audit_content(version: BomVersion, findings: Sequence[Finding], remark: str) -> dict[str, Any]:
    """Exactly what is signed: the version as it stands, and what was measured of it."""
    return {
        "record": "bom_audit",
        "version": bom_content(version),
        "findings": [
            {
                "line": one.line,
                "item": one.item,
                "expected": number_text(one.expected),
                "measured": number_text(one.measured),
                "difference": number_text(one.difference),
                "remark": one.remark.strip(),
            }
            for one in findings
        ],
        "remark": remark.strip(),
    }
