"""The sheets that are exported and imported, column by column. What an export writes, an import reads as the same."""

from dataclasses import dataclass
from enum import StrEnum

from masterdata.rules import vocabulary as v
from masterdata.rules.governed_kinds import ITEM_FLAGS
from masterdata.rules.sheet_cells import CellKind, Column

ITEMS, OPERATIONS, UNIT_FACTORS, BOMS = "items", "operations", "unit_factors", "boms"
OPERATION_FLAGS = ("count_point", "requires_clearance", "requires_training", "packs")


def _words(*listed: type[StrEnum]) -> tuple[str, ...]:
    return tuple(word.value for words in listed for word in words)


def _code(name: str, longest: int = 60, *, needed: bool = True) -> Column:
    return Column(name, CellKind.CODE, needed, longest)


def _word(name: str, words: tuple[str, ...], *, needed: bool = True) -> Column:
    return Column(name, CellKind.WORD, needed, words=words)


def _number(name: str, whole: int, places: int = 0, *, needed: bool = False, signed: bool = False) -> Column:
    return Column(name, CellKind.NUMBER, needed, whole, places, signed=signed)


def _flag(name: str, *, needed: bool = True) -> Column:
    return Column(name, CellKind.FLAG, needed)


def _time(name: str) -> Column:
    return Column(name, CellKind.TIME)


FLAGS = tuple(name for name, _, _ in ITEM_FLAGS)
PARTS = ("version", "line", "step", "alternate", "output", "loss")


@dataclass(frozen=True, slots=True)
class SheetKind:
    """A kind of sheet: `name` of the sheet and the file, `record` in words, and its columns. `key` names a record."""

    name: str
    record: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


_ITEM_COLUMNS = (
    _code("item"),
    Column("name", CellKind.TEXT, needed=True, longest=200),
    _word("kind", _words(v.ItemKind)),
    _code("stock_unit", 3),
    _number("decimals", 1, needed=True),
    _number("multiple", 18, 9),
    _word("rounding", _words(v.Rounding)),
    _word("tracking", _words(v.Tracking)),
    _number("shelf_life_days", 5),
    _number("standard_cost", 18, 6, needed=True),
    _code("gtin", 14, needed=False),
    _number("label_potency", 3, 6),
    *(_flag(name) for name in FLAGS),
)
_FACTOR_COLUMNS = (
    _code("item"),
    _code("from_unit", 3),
    _code("to_unit", 3),
    _number("version", 9),
    _number("numerator", 40, needed=True),
    _number("denominator", 40, needed=True),
    _number("reference_temperature", 4, 3, signed=True),
    _number("temperature_coefficient", 3, 9, signed=True),
    _time("effective_from"),
    _time("effective_to"),
)
_OPERATION_COLUMNS = (
    _code("item"),
    _code("operation", 10),
    Column("name", CellKind.TEXT, needed=True, longest=120),
    _code("line", 80, needed=False),
    *(_flag(name) for name in OPERATION_FLAGS),
)
_BOM_COLUMNS = (
    _code("item"),
    _number("version", 9),
    _word("part", PARTS),
    _time("effective_from"),
    _time("effective_to"),
    Column("reason", CellKind.TEXT, longest=500),
    _flag("phantom", needed=False),
    _number("position", 9),
    _code("component", needed=False),
    _number("quantity", 18, 9),
    _code("unit", 3, needed=False),
    _code("operation", 10, needed=False),
    _word("per", _words(v.Per), needed=False),
    _word("handling_unit_kind", _words(v.HandlingUnitKind), needed=False),
    _word("method", _words(v.PostingMethod), needed=False),
    _number("pieces", 18, 9),
    _number("tolerance", 6, 6),
    _word("strategy", _words(v.AlternateStrategy), needed=False),
    _flag("whole_assemblies", needed=False),
    _number("from_quantity", 18, 9),
    _number("factor", 18, 9),
    _number("percent", 6, 6),
    _number("quantity_limit", 18, 9),
    _time("valid_until"),
    _word("output_kind", _words(v.OutputKind), needed=False),
    _number("cost_share", 6, 6),
    _word("loss_level", _words(v.ScrapLevel), needed=False),
    _word("loss_kind", _words(v.ScrapKind), needed=False),
    _word("convention", _words(v.Convention), needed=False),
    _flag("net", needed=False),
    _word("loss", _words(v.Loss), needed=False),
    _word("source", _words(v.FigureSource), needed=False),
    Column("source_note", CellKind.TEXT, longest=300),
    Column("identity", CellKind.IDENTITY),
)

KINDS = {
    one.name: one
    for one in (
        SheetKind(ITEMS, "item", _ITEM_COLUMNS, ("item",)),
        SheetKind(OPERATIONS, "operation", _OPERATION_COLUMNS, ("item", "operation")),
        SheetKind(UNIT_FACTORS, "unit factor", _FACTOR_COLUMNS, ("item", "from_unit", "to_unit", "version")),
        SheetKind(BOMS, "BOM version", _BOM_COLUMNS, ("item", "version")),
    )
}

#: Columns of a BOM that belong to each part: those that are filled in, and those that may be. All others stay empty there.
PART_COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "version": (("quantity", "unit"), ("phantom", "effective_from", "effective_to", "reason")),
    "line": (
        ("position", "component", "quantity", "unit", "operation"),
        ("per", "handling_unit_kind", "method", "pieces", "tolerance", "strategy", "whole_assemblies", "identity"),
    ),
    "step": (("position", "from_quantity", "quantity"), ()),
    "alternate": (("position", "component"), ("factor", "percent", "quantity_limit", "valid_until")),
    "output": (
        ("position", "component", "quantity", "unit", "operation"),
        ("output_kind", "cost_share", "identity"),
    ),
    "loss": (
        ("loss_level",),
        (
            *("loss_kind", "percent", "quantity", "convention", "net", "loss", "source"),
            *("position", "operation", "source_note"),
        ),
    ),
}
#: What an empty cell of a part stands for.
PART_DEFAULTS: dict[str, dict[str, str]] = {
    "version": {"phantom": "no"},
    "line": {"per": "base", "method": "backflush", "pieces": "1", "tolerance": "0", "whole_assemblies": "no"},
    "step": {},
    "alternate": {"factor": "1"},
    "output": {"output_kind": "by_product", "cost_share": "0"},
    "loss": {
        "loss_kind": "running",
        "percent": "0",
        "quantity": "0",
        "convention": "gross_up",
        "net": "no",
        "loss": "structural",
        "source": "engineering",
    },
}
