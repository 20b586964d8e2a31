"""BOM versions in a sheet: one row for the version, one for each line, step, alternate, output and loss.

A version is kept as its rows of canonical text. Two versions say the same where their rows are the same, and what differs is
told cell by cell; the drafts that actions take are made from the rows at the very end.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from masterdata.rules.bom import AlternateDraft, BomDraft, LineDraft, OutputDraft, ScrapDraft, StepDraft
from masterdata.rules.sheet_columns import BOMS, KINDS, PART_COLUMNS, PART_DEFAULTS, PARTS
from masterdata.rules.sheet_table import Faults, Sheet, SheetRow
from masterdata.rules.vocabulary import Convention, FigureSource, Loss, OutputKind, Per, PostingMethod

_KEY = ("item", "version", "part")
#: what tells the parts of a version apart; the version itself is there once
_PART_KEYS: dict[str, tuple[str, ...]] = {
    "version": (),
    "line": ("position",),
    "step": ("position", "from_quantity"),
    "alternate": ("position", "component"),
    "output": ("position",),
    "loss": ("loss_level", "position", "operation", "loss_kind"),
}
Key = tuple[str, ...]


@dataclass
class SheetVersion:
    """A version as its sheet has it. `rows` by what tells them apart; `numbers`: where each of them stands.

    `whole`: none of its rows is missing for a fault of its cells.
    """

    item: str
    number: str
    rows: dict[Key, dict[str, str]] = field(default_factory=dict)
    numbers: dict[Key, int] = field(default_factory=dict)
    whole: bool = True

    @property
    def name(self) -> str:
        return f"{self.item} v{self.number}" if self.number else self.item

    @property
    def head(self) -> dict[str, str]:
        return self.rows[("version",)]

    @property
    def row(self) -> int:
        return self.numbers[("version",)]

    def part(self, part: str) -> list[tuple[Key, dict[str, str]]]:
        """The rows of a part, those with a position in its order."""
        found = [(key, row) for key, row in self.rows.items() if key[0] == part]
        return sorted(found, key=lambda one: int(one[1]["position"] or 0)) if part != "alternate" else found

    @cached_property
    def places(self) -> dict[tuple[str, str], list[dict[str, str]]]:
        """The rows by part and position. Asked for only once all rows are there."""
        found: dict[tuple[str, str], list[dict[str, str]]] = {}
        for key, row in self.rows.items():
            found.setdefault((key[0], row["position"]), []).append(row)
        return found

    def codes(self) -> Iterator[tuple[Key, str]]:
        """Every item that a row names, with the row."""
        return ((key, row["component"]) for key, row in self.rows.items() if row["component"])


def key_of(values: Mapping[str, str]) -> Key:
    return (values["part"], *(values[column] for column in _PART_KEYS[values["part"]]))


def versions_of(sheet: Sheet, faults: Faults) -> list[SheetVersion]:
    """The versions that hang together. What is missing, out of place or there twice is told."""
    found: dict[tuple[str, str], SheetVersion] = {}
    spoilt: set[tuple[str, str]] = set()
    lacking = {(row.values["item"], row.values["version"]): row for row in sheet.spoilt}
    for row in sheet.rows:
        values = row.values
        name = (values["item"], values["version"])
        version = found.setdefault(name, SheetVersion(*name))
        if not _fits_its_part(sheet.name, row, faults):
            spoilt.add(name)
            continue
        for column, default in PART_DEFAULTS[values["part"]].items():
            values[column] = values[column] or default
        key = key_of(values)
        if key in version.rows:
            sentence = (
                f"{' '.join(word for word in key if word)} of {version.name} stands in row {version.numbers[key]}."
            )
            faults.at(sheet.name, row.number, "part", "given_twice", sentence, "Take one of the rows out.")
            spoilt.add(name)
            continue
        version.rows[key], version.numbers[key] = values, row.number
    whole = []
    for name, version in found.items():
        version.whole = name not in lacking
        if not version.whole and ("version",) not in version.rows:
            continue  # what is told of the row says enough
        if name not in spoilt and _hangs_together(sheet.name, version, faults):
            whole.append(version)
    return sorted(whole, key=lambda one: (one.item, int(one.number or 10**10)))


def _fits_its_part(sheet: str, row: SheetRow, faults: Faults) -> bool:
    """Whether the cells that this part of a version has are filled in, and no others."""
    part = row.values["part"]
    needed, allowed = PART_COLUMNS[part]
    fine = True
    for column, text in row.values.items():
        if column in _KEY:
            continue
        if column in needed and not text:
            sentence, remedy = f"A row of a {part} needs its {column.replace('_', ' ')}.", "Fill the cell in."
            faults.at(sheet, row.number, column, "cell_empty", sentence, remedy)
            fine = False
        elif text and column not in needed and column not in allowed:
            sentence = f"A row of a {part} has no {column.replace('_', ' ')}."
            faults.at(sheet, row.number, column, "cell_out_of_place", sentence, "Clear the cell, or mend the part.")
            fine = False
    return fine


def _hangs_together(sheet: str, version: SheetVersion, faults: Faults) -> bool:
    """Whether the version has its own row, and steps, alternates and losses stand at lines that are there."""
    before = faults.count
    if ("version",) not in version.rows:
        first = min(version.numbers.values(), default=0)
        sentence = f"{version.name} has no row with the part “version”."
        faults.at(sheet, first, "part", "version_row_missing", sentence, "Add it, with base quantity and unit.")
    lines = {row["position"] for key, row in version.rows.items() if key[0] == "line"}
    for key, row in version.rows.items():
        at_line = key[0] in ("step", "alternate") or (key[0] == "loss" and row["loss_level"] == "component")
        if at_line and row["position"] not in lines and version.whole:
            sentence = f"{version.name} has no line at position {row['position'] or '(empty)'}."
            number = version.numbers[key]
            faults.at(sheet, number, "position", "line_missing", sentence, "Name the position of its line.")
        elif key[0] == "loss" and not at_line and row["position"]:
            sentence = "Only a loss at component level has the position of a line."
            faults.at(sheet, version.numbers[key], "position", "cell_out_of_place", sentence, "Clear the cell.")
        if key[0] == "loss" and (row["loss_level"] == "operation") != bool(row["operation"]):
            sentence = "A loss at operation level names its operation, and no other does."
            faults.at(sheet, version.numbers[key], "operation", "cell_out_of_place", sentence, "Mend the cell.")
    return faults.count == before


def same_version(one: SheetVersion, other: SheetVersion) -> bool:
    """Whether the figures are the same; an identity that was left empty counts as the stored one, times are not figures."""
    return not list(differences(other, one))


def differences(old: SheetVersion | None, new: SheetVersion) -> Iterator[dict[str, str]]:
    """What of `new` is other than in `old`, cell by cell; a row that was added or taken away as one."""
    if old is None:
        return
    for key, row in new.rows.items():
        before = old.rows.get(key)
        if before is None:
            yield {"what": _told(key), "field": "", "old": "", "new": _whole(row)}
            continue
        for column, text in row.items():
            skipped = column in _KEY or column in ("effective_from", "effective_to", "reason")
            if skipped or text == before[column] or (column == "identity" and not text):
                continue
            yield {"what": _told(key), "field": column.replace("_", " "), "old": before[column], "new": text}
    for key, row in old.rows.items():
        if key not in new.rows:
            yield {"what": _told(key), "field": "", "old": _whole(row), "new": ""}
    for _, row in new.part("line"):
        was, now = ([one["component"] for one in _at(bom, "alternate", row["position"])] for bom in (old, new))
        if was != now and sorted(was) == sorted(now):
            what = f"line {row['position']}"
            yield {"what": what, "field": "order of alternates", "old": ", ".join(was), "new": ", ".join(now)}


def _told(key: Key) -> str:
    return " ".join(word.replace("_", " ") for word in key if word)


def _whole(row: Mapping[str, str]) -> str:
    """A row in words: every cell that says more than an empty one would."""
    usual = PART_DEFAULTS[row["part"]]
    cells = [
        f"{column.replace('_', ' ')} {text}"
        for column, text in row.items()
        if text and column not in (*_KEY, "identity", "position") and usual.get(column) != text
    ]
    return ", ".join(cells)


def draft_of_version(version: SheetVersion) -> BomDraft:
    """The version as it is drafted."""
    head = version.head
    losses = [row for _, row in version.part("loss")]
    assembly = [_loss(row) for row in losses if row["loss_level"] == "assembly"]
    return BomDraft(
        item=version.item,
        base_quantity=head["quantity"],
        base_unit=head["unit"],
        phantom=head["phantom"] == "yes",
        lines=tuple(_line(version, row) for _, row in version.part("line")),
        outputs=tuple(_output(row) for _, row in version.part("output")),
        assembly_scrap=assembly[0] if assembly else None,
        operation_scrap=tuple(_loss(row) for row in losses if row["loss_level"] == "operation"),
    )


def _at(version: SheetVersion, part: str, position: str) -> list[dict[str, str]]:
    return version.places.get((part, position), [])


def _line(version: SheetVersion, row: Mapping[str, str]) -> LineDraft:
    place = row["position"]
    losses = {one["loss_kind"]: _loss(one) for one in _at(version, "loss", place) if one["loss_level"] == "component"}
    steps = sorted(
        (StepDraft(one["from_quantity"], one["quantity"]) for one in _at(version, "step", place)), key=_start
    )
    return LineDraft(
        item=row["component"],
        quantity=row["quantity"],
        unit=row["unit"],
        operation=row["operation"],
        per=Per(row["per"]),
        handling_unit_kind=row["handling_unit_kind"],
        method=PostingMethod(row["method"]),
        pieces=row["pieces"],
        tolerance=row["tolerance"],
        scrap=losses.get("running"),
        setup=losses.get("setup"),
        steps=tuple(steps),
        strategy=row["strategy"],
        whole_assemblies=row["whole_assemblies"] == "yes",
        alternates=tuple(
            AlternateDraft(
                one["component"],
                one["factor"],
                one["percent"] or None,
                one["quantity_limit"] or None,
                one["valid_until"] or None,
            )
            for one in _at(version, "alternate", place)
        ),
        identity=UUID(row["identity"]) if row["identity"] else None,
    )


def _start(step: StepDraft) -> Decimal:
    return Decimal(step.from_quantity)


def _output(row: Mapping[str, str]) -> OutputDraft:
    return OutputDraft(
        item=row["component"],
        quantity=row["quantity"],
        unit=row["unit"],
        operation=row["operation"],
        kind=OutputKind(row["output_kind"]),
        cost_share=row["cost_share"],
        identity=UUID(row["identity"]) if row["identity"] else None,
    )


def _loss(row: Mapping[str, str]) -> ScrapDraft:
    return ScrapDraft(
        percent=row["percent"],
        quantity=row["quantity"],
        operation=row["operation"],
        convention=Convention(row["convention"]),
        net=row["net"] == "yes",
        loss=Loss(row["loss"]),
        source=FigureSource(row["source"]),
        source_note=row["source_note"],
    )


def empty_row(item: str, version: str, part: str) -> dict[str, str]:
    """A row of a version in which everything is still empty."""
    return {**dict.fromkeys(KINDS[BOMS].header, ""), "item": item, "version": version, "part": part}


def in_order(version: SheetVersion) -> Iterator[dict[str, str]]:
    """The rows as they are exported: the version, its own losses, then each line with all that hangs on it, then outputs."""
    yield version.head
    losses = version.part("loss")
    yield from (row for _, row in losses if row["loss_level"] != "component")
    for _, line in version.part("line"):
        yield line
        yield from sorted(_at(version, "step", line["position"]), key=lambda row: Decimal(row["from_quantity"]))
        yield from _at(version, "alternate", line["position"])
        yield from (row for row in _at(version, "loss", line["position"]) if row["loss_level"] == "component")
    yield from (row for _, row in version.part("output"))


def rows_of(versions: Sequence[SheetVersion]) -> Iterator[dict[str, str]]:
    for version in versions:
        yield from in_order(version)


assert set(_PART_KEYS) == set(PART_COLUMNS) == set(PARTS)
