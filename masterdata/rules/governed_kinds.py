"""The kinds of record that change by change request only, and the fields of those that are written field by field.

Versioned kinds carry their proposal in a drafted version; the others in the request, as canonical values: text, whole
number, yes or no, or decimal text; never a float.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from masterdata.rules import vocabulary as v


class FieldKind(StrEnum):
    TEXT = "text"
    DECIMAL = "decimal"
    WHOLE = "whole"
    FLAG = "flag"
    CHOICE = "choice"
    ROLES = "roles"
    ITEM = "item"
    UNIT = "unit"
    LINE = "line"
    SITE = "site"
    BIN = "bin"


@dataclass(frozen=True, slots=True)
class Field:
    """`fixed`: set when the record is made, and never changed. `most`: characters of a text, or the largest number."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    fixed: bool = False
    choices: tuple[str, ...] = ()
    initial: Any = ""
    most: int = 120
    least: int = 0
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """`versioned`: proposals are drafted versions. `duty_words`: what of the plant it is, for titles."""

    name: str
    title: str
    plural: str
    versioned: bool = False
    fields: tuple[Field, ...] = ()

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


def _words(*members: type[StrEnum]) -> tuple[str, ...]:
    return tuple(str(one.value) for member in members for one in member)


_K = FieldKind
#: flags of an item: name, words, and what each means for how it is issued
ITEM_FLAGS = (
    ("potency_controlled", "Potency-controlled", "Weighed and issued by scan, adjusted to the lot's potency."),
    ("safety_critical", "Safety-critical", "Never taken blindly: scanned, or issued at the pick."),
    ("operator_determined", "Operator-determined", "The operator decides how much; scanned."),
    ("high_value", "High-value", "An explicit quantity and a lot scan."),
    ("variable_weight", "Variable-weight", "Every piece weighs differently: an explicit quantity and a lot scan."),
    ("label_controlled", "Label-controlled", "Printed matter: an approved, verified label version before packing."),
    ("supermarket", "Supermarket", "May be drawn from a line-side bin without being bound to an order."),
)

ITEM = Kind(
    "item",
    "item",
    "items",
    fields=(
        Field("code", "Code", fixed=True, most=60),
        Field("name", "Name", most=200),
        Field("kind", "Kind", _K.CHOICE, choices=_words(v.ItemKind)),
        Field("stock_unit", "Stock unit", _K.UNIT, fixed=True, hint="Stands for good: the ledger counts in it."),
        Field("gtin", "GTIN", required=False, most=14),
        Field("decimals", "Decimals", _K.WHOLE, initial=3, most=9),
        Field("multiple", "Multiple", _K.DECIMAL, required=False, hint="In place of decimals."),
        Field("rounding", "Rounding", _K.CHOICE, choices=_words(v.Rounding), initial="half_even"),
        Field("tracking", "Tracked by", _K.CHOICE, choices=_words(v.Tracking), initial="lot"),
        Field("shelf_life_days", "Shelf life in days", _K.WHOLE, required=False, least=1, most=36500),
        Field("standard_cost", "Standard cost per stock unit", _K.DECIMAL, initial="0"),
        Field("label_potency", "Label potency", _K.DECIMAL, required=False),
        *(Field(name, label, _K.FLAG, initial=False, hint=hint) for name, label, hint in ITEM_FLAGS),
    ),
)
OPERATION = Kind(
    "operation",
    "operation",
    "operations",
    fields=(
        Field("item", "Product", _K.ITEM, fixed=True),
        Field("number", "Number", fixed=True, most=10, hint="A whole number such as 10; operations run in this order."),
        Field("name", "Name"),
        Field("line", "Usual line", _K.LINE, required=False),
        Field("count_point", "Count point", _K.FLAG, initial=True, hint="Output is reported here."),
        Field("requires_clearance", "Line clearance first", _K.FLAG, initial=False),
        Field("requires_training", "Trained people only", _K.FLAG, initial=False),
        Field("packs", "Packs", _K.FLAG, initial=False, hint="Labels and contents are checked here."),
    ),
)
BIN = Kind(
    "bin",
    "bin",
    "bins",
    fields=(
        Field("site", "Site", _K.SITE, fixed=True),
        Field("code", "Code", fixed=True, most=40, hint="As on its label."),
        Field("name", "Name", required=False),
        Field(
            "kind",
            "Kind",
            _K.CHOICE,
            fixed=True,
            choices=tuple(one.value for one in v.BinKind if one not in v.UNCOUNTED_BINS),
        ),
        Field("walking_order", "Walking order", _K.WHOLE, initial=0, most=1_000_000),
    ),
)
BIN_SERVICE = Kind(
    "bin_service",
    "bin eligibility",
    "bin eligibilities",
    fields=(
        Field("bin", "Bin", _K.BIN, fixed=True),
        Field("line", "Line", _K.LINE, fixed=True),
        Field(
            "operation_number",
            "Operation",
            required=False,
            fixed=True,
            most=10,
            hint="Empty: every operation at the line.",
        ),
        Field("may_draw", "May be drawn from", _K.FLAG, initial=True),
    ),
)
PRODUCTION_LINE = Kind(
    "production_line",
    "production line",
    "production lines",
    fields=(
        Field("site", "Site", _K.SITE, fixed=True),
        Field("code", "Code", fixed=True, most=30),
        Field("name", "Name"),
    ),
)
REASON = Kind(
    "reason",
    "reason",
    "reasons",
    fields=(
        Field("code", "Code", fixed=True, most=30),
        Field("name", "What happened", most=160),
        Field("kind", "For", _K.CHOICE, fixed=True, choices=_words(v.ReasonKind)),
        Field(
            "loss",
            "Loss",
            _K.CHOICE,
            required=False,
            choices=_words(v.Loss),
            hint="For scrap: structural or avoidable.",
        ),
        Field(
            "copq_category",
            "Cost of poor quality",
            _K.CHOICE,
            choices=_words(v.CopqCategory),
            initial=v.CopqCategory.INTERNAL_FAILURE.value,
        ),
        Field("owner", "Owner", most=80, hint="The function that answers for it."),
        Field("active", "In use", _K.FLAG, initial=True),
    ),
)
SUPPLIER = Kind(
    "supplier",
    "supplier",
    "suppliers",
    fields=(Field("code", "Code", fixed=True, most=40), Field("name", "Name", most=200)),
)
LABEL_VERSION = Kind(
    "label_version",
    "label version",
    "label versions",
    fields=(
        Field("item", "Component", _K.ITEM, fixed=True),
        Field("number", "Version", _K.WHOLE, fixed=True, least=1, most=1_000_000),
        Field("artwork", "Artwork", fixed=True, hint="Number or name of the approved artwork."),
    ),
)
THRESHOLD = Kind(
    "threshold",
    "threshold",
    "thresholds",
    fields=(
        Field("code", "Threshold", _K.CHOICE, fixed=True, choices=_words(v.ThresholdCode)),
        Field("value", "Value", _K.DECIMAL),
    ),
)
CHANGE_POLICY = Kind(
    "change_policy",
    "signature policy",
    "signature policies",
    fields=(
        Field("kind", "Kind of record", _K.CHOICE, fixed=True),
        Field("roles", "Signatures needed", _K.ROLES, hint="One role a signature; a role may stand twice."),
    ),
)
BOM_VERSION = Kind("bom_version", "BOM version", "BOM versions", versioned=True)
UNIT_FACTOR = Kind("unit_factor", "unit factor", "unit factors", versioned=True)
TRIGGER_DEFINITION = Kind("trigger_definition", "trigger definition", "trigger definitions", versioned=True)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        ITEM,
        BOM_VERSION,
        UNIT_FACTOR,
        OPERATION,
        TRIGGER_DEFINITION,
        BIN,
        BIN_SERVICE,
        PRODUCTION_LINE,
        LABEL_VERSION,
        REASON,
        SUPPLIER,
        THRESHOLD,
        CHANGE_POLICY,
    )
}


def changed_fields(kind: Kind, base: Mapping[str, Any] | None, proposed: Mapping[str, Any]) -> dict[str, Any]:
    """What of a filled form is a change: of a new record everything, else the fields that differ."""
    if base is None:
        return {field.name: proposed[field.name] for field in kind.fields if field.name in proposed}
    return {
        field.name: proposed[field.name]
        for field in kind.fields
        if not field.fixed and field.name in proposed and proposed[field.name] != base.get(field.name)
    }
