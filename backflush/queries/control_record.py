"""The control record of one operation of one product: all that governs how its usage is posted, from one reading of it."""

from datetime import datetime

from backflush.queries.control_evidence import approvals_section, audit_section, training_section
from backflush.queries.control_surroundings import (
    bins_section,
    interfaces_section,
    reversal_section,
    thresholds_section,
)
from backflush.queries.control_usage import bom_section, units_section, usage_of
from backflush.rules.control_words import ALLOCATION, BASIS, ELIGIBILITY, POSTING, SYSTEM_OF_RECORD, TRIGGERS
from masterdata.models import Device, Item, Operation, Site, TriggerDefinition
from masterdata.queries import effective_trigger
from masterdata.rules.document import Document, Section, See, Table, both_times
from masterdata.rules.exact import Fraction
from masterdata.rules.units import decimal_text
from masterdata.rules.vocabulary import OutputBasis, TriggerKind
from traceability.rules.orders import operation_key


def control_record(operation: Operation, site: Site, at: datetime) -> Document:
    """The record as it stands at a moment. Devices, stock of positions and training are as they are now."""
    item = operation.item
    trigger = effective_trigger(item, operation.number, at, operation.line)
    usage = usage_of(item, operation.number, at)
    sections = (
        _product_section(operation, site),
        _posting_section(operation, trigger),
        bom_section(usage),
        units_section(usage, site.time_zone),
        _trigger_section(operation, trigger, site.time_zone),
        bins_section(operation, site),
        _eligibility_section(),
        interfaces_section(trigger, site),
        reversal_section(),
        thresholds_section(trigger, usage),
        training_section(operation, site, at),
        audit_section(site),
        approvals_section(usage, trigger, site.time_zone),
    )
    return Document(
        number=f"CR-{item.code}-{operation.number}",
        title="Control record",
        subtitle=f"{item.code} {item.name}, operation {operation.number} {operation.name}",
        sections=sections,
    )


def route_of(item: Item) -> list[Operation]:
    """The operations in the order they run."""
    return sorted(item.operations.select_related("line"), key=lambda one: operation_key(one.number))


def rounding_words(item: Item) -> str:
    """How quantities of the item are rounded, once."""
    mode = str(item.rounding).replace("_", " ")
    if item.multiple is not None:
        return f"to multiples of {decimal_text(Fraction(item.multiple))}, {mode}"
    return f"to {item.decimals} decimal{'s' if item.decimals != 1 else ''}, {mode}"


def _product_section(operation: Operation, site: Site) -> Section:
    item, route = operation.item, route_of(operation.item)
    last = bool(route) and route[-1].pk == operation.pk
    return Section(
        "Product, route and operation",
        facts=(
            ("Product", f"{item.code} {item.name}"),
            ("Kind", str(item.kind)),
            ("GTIN", item.gtin or "none"),
            ("Counted in", f"{item.stock_unit.symbol} ({item.stock_unit.name}, {item.stock_unit.code})"),
            ("Rounded", rounding_words(item)),
            ("Tracked by", str(item.tracking)),
            ("Shelf life", f"{item.shelf_life_days} days" if item.shelf_life_days else "none"),
            (
                "Standard cost",
                f"{decimal_text(Fraction(item.standard_cost))} {site.currency} per {item.stock_unit.symbol}",
            ),
            ("Site", f"{site.code} {site.name}, times of {site.time_zone}"),
            ("Operation", f"{operation.number} {operation.name}"),
            ("Usually runs at", operation.line.code if operation.line else "chosen when an order is released"),
            (
                "Output",
                "This is the last operation: finished units are received here."
                if last
                else "Not the last operation: components are used here, nothing finished is received.",
            ),
        ),
        tables=(
            Table(
                ("Operation", "Name", "Usual line", "It wants", "This record"),
                tuple(
                    (
                        one.number,
                        one.name,
                        one.line.code if one.line else "chosen at release",
                        ", ".join(one.demands) or "nothing",
                        "this one" if one.pk == operation.pk else "",
                    )
                    for one in route
                ),
                "The product has no operation.",
                "Route",
            ),
        ),
        see=(See("Product", "product", item.pk), See("Item", "item", item.pk)),
    )


def _posting_section(operation: Operation, trigger: TriggerDefinition | None) -> Section:
    if trigger is None:
        first = (
            f"Nothing flushes at operation {operation.number}: no approved trigger definition is in force. Reports that"
            " arrive are blocked with `no_trigger_definition`."
        )
    else:
        kind = TRIGGERS[TriggerKind(trigger.kind)]
        first = (
            f"Usage at operation {operation.number} is flushed by {kind} (trigger definition version {trigger.version})."
            " Other kinds of report that arrive there are recorded and count nothing."
        )
    return Section("How usage is posted, step by step", steps=(first, *POSTING))


def _trigger_section(operation: Operation, trigger: TriggerDefinition | None, zone: str) -> Section:
    facts: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()
    see = [See("Trigger definitions", "triggers")]
    if trigger is None:
        absent = (f"No approved trigger definition is in force at operation {operation.number}: nothing posts here.",)
    else:
        limit = trigger.avoidable_limit_percent
        facts = (
            ("Version", str(trigger.version)),
            ("Flushed by", TRIGGERS[TriggerKind(trigger.kind)]),
            ("At line", trigger.line.code if trigger.line else "every line"),
            ("In force from", both_times(trigger.effective_from, zone)),
            ("What consumes", BASIS[OutputBasis(trigger.output_basis)]),
            (
                "Devices",
                ", ".join(f"{one.site.code} {one.code}" for one in _devices_of(trigger)) or "none",
            ),
            ("Persons", "may report" if trigger.any_person else "may not report: devices only"),
            ("Over the order", f"at most {_percent(trigger.order_tolerance)} more than ordered"),
            ("One report", f"at most {_percent(trigger.report_limit_percent)} of the order"),
            ("Avoidable scrap", "no limit" if limit is None else f"at most {_percent(limit)} of the order"),
            ("Clock", f"within {trigger.clock_tolerance_seconds} s"),
            ("Offline", f"events up to {trigger.offline_allowance_hours} h old"),
        )
        see.insert(0, See(f"Version {trigger.version}", "trigger", trigger.pk))
    return Section(
        "Trigger definition and system of record",
        facts=facts,
        tables=(Table(("Figure", "System of record", "How"), SYSTEM_OF_RECORD, "", "System of record"),),
        absent=(
            *absent,
            "System of record and field mappings are how the product works; they are not yet a governed, versioned record"
            " of their own.",
        ),
        see=tuple(see),
    )


def _devices_of(trigger: TriggerDefinition) -> list[Device]:
    return list(trigger.devices.select_related("site").order_by("site__code", "code"))


def _percent(value: object) -> str:
    return f"{decimal_text(Fraction(str(value)))} %"


def _eligibility_section() -> Section:
    return Section(
        "What must hold, staging and allocation",
        words=(
            "Material is staged by scan: a lot's quantity is moved into a bin of the line and bound to one order. No other"
            " order can take it. Only bound lots are drawn; unbound stock only from supermarket bins that serve the"
            " operation, and only of items flagged for it.",
            "One rule judges every lot and every report, for the tablet's light and for posting, and gives all reasons at"
            " once. A report is blocked whole by any of them.",
        ),
        tables=(
            Table(
                ("Reason", "It does not come when", "When it comes"),
                tuple((code, holds, remedy) for code, (holds, remedy) in ELIGIBILITY.items()),
                "",
                "What must hold",
            ),
            Table(
                ("Strategy of the order", "Lots are drawn"),
                tuple((str(name), words) for name, words in ALLOCATION.items()),
                "",
                "Allocation; every strategy ends with lot code, then bin",
            ),
        ),
    )
