"""Where the units of one item stand in a drawing: a box for each dimension and each package, a line for each factor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from masterdata.rules.units import ItemFactor, UnitFact

WIDTH, LINE, HEAD, GAP, ROW = 150, 22, 36, 210, 28


@dataclass(frozen=True, slots=True)
class Box:
    """Units that the unit table converts into one another, or one package. `units` by code, the stock unit first."""

    name: str
    units: tuple[str, ...]
    x: int
    y: int
    height: int

    @property
    def width(self) -> int:
        return WIDTH


@dataclass(frozen=True, slots=True)
class Link:
    """A factor's line between two boxes, and where its words stand."""

    factor: ItemFactor
    x1: int
    y1: int
    x2: int
    y2: int
    word_x: int
    word_y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    width: int
    height: int


def drawing(stock_unit: str, units: Mapping[str, UnitFact], factors: Sequence[ItemFactor]) -> Drawing:
    """Columns from the stock unit's box outwards, by the number of factors that lead there; loose ends stand last."""
    codes = [stock_unit, *sorted({code for one in factors for code in (one.from_unit, one.to_unit)} - {stock_unit})]
    groups: dict[str, list[str]] = {}
    for code in codes:
        groups.setdefault(_group(code, units), []).append(code)
    links = [(_group(one.from_unit, units), _group(one.to_unit, units), one) for one in factors]
    columns = _columns(_group(stock_unit, units), list(groups), [(start, end) for start, end, _ in links])
    boxes: dict[str, Box] = {}
    for place, column in enumerate(columns):
        y = 0
        for group in column:
            height = HEAD + LINE * len(groups[group])
            boxes[group] = Box(group, tuple(groups[group]), place * (WIDTH + GAP), y, height)
            y += height + ROW
    lines = tuple(_link(one, boxes[start], boxes[end]) for start, end, one in links if start != end)
    return Drawing(
        tuple(boxes.values()),
        lines,
        max((box.x + WIDTH for box in boxes.values()), default=0),
        max((box.y + box.height for box in boxes.values()), default=0),
    )


def _group(code: str, units: Mapping[str, UnitFact]) -> str:
    """The dimension, or the package itself: a package holds what the item says."""
    fact = units.get(code)
    return code if fact is None or fact.is_package else fact.dimension


def _columns(first: str, groups: Sequence[str], links: Sequence[tuple[str, str]]) -> list[list[str]]:
    columns, left = [[first]], [group for group in groups if group != first]
    while left:
        last = set(columns[-1])
        near = [
            one for one in left if any({one} | last >= {*link} and one in link and last & {*link} for link in links)
        ]
        columns.append(near or left[:1])
        left = [one for one in left if one not in columns[-1]]
    return columns


def _link(factor: ItemFactor, start: Box, end: Box) -> Link:
    """From side to side; between boxes of one column from the lower edge to the upper."""
    if start.x == end.x:
        upper, lower = sorted((start, end), key=lambda box: box.y)
        x, y1, y2 = upper.x + WIDTH // 2, upper.y + upper.height, lower.y
        return Link(factor, x, y1, x, y2, x + 8, (y1 + y2) // 2 + 5)
    left, right = sorted((start, end), key=lambda box: box.x)
    x1, x2 = left.x + WIDTH, right.x
    y1, y2 = left.y + left.height // 2, right.y + right.height // 2
    return Link(factor, x1, y1, x2, y2, (x1 + x2) // 2, (y1 + y2) // 2 - 8)
