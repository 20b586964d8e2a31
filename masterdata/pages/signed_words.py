"""What a signer reads before signing: the signed content exactly and completely, in the plant's words.

Only words are put in the place of codes: each figure stands with all its digits, and what no word is known for is shown under
its stored name rather than left out. Whatever differs in the content differs in what is shown; a test alters every value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from masterdata.pages.figures import figure, when, words
from masterdata.queries.plant_names import PlantNames, plant_names
from masterdata.rules.document import Table
from masterdata.rules.governed_kinds import KINDS, FieldKind
from masterdata.rules.plant_words import (
    CONVENTION_WORDS,
    METHOD_WORDS,
    SOURCE_WORDS,
    STRATEGY_WORDS,
    field_words,
    role_words,
    stored_words,
)
from masterdata.rules.vocabulary import Per, ScrapKind, ScrapLevel

#: kinds of reviewed records whose fields have another kind's labels
_LABELS_OF = {"reason_code": "reason"}
_CODES = frozenset({"code", "number", "gtin", "artwork", "name", "reason", "owner"})


@dataclass(frozen=True, slots=True)
class Told:
    """Names and values, then tables; `folded` is read where somebody asks, such as identities that only machines compare."""

    facts: list[dict[str, str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    folded: list[Table] = field(default_factory=list)


def told(kind: str, content: Mapping[str, Any]) -> Told:
    """The content of a record of this kind (`queries.contents`, or a plain record's fields)."""
    names = plant_names(content)
    left = {name: value for name, value in content.items() if name != "record"}
    if kind == "bom_version":
        return _bom(left, names)
    if kind == "unit_factor":
        return _factor(left, names)
    return Told(_facts(_LABELS_OF.get(kind, kind), left, names))


def _bom(left: dict[str, Any], names: PlantNames) -> Told:
    lines, outputs, losses = left.pop("lines"), left.pop("outputs"), left.pop("scrap_factors")
    quantity, unit = left.pop("base_quantity"), left.pop("base_unit")
    facts = _facts("bom_version", left, names)
    facts.insert(1, {"name": "Quantities are for", "value": _quantity(quantity, unit, names)})
    tables = [_lines(lines, names)]
    tables += [_losses(losses, names)] if losses else []
    tables += [_outputs(outputs, names)] if outputs else []
    same = Table(
        ("No.", "Item", "Identity"),
        tuple((str(one["position"]), one["item"], one["identity"]) for one in [*lines, *outputs]),
        "",
        "What each line is known by from version to version",
    )
    return Told(facts, tables, [same] if same.rows else [])


def _lines(lines: list[dict[str, Any]], names: PlantNames) -> Table:
    head = (
        "No.",
        "Operation",
        "Item",
        "Quantity",
        "Taken",
        "Planned losses",
        "Substitutes and steps",
        "Further",
    )
    rows = []
    for line in lines:
        left = dict(line)
        pieces = left.pop("pieces")
        quantity = _quantity(left.pop("quantity"), unit := left.pop("unit"), names)
        quantity += "" if pieces == "1" else f" × {figure(pieces)} pieces"
        tolerance = left.pop("tolerance")
        taken = METHOD_WORDS.get(method := left.pop("method"), method)
        losses = "\n".join(_loss(loss, unit, names) for loss in left.pop("scrap_factors"))
        row = (
            str(left.pop("position")),
            _operation(left.pop("operation"), names),
            _item(left.pop("item"), names),
            quantity + _per(left.pop("per"), left.pop("handling_unit_kind")),
            taken if tolerance == "0" else f"{taken}, within ± {figure(tolerance)} %",
            losses,
            _instead(left, unit, names),
        )
        del left["identity"]
        rows.append((*row, _rest(left)))
    return _without_empty(Table(head, tuple(rows), "This version has no line.", "Lines"))


def _per(per: str, handling_unit_kind: str) -> str:
    """What a quantity is for, where it is not for the version's own."""
    known: dict[str, str] = {
        Per.BASE: "",
        Per.ORDER: " for the whole order",
        Per.STEPS: " for the whole order, by its size",
        Per.HANDLING_UNIT: " for each handling unit",
    }
    shown = known.get(per, f" for {stored_words(per)}")
    return f"{shown}: {handling_unit_kind}" if handling_unit_kind else shown


def _instead(left: dict[str, Any], unit: str, names: PlantNames) -> str:
    """Alternates by rank, and quantities by order size."""
    alternates, steps = left.pop("alternates"), left.pop("steps")
    strategy, whole = left.pop("alternate_strategy"), left.pop("whole_assemblies")
    how = [STRATEGY_WORDS.get(strategy, strategy)] if strategy else []
    how += ["whole assemblies only"] if whole else []
    said = [f"Substitutes: {', '.join(how)}"] if how else []
    said += [_alternate(dict(one), names) for one in alternates]
    said += [f"Order of {figure(one['from'])} or more: {_quantity(one['quantity'], unit, names)}" for one in steps]
    return "\n".join(said)


def _alternate(one: dict[str, Any], names: PlantNames) -> str:
    parts = [f"{one.pop('rank')}. {_item(one.pop('item'), names)}, {figure(one.pop('factor'))} in place of 1"]
    percent, limit, until = one.pop("percent"), one.pop("quantity_limit"), one.pop("valid_until")
    parts += [f"{figure(percent)} % of the need"] if percent is not None else []
    parts += [f"at most {figure(limit)}"] if limit is not None else []
    parts += [f"until {_moment(until)}"] if until is not None else []
    return ", ".join([*parts, *([_rest(one)] if one else [])])


def _loss(loss: Mapping[str, Any], unit: str, names: PlantNames) -> str:
    """One planned loss in words; what of it is zero and not meant by its kind is not said."""
    left = dict(loss)
    setup = left.pop("kind") == ScrapKind.SETUP
    percent, quantity, operation = left.pop("percent"), left.pop("quantity"), left.pop("operation")
    size = []
    if setup or quantity != "0":
        size.append(f"{_quantity(quantity, unit, names)} {'per setup' if setup else 'besides'}")
    if not setup or percent != "0":
        size.append(f"{figure(percent)} %")
    at = f" at operation {_operation(operation, names)}" if operation else ""
    convention, net = CONVENTION_WORDS.get(one := left.pop("convention"), one), left.pop("net")
    note, source = left.pop("source_note"), left.pop("source")
    level = left.pop("level")
    where = "" if level == ScrapLevel.COMPONENT else f"of the {words(level)}: "
    parts = [
        f"{where}{' and '.join(size)}{'' if setup else ' running'}{at}",
        convention.replace(" ", "\u00a0"),
        *(["net: in place of the assembly's"] if net else []),
        words(left.pop("loss")),
        f"from {SOURCE_WORDS.get(source, source)}" + (f" ({note})" if note else ""),
    ]
    return ", ".join([*parts, *([_rest(left)] if left else [])])


def _losses(losses: list[dict[str, Any]], names: PlantNames) -> Table:
    rows = tuple((str(place), _loss(one, "", names)) for place, one in enumerate(losses, start=1))
    return Table(("No.", "Loss"), rows, "", "Losses of output")


def _outputs(outputs: list[dict[str, Any]], names: PlantNames) -> Table:
    head = ("No.", "Operation", "Item", "Kind", "Quantity", "Share of the cost", "Further")
    rows = []
    for one in outputs:
        left = dict(one)
        row = (
            str(left.pop("position")),
            _operation(left.pop("operation"), names),
            _item(left.pop("item"), names),
            words(left.pop("kind")).replace("by product", "by-product").replace("co product", "co-product"),
            _quantity(left.pop("quantity"), left.pop("unit"), names),
            f"{figure(left.pop('cost_share'))} %",
        )
        del left["identity"]
        rows.append((*row, _rest(left)))
    return _without_empty(Table(head, tuple(rows), "", "Made besides"))


def _factor(left: dict[str, Any], names: PlantNames) -> Told:
    top, bottom = left.pop("numerator"), left.pop("denominator")
    start, end = (names.units.get(code, code) for code in (left.pop("from_unit"), left.pop("to_unit")))
    under = "" if bottom == "1" else f"/{figure(bottom)}"
    facts = _facts("unit_factor", left, names)
    facts.insert(1, {"name": "Factor", "value": f"1 {start} = {figure(top)}{under} {end}"})
    return Told(facts)


def _facts(kind: str, content: Mapping[str, Any], names: PlantNames) -> list[dict[str, str]]:
    return [
        {"name": field_words(kind, name), "value": _value(kind, name, value, names)} for name, value in content.items()
    ]


def _value(kind: str, name: str, value: Any, names: PlantNames) -> str:
    if name in _SHOWN and isinstance(value, str):
        return _SHOWN[name](value, names)
    known = KINDS.get(kind)
    form = known.field(name) if known else None
    if form and isinstance(value, str) and form.kind == FieldKind.DECIMAL:
        return figure(value)
    if form and isinstance(value, list) and form.kind == FieldKind.ROLES:
        return ", ".join(role_words(str(one)) for one in value) or "none"
    if isinstance(value, str) and name.endswith("_at"):
        return _moment(value)
    return value if isinstance(value, str) and name in _CODES else _plain(value)


def _plain(value: Any) -> str:
    """Any value, without a word of its own: nothing of it is left out."""
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(_plain(one) for one in value) or "none"
    if isinstance(value, Mapping):
        return _rest(value)
    return stored_words(value) if isinstance(value, str) else str(value)


def _rest(left: Mapping[str, Any]) -> str:
    """What came into contents later than these words: under its stored name."""
    return ", ".join(f"{words(name)}: {_plain(value)}" for name, value in left.items())


def _quantity(quantity: str, unit: str, names: PlantNames) -> str:
    return f"{figure(quantity)} {names.units.get(unit, unit)}".rstrip()


def _item(code: str, names: PlantNames) -> str:
    return f"{code} {names.items[code]}" if names.items.get(code) else code


def _operation(number: str, names: PlantNames) -> str:
    return f"{number} {names.operations[number]}" if names.operations.get(number) else number


def _person(username: str, names: PlantNames) -> str:
    return f"{names.people[username]} ({username})" if username in names.people else username


def _unit(code: str, names: PlantNames) -> str:
    written = names.units.get(code, code)
    return written if code in written else f"{written} ({code})"


def _moment(text: str) -> str:
    """A signed time at the site, to the second, with the very text in UTC that is signed."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{when(moment, seconds=True)} ({text.replace('T', ' ').replace('.000000', '').replace('Z', ' UTC')})"


_SHOWN: dict[str, Callable[[str, PlantNames], str]] = {
    "item": _item,
    "author": _person,
    "operation": _operation,
    "stock_unit": _unit,
    "from_unit": _unit,
    "to_unit": _unit,
}


def _without_empty(table: Table) -> Table:
    """Columns in which no row says anything are left out."""
    if not table.rows:
        return table
    kept = [place for place in range(len(table.head)) if any(row[place] for row in table.rows)]
    rows = tuple(tuple(row[place] for place in kept) for row in table.rows)
    return Table(tuple(table.head[place] for place in kept), rows, table.empty, table.title)
