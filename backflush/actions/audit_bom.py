"""Sign what a physical audit of a BOM found."""

from collections.abc import Sequence
from datetime import datetime

from backflush.models import BomAudit, BomAuditFinding
from backflush.queries.bom_audits import audit_content
from backflush.queries.signed_audits import SUBJECT
from backflush.rules.bom_audit import Finding, audit_refusals
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.sign import sign
from masterdata.models import BomVersion, SigningTicket
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import RecordState
from traceability.rules.refusing import refuse_if

MEANING = "audited: measured as recorded"


def audit_bom(
    *, version: BomVersion, findings: Sequence[Finding], remark: str, ticket: SigningTicket, now: datetime
) -> BomAudit:
    """Record an audit with its findings; the ticket is given over `audit_content`.

    Refused: not_approved, other_line, nothing_audited, remark_missing, difference_without_remark, quantity_missing.
    """
    person = ticket.person
    require(person, Duty.AUDIT_BOM)
    with acting(person, reason=remark):
        held = BomVersion.objects.select_related("item", "base_unit", "author").get(pk=version.pk)
        refusals = audit_refusals(findings, remark, str(held))
        if held.state != RecordState.APPROVED:
            refusals.append(
                Refusal("not_approved", f"{held} is {held.state}.", str(held), "Audit an approved version.")
            )
        lines = {line.pk: line for line in held.lines.select_related("item")}
        for one in findings:
            line = lines.get(one.line)
            if line is None or (line.item.code, line.quantity) != (one.item, one.expected):
                refusals.append(
                    Refusal("other_line", f"{held} has no such line of {one.item}.", one.item, "Load the page again.")
                )
        refuse_if(refusals)
        signature = sign(
            ticket=ticket,
            meaning=MEANING,
            subject_kind=SUBJECT,
            subject_key=str(held.pk),
            content=audit_content(held, findings, remark),
            now=now,
        )
        audit = BomAudit.objects.create(
            version=held, person=person, at=now, remark=remark.strip()[:500], signature=signature
        )
        BomAuditFinding.objects.bulk_create(
            [
                BomAuditFinding(
                    audit=audit,
                    line=lines[one.line],
                    expected=one.expected,
                    measured=one.measured,
                    remark=one.remark.strip()[:300],
                )
                for one in findings
            ]
        )
    return audit
