"""Two BOM versions side by side, of one product or of two: every line with its counterpart, every field with both values.

Lines belong together by the identity that they keep within a product; where that says nothing, by item and operation, and
then by item alone, in the order in which they stand.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from masterdata.rules.bom_difference import loss_name, loss_text, text_of

#: A line or an output of `queries.bom_content`.
Row = Mapping[str, Any]

_HEAD = ("item", "base_quantity", "base_unit", "phantom")
_LINE = (
    "item",
    "operation",
    "quantity",
    "unit",
    "per",
    "handling_unit_kind",
    "method",
    "pieces",
    "tolerance",
    "alternate_strategy",
    "whole_assemblies",
    "alternates",
    "steps",
)
_OUTPUT = ("item", "operation", "kind", "quantity", "unit", "cost_share")


class Change(StrEnum):
    """What became of a line from the left version to the right one."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FieldPair:
    """One field with both values; empty where there is none."""

    name: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        return self.left != self.right


@dataclass(frozen=True, slots=True)
class Pair:
    """A line with its counterpart. `left` and `right` are its numbers in the two versions; None: it is not in that one."""

    item: str
    operation: str
    left: int | None
    right: int | None
    fields: tuple[FieldPair, ...]

    @property
    def change(self) -> Change:
        if self.left is None:
            return Change.ADDED
        if self.right is None:
            return Change.REMOVED
        return Change.CHANGED if any(one.differs for one in self.fields) else Change.SAME


@dataclass(frozen=True, slots=True)
class Comparison:
    """`head`: what is said of the whole version, its losses with it."""

    head: tuple[FieldPair, ...]
    lines: tuple[Pair, ...]
    outputs: tuple[Pair, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs but the product's name."""
        pairs = (*self.lines, *self.outputs)
        return all(pair.change == Change.SAME for pair in pairs) and not any(
            one.differs for one in self.head if one.name != "item"
        )


def compare(left: Row, right: Row) -> Comparison:
    """Two contents (`queries.bom_content`) compared; lines by operation, then in the order of the right version."""
    head = [FieldPair(_named(name), text_of(left[name]), text_of(right[name])) for name in _HEAD]
    return Comparison(
        head=(*head, *_losses(left["scrap_factors"], right["scrap_factors"])),
        lines=_pairs(left["lines"], right["lines"], _LINE),
        outputs=_pairs(left["outputs"], right["outputs"], _OUTPUT),
    )


def _pairs(left: Sequence[Row], right: Sequence[Row], names: Sequence[str]) -> tuple[Pair, ...]:
    found = _matched(left, right)
    partners = set(found.values())
    both: list[tuple[int | None, int | None]] = [(place, found.get(place)) for place in range(len(left))]
    both += [(None, place) for place in range(len(right)) if place not in partners]
    pairs = [
        _pair(left[here] if here is not None else None, right[there] if there is not None else None, here, there, names)
        for here, there in both
    ]
    return tuple(sorted(pairs, key=_reading_order))


def _matched(left: Sequence[Row], right: Sequence[Row]) -> dict[int, int]:
    """The place on the right of each place on the left that has a counterpart."""
    found: dict[int, int] = {}
    keys: tuple[Callable[[Row], Hashable], ...] = (
        lambda row: row["identity"],
        lambda row: (row["item"], row["operation"]),
        lambda row: row["item"],
    )
    for key in keys:
        taken = set(found.values())
        free: dict[Hashable, list[int]] = {}
        for place, row in enumerate(right):
            if place not in taken:
                free.setdefault(key(row), []).append(place)
        for place, row in enumerate(left):
            candidates = free.get(key(row))
            if place not in found and candidates:
                found[place] = candidates.pop(0)
    return found


def _pair(left: Row | None, right: Row | None, here: int | None, there: int | None, names: Sequence[str]) -> Pair:
    one = right if right is not None else left
    assert one is not None
    before, after = left or {}, right or {}
    fields = [FieldPair(_named(name), text_of(before.get(name)), text_of(after.get(name))) for name in names]
    return Pair(
        item=one["item"],
        operation=one["operation"],
        left=None if here is None else here + 1,
        right=None if there is None else there + 1,
        fields=(*fields, *_losses(before.get("scrap_factors", ()), after.get("scrap_factors", ()))),
    )


def _losses(left: Iterable[Row], right: Iterable[Row]) -> tuple[FieldPair, ...]:
    before = {loss_name(one): one for one in left}
    after = {loss_name(one): one for one in right}
    return tuple(
        FieldPair(name, loss_text(before.get(name)), loss_text(after.get(name))) for name in sorted({*before, *after})
    )


def _reading_order(pair: Pair) -> tuple[int, str, int, int]:
    place = pair.right if pair.right is not None else pair.left or 0
    return len(pair.operation), pair.operation, place, 0 if pair.left is not None else 1


def _named(name: str) -> str:
    return name.replace("_", " ")
