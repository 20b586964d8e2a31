"""Load items, suppliers, dated BOM versions, routes and trigger definitions of another system: all of it or nothing.

The approver signs one manifest: the digest of every file and of every record made from them. One signature, because one
person reads one list and enters a password once; a thousand signatures would show acts that never happened. Each record
refers to that signature, and `queries.signature_faults` finds the record's digest in it.

Effective times lie in the past here, and only here. "Never backdated" is for changes: nothing that was posted may be
judged anew. An import states when versions held at the source, for items that are new to this plant, so nothing can have
been posted by them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import change_all, record_all
from masterdata.actions.sign import sign
from masterdata.models import (
    BomLine,
    BomVersion,
    Item,
    Operation,
    Person,
    ProductionLine,
    Signature,
    SigningTicket,
    Supplier,
    TriggerDefinition,
    Unit,
)
from masterdata.queries.contents import trigger_form
from masterdata.queries.signing import IMPORT
from masterdata.rules.bom_csv import ITEMS, SUPPLIERS, fault
from masterdata.rules.duties import Duty, separation_refusal
from masterdata.rules.import_plan import OPERATION, ImportPlan, PlannedVersion, version_content
from masterdata.rules.refusal import Refused
from masterdata.rules.signatures import content_digest
from masterdata.rules.vocabulary import RecordState


@dataclass(frozen=True)
class Imported:
    """How much was loaded."""

    items: int
    suppliers: int
    versions: int
    lines: int
    triggers: int


def import_content(plan: ImportPlan, files: Mapping[str, str], *, author: Person) -> dict[str, Any]:
    """The manifest that the approver signs. `files`: SHA-256 of each file by name."""
    records = {
        f"{version.item} v{version.number}": content_digest(
            version_content(version, author=author.username, reason=_reason(files))
        )
        for version in plan.versions
    }
    for item in plan.items:
        if item.route:
            records[f"trigger {item.code} {OPERATION}"] = content_digest(
                trigger_form(_trigger(Item(code=item.code), author))
            )
    return {
        "record": IMPORT,
        "files": dict(files),
        "author": author.username,
        "items": len(plan.items),
        "versions": len(plan.versions),
        "records": records,
    }


def import_records(
    *,
    plan: ImportPlan,
    files: Mapping[str, str],
    author: Person,
    ticket: SigningTicket,
    now: datetime,
    line: ProductionLine | None = None,
) -> Imported:
    """Write the plan in one transaction. `ticket`: for `import_content` of the same plan. Refused with every fault."""
    approver = ticket.person
    require(author, Duty.DRAFT_MASTER_DATA)
    require(approver, Duty.APPROVE_MASTER_DATA)
    separation = separation_refusal(author.pk, approver.pk, "an import")
    if separation is not None:
        raise Refused(separation)
    if plan.faults:
        raise Refused(*plan.faults)
    reason = _reason(files)
    with acting(author, reason=reason):
        _refuse_known(plan)
        signature = sign(
            ticket=ticket,
            meaning="approved for import",
            subject_kind=IMPORT,
            subject_key=content_digest(dict(files)),
            content=import_content(plan, files, author=author),
            now=now,
        )
        units = {unit.code: unit for unit in Unit.objects.all()}
        suppliers = [Supplier(code=one.code, name=one.name) for one in plan.suppliers]
        record_all(suppliers, actor=author, reason=reason)
        items = _write_items(plan, units, author, reason)
        triggers = _write_routes(plan, items, line, author, reason)
        versions = _write_versions(plan, items, units, author, now, reason)
        lines = _write_lines(plan, versions, items, units, author, reason)
        _approve(plan, versions, triggers, signature, author, approver, now, reason)
    return Imported(len(items), len(suppliers), len(versions), lines, len(triggers))


def _reason(files: Mapping[str, str]) -> str:
    return f"import {content_digest(dict(files))[:12]}"


def _refuse_known(plan: ImportPlan) -> None:
    """An import brings new items only: what is here already is changed by its own actions."""
    items = {item.code: item.row for item in plan.items}
    suppliers = {one.code: one.row for one in plan.suppliers}
    faults = [
        fault(ITEMS, items[code], "item_is_known", f"{code} is in the plant already.", "Take it out of the files.")
        for code in Item.objects.filter(code__in=items).order_by("code").values_list("code", flat=True)
    ]
    faults += [
        fault(SUPPLIERS, suppliers[code], "supplier_is_known", f"{code} is in the plant already.", "Take it out.")
        for code in Supplier.objects.filter(code__in=suppliers).order_by("code").values_list("code", flat=True)
    ]
    if faults:
        raise Refused(*faults)


def _write_items(plan: ImportPlan, units: Mapping[str, Unit], author: Person, reason: str) -> dict[str, Item]:
    rows = [
        Item(
            code=item.code,
            name=item.name,
            kind=item.kind,
            stock_unit=units[item.stock_unit],
            decimals=item.decimals,
            standard_cost=item.standard_cost,
        )
        for item in plan.items
    ]
    return {row.code: row for row in record_all(rows, actor=author, reason=reason)}


def _write_routes(
    plan: ImportPlan, items: Mapping[str, Item], line: ProductionLine | None, author: Person, reason: str
) -> list[TriggerDefinition]:
    """One operation for everything that is made on orders of its own, and a trigger definition for it."""
    made = [items[item.code] for item in plan.items if item.route]
    record_all(
        [Operation(item=item, number=OPERATION, name="Make", line=line) for item in made], actor=author, reason=reason
    )
    return record_all([_trigger(item, author) for item in made], actor=author, reason=reason)


def _trigger(item: Item, author: Person) -> TriggerDefinition:
    """People may report; devices are named by a later version, once they are enrolled."""
    return TriggerDefinition(item=item, operation_number=OPERATION, version=1, author=author)


def _write_versions(
    plan: ImportPlan, items: Mapping[str, Item], units: Mapping[str, Unit], author: Person, now: datetime, reason: str
) -> list[BomVersion]:
    rows = [
        BomVersion(
            item=items[version.item],
            number=version.number,
            base_quantity=1,
            base_unit=units[version.base_unit],
            phantom=version.phantom,
            reason=reason,
            author=author,
            created_at=now,
        )
        for version in plan.versions
    ]
    return record_all(rows, actor=author, reason=reason)


def _write_lines(
    plan: ImportPlan,
    versions: list[BomVersion],
    items: Mapping[str, Item],
    units: Mapping[str, Unit],
    author: Person,
    reason: str,
) -> int:
    rows = [
        BomLine(
            version=row,
            identity=line.identity,
            position=place * 10,
            item=items[line.item],
            quantity=line.quantity,
            unit=units[line.unit],
            operation_number=line.operation,
        )
        for row, version in zip(versions, plan.versions, strict=True)
        for place, line in enumerate(version.lines, start=1)
    ]
    return len(record_all(rows, actor=author, reason=reason))


def _approve(
    plan: ImportPlan,
    versions: list[BomVersion],
    triggers: list[TriggerDefinition],
    signature: Signature,
    author: Person,
    approver: Person,
    now: datetime,
    reason: str,
) -> None:
    """draft → submitted by the author → approved by the approver, with the times that held at the source."""
    rows: list[BomVersion | TriggerDefinition] = [*versions, *triggers]
    for row in rows:
        row.state = RecordState.SUBMITTED
    for version_row in versions:
        version_row.submitted_at = now
    change_all(versions, ["state", "submitted_at"], actor=author, reason=reason)
    change_all(triggers, ["state"], actor=author, reason=reason)
    first = _first_days(plan.versions)
    for version_row, version in zip(versions, plan.versions, strict=True):
        version_row.effective_from, version_row.effective_to = version.start, version.end
    for trigger in triggers:
        trigger.effective_from = min(now, first[trigger.item.code])
    for row in rows:
        row.state, row.signature = RecordState.APPROVED, signature
    fields = ["state", "signature", "effective_from"]
    change_all(versions, [*fields, "effective_to"], actor=approver, reason=reason)
    change_all(triggers, fields, actor=approver, reason=reason)


def _first_days(versions: tuple[PlannedVersion, ...]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for version in versions:
        found[version.item] = min(version.start, found.get(version.item, version.start))
    return found
