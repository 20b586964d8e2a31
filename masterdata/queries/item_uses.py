"""Where an item is used: every BOM version that takes it directly, as an alternate, or through phantoms."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from masterdata.models import BomAlternate, BomLine, BomVersion, Item
from masterdata.queries.boms import effective_boms
from masterdata.rules.vocabulary import RecordState

#: What a version is at a time, in words that people filter by.
IN_FORCE, COMING, OPEN, PAST, REJECTED = "in force", "coming", "open", "past", "rejected"
STANDINGS = (IN_FORCE, COMING, OPEN, PAST, REJECTED)
DIRECTLY, AS_ALTERNATE, THROUGH_PHANTOM = "directly", "as alternate", "through phantom"


@dataclass(frozen=True)
class ItemUse:
    """One line of one version. `through`: the phantoms from that line down to the item, by code; empty: none."""

    version: BomVersion
    line: BomLine
    how: str
    through: tuple[str, ...]
    standing: str


def item_uses(item: Item, at: datetime) -> list[ItemUse]:
    """Every use, by product and version. A phantom is looked through by its version that is in force at `at`."""
    found: list[ItemUse] = []
    level: dict[int, tuple[str, ...]] = {item.pk: ()}
    seen = {item.pk}
    while level:
        lines = list(
            BomLine.objects.filter(Q(item__in=level) | Q(alternates__item__in=level))
            .select_related("version__item", "version__base_unit", "item", "unit")
            .distinct()
        )
        made = {line.version.item_id for line in lines}
        effective = effective_boms(made, at)
        alternates = _alternates(lines, set(level))
        deeper: dict[int, tuple[str, ...]] = {}
        for line in lines:
            in_force = effective.get(line.version.item_id)
            standing = _standing(line.version, in_force, at)
            for used, how in _ways(line, level, alternates, item.pk):
                path = level[used]
                found.append(ItemUse(line.version, line, how, path, standing))
                if standing == IN_FORCE and line.version.phantom and line.version.item_id not in seen:
                    deeper.setdefault(line.version.item_id, (line.version.item.code, *path))
        seen |= set(deeper)
        level = deeper
    return sorted(
        found,
        key=lambda use: (use.version.item.code, -use.version.number, len(use.through), use.line.position, use.how),
    )


def _alternates(lines: list[BomLine], items: set[int]) -> dict[int, set[int]]:
    """Which of these items are alternates on which of these lines."""
    rows = BomAlternate.objects.filter(line__in=lines, item__in=items).values_list("line_id", "item_id")
    found: dict[int, set[int]] = {}
    for line, item in rows:
        found.setdefault(line, set()).add(item)
    return found


def _ways(
    line: BomLine, level: dict[int, tuple[str, ...]], alternates: dict[int, set[int]], asked: int
) -> list[tuple[int, str]]:
    """The items of this level that a line takes, and how."""
    ways = []
    if line.item_id in level:
        ways.append((line.item_id, DIRECTLY if line.item_id == asked else THROUGH_PHANTOM))
    ways += [(one, AS_ALTERNATE if one == asked else THROUGH_PHANTOM) for one in sorted(alternates.get(line.pk, ()))]
    return ways


def _standing(version: BomVersion, in_force: BomVersion | None, at: datetime) -> str:
    if version.state == RecordState.REJECTED:
        return REJECTED
    if version.state != RecordState.APPROVED:
        return OPEN
    if in_force is not None and in_force.pk == version.pk:
        return IN_FORCE
    return COMING if version.effective_from is not None and version.effective_from > at else PAST
