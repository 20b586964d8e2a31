"""Who is trained for an operation, what the last audits found, and which signatures stand behind its figures."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from backflush.models import VerifiedMark
from backflush.queries.control_usage import ControlledUsage
from backflush.queries.ledger_checks import last_check
from masterdata.models import (
    AuditBlock,
    BomVersion,
    LabelVersion,
    Operation,
    Signature,
    Site,
    Training,
    TriggerDefinition,
    UnitFactor,
)
from masterdata.queries import item_factors, signature_faults, signature_stands
from masterdata.rules.document import Section, See, Table, both_times, utc_text


def training_section(operation: Operation, site: Site, at: datetime) -> Section:
    """Who is trained now, and whether posting asks."""
    rows = (
        Training.objects.filter(
            Q(operation_number="") | Q(operation_number=operation.number), item=operation.item, trained_at__lte=at
        )
        .select_related("person")
        .order_by("person__name", "-trained_at")
    )
    asked = operation.requires_training
    return Section(
        "Training",
        words=(
            "The operation wants trained people: a report of somebody whose training is not valid is blocked with"
            " `not_trained`."
            if asked
            else "The operation does not ask for training: nobody is refused for want of it.",
        ),
        tables=(
            Table(
                ("Person", "For", "Trained", "Valid until", "Now"),
                tuple(
                    (
                        one.person.name,
                        f"operation {one.operation_number}" if one.operation_number else "every operation",
                        both_times(one.trained_at, site.time_zone),
                        both_times(one.valid_until, site.time_zone) or "no end",
                        "valid"
                        if one.person.is_active and (not one.valid_until or one.valid_until > at)
                        else "not valid",
                    )
                    for one in rows
                ),
                "Nobody's training for this product is recorded.",
            ),
        ),
        absent=("Procedures (SOPs) with versions that training refers to do not exist yet.",),
        see=(See("People", "people"),),
    )


def audit_section(site: Site) -> Section:
    """The last results that are stored. Nothing is computed anew here, and nothing that is not stored is claimed."""
    zone, check, absent = site.time_zone, last_check(), []
    facts = []
    if check is None:
        absent.append("The ledger was not checked yet: manage.py check_ledger does so at once, a worker every hour.")
    else:
        names = ", ".join(str(one["name"]).replace("_", " ") for one in check.broken)
        facts += [
            ("Ledger checked", both_times(check.started_at, zone)),
            (
                "Result",
                f"{len(check.broken)} of {check.invariants} invariants do not hold: {names}"
                if check.broken
                else f"all {check.invariants} invariants hold; {check.replayed} postings were decided again in it",
            ),
        ]
    mark = VerifiedMark.objects.filter(site_id=site.pk).first()
    if mark is None:
        absent.append("No posting of the site was replayed yet.")
    else:
        told = f"up to number {mark.number}, same digits; {both_times(mark.verified_at, zone)}"
        facts.append(("Postings replayed", told))
    block = AuditBlock.objects.order_by("-number").first()
    if block is None:
        absent.append("No block of the audit trail was sealed yet.")
    else:
        facts += [
            ("Audit trail sealed", f"{block.number} blocks, the last {both_times(block.sealed_at, zone)}"),
            ("Head of the seals", f"SHA-256 {block.digest}"),
        ]
    absent.append(
        "What manage.py verify_audit found is printed, not stored: run it for a verdict on seals, events and rows. It"
        " compares the seals with the heads that are kept outside of the database."
    )
    return Section(
        "Last audit results",
        facts=tuple(facts),
        absent=tuple(absent),
        see=(See("Ledger checks", "ledger-checks"), See("Audit trail", "audit-trail")),
    )


def approvals_section(usage: ControlledUsage, trigger: TriggerDefinition | None, zone: str) -> Section:
    """Every signature behind the figures above: who, meaning what, when, and whether it stands."""
    rows = tuple(_approvals(usage, trigger, zone))
    return Section(
        "Approvals and dates",
        words=(
            "Each signature was given with the components named, by somebody other than the author, over exactly the content"
            " that was shown. It stands when the stored signature is whole and the record still says what was signed.",
        ),
        tables=(
            Table(
                ("Record", "In force", "Written by", "Signed by", "Meaning", "Signed, UTC and site", "Stands"),
                rows,
                "Nothing of this operation is approved yet.",
            ),
        ),
    )


def _approvals(usage: ControlledUsage, trigger: TriggerDefinition | None, zone: str) -> Iterator[tuple[str, ...]]:
    records: list[tuple[str, BomVersion | TriggerDefinition | UnitFactor]] = [
        (f"BOM {one.item.code} v{one.number}", one) for one in usage.versions
    ]
    if trigger is not None:
        records.append((f"Trigger definition {usage.item.code} {usage.operation} v{trigger.version}", trigger))
    records += [
        (f"Unit factor {one.item.code} {one.from_unit.code} → {one.to_unit.code} v{one.version}", one)
        for one in _factors(usage)
    ]
    for name, record in records:
        faults = signature_faults(record)
        verdict = "stands" if not faults else " ".join(one.sentence for one in faults)
        yield _approval(name, record, record.author.name, record.signature, verdict, zone)
    labels = LabelVersion.objects.filter(
        item__in=[one.pk for one in usage.items], approved_at__isnull=False, withdrawn_at__isnull=True
    )
    for label in labels.select_related("item", "signature").order_by("item__code", "number"):
        signed = label.signature
        verdict = "stands" if signed and signature_stands(signed) else "is not validly signed"
        verified = f"verified {utc_text(label.verified_at)}" if label.verified_at else "not verified yet"
        yield (
            f"Label {label.item.code} {label.number} ({label.artwork})",
            f"approved {utc_text(label.approved_at)}, {verified}",
            "",
            *_signed(signed),
            verdict,
        )


def _factors(usage: ControlledUsage) -> list[UnitFactor]:
    """The factors in force of everything that the operation takes, when the record is read."""
    found = item_factors([one.pk for one in usage.items], usage.read_at)
    ids = [int(one.reference.removeprefix("unit_factor:")) for factors in found.values() for one in factors]
    rows = UnitFactor.objects.filter(pk__in=ids).select_related("item", "from_unit", "to_unit", "author", "signature")
    return list(rows.order_by("item__code", "from_unit__code"))


def _approval(
    name: str,
    record: BomVersion | TriggerDefinition | UnitFactor,
    author: str,
    signature: Signature | None,
    verdict: str,
    zone: str,
) -> tuple[str, ...]:
    until = f" until {both_times(record.effective_to, zone)}" if record.effective_to else ""
    return (name, f"from {both_times(record.effective_from, zone)}{until}", author, *_signed(signature), verdict)


def _signed(signature: Signature | None) -> tuple[str, str, str]:
    """The manifestation: printed name with its components, meaning, and time as UTC and as the site's clock showed it."""
    if signature is None:
        return ("not signed", "", "")
    return (
        f"{signature.printed_name} ({signature.components})",
        signature.meaning,
        f"{utc_text(signature.signed_at)}; site {signature.site_time}",
    )
