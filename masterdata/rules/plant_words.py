"""The one list of words in which the plant reads what is stored as a code: roles, choices, and the fields of records.

Stored codes stay as they are, since they are signed; only what is shown goes through here.
"""

import re
from enum import StrEnum

from masterdata.rules import vocabulary as v
from masterdata.rules.governed_kinds import KINDS

ROLE_WORDS: dict[str, str] = {
    v.Role.OPERATOR: "Operator",
    v.Role.SUPERVISOR: "Supervisor",
    v.Role.ENGINEER: "Engineer",
    v.Role.QA: "Quality assurance",
    v.Role.FINANCE: "Finance",
    v.Role.ADMIN: "Admin",
    v.Role.AUDITOR: "Auditor",
}
METHOD_WORDS: dict[str, str] = {
    v.PostingMethod.BACKFLUSH: "backflushed",
    v.PostingMethod.SCAN: "scanned at use",
    v.PostingMethod.FORWARD: "issued at the pick",
}
STRATEGY_WORDS: dict[str, str] = {
    v.AlternateStrategy.PRIORITY: "the first that covers it alone",
    v.AlternateStrategy.MIX: "each in turn what it has",
    v.AlternateStrategy.SHARE: "each its share",
}
CONVENTION_WORDS: dict[str, str] = {
    v.Convention.GROSS_UP: "× (1 + s)",
    v.Convention.DIVIDE: "÷ (1 − s)",
}
SOURCE_WORDS: dict[str, str] = {
    v.FigureSource.STUDY: "a study",
    v.FigureSource.PILOT: "a pilot",
    v.FigureSource.SUPPLIER: "the supplier",
    v.FigureSource.HISTORY: "past orders",
    v.FigureSource.ENGINEERING: "engineering",
}
TRIGGER_WORDS: dict[str, str] = {
    v.TriggerKind.OPERATION_COMPLETE: "operation complete",
    v.TriggerKind.GOOD_UNITS: "good units",
    v.TriggerKind.PACK_CONFIRMED: "pack confirmed",
    v.TriggerKind.HANDLING_UNIT_CLOSED: "handling unit closed",
    v.TriggerKind.ORDER_CLOSE: "order close",
    v.TriggerKind.SETUP: "setup",
}
#: what stands in contents and tables beyond the fields of `governed_kinds`
FIELD_WORDS: dict[str, str] = {
    "item": "Item",
    "version": "Version",
    "base_quantity": "Quantity made",
    "base_unit": "Its unit",
    "phantom": "Phantom",
    "reason": "Why",
    "author": "Written by",
    "from_unit": "From unit",
    "to_unit": "To unit",
    "reference_temperature": "Reference temperature in °C",
    "temperature_coefficient": "Expansion per °C",
    "operation": "Operation",
    "line": "Line",
    "kind": "Kind",
    "output_basis": "Output that consumes",
    "devices": "Devices that may report",
    "any_person": "Persons may report",
    "order_tolerance": "Order tolerance in %",
    "report_limit_percent": "Largest report, in % of the order",
    "avoidable_limit_percent": "Limit of avoidable scrap in %",
    "clock_tolerance_seconds": "Clock tolerance in seconds",
    "offline_allowance_hours": "Offline allowance in hours",
    "effective_from": "In force from",
    "approved_at": "Approved",
    "verified_at": "Verified",
    "withdrawn_at": "Withdrawn",
    "serves": "Serves",
    "site": "Site",
}
#: words of the product as they are stored; other texts are people's own, and stay as they wrote them
STORED_WORDS = frozenset(
    str(one.value) for kind in vars(v).values() if isinstance(kind, type) and issubclass(kind, StrEnum) for one in kind
)
#: `approved as qa`, as signatures were once given
_SIGNED_AS = re.compile(r"^(approved as )(\w+)$")


def role_words(role: str) -> str:
    """`qa` is Quality assurance."""
    return ROLE_WORDS.get(role, role.replace("_", " "))


def role_in_sentence(role: str) -> str:
    """The same within a sentence: quality assurance."""
    return role_words(role).lower()


def meaning_words(meaning: str) -> str:
    """What a signature means, with the role in words."""
    return _SIGNED_AS.sub(lambda found: found[1] + role_in_sentence(found[2]), meaning)


def field_words(kind: str, name: str) -> str:
    """What a field of a kind of record is called on its form, else in the plant."""
    known = KINDS.get(kind)
    field = known.field(name) if known else None
    if field is not None:
        return field.label
    return FIELD_WORDS.get(name) or name.replace("_", " ").capitalize()


def stored_words(value: str) -> str:
    """A code of the product in words; any other text as it is."""
    if value not in STORED_WORDS:
        return value
    return ROLE_WORDS.get(value) or value.replace("_", " ")
