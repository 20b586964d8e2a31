"""What is in a lot, and where a lot went: the tree that people open, built from edges between lots."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Direction(StrEnum):
    BACK = "back"
    FORWARD = "forward"


class How(StrEnum):
    """Why a lot is said to be in another."""

    OWN = "own"  # issued for this very output
    CARRIED = "carried"  # issued before, for output that this one belongs with
    SHARED = "shared"  # issued to the order without naming an output lot


class Edge(NamedTuple):
    """Lot `inner` went into lot `outer`. `quantity` in the inner lot's stock unit, 0 where only carried.

    `said_by`: ids of the ledger entries that say so, with commas between; each is the entry of one posting.
    """

    outer: int
    inner: int
    how: str
    quantity: Decimal
    said_by: str

    @property
    def entries(self) -> list[int]:
        return sorted({int(entry) for entry in self.said_by.split(",")})


@dataclass(slots=True)
class Node:
    """A lot in the tree, with the edges that lead to it from its parent. `repeated`: it is opened elsewhere in the tree."""

    lot_id: int
    level: int
    edges: tuple[Edge, ...] = ()
    repeated: bool = False
    more: bool = False
    children: Sequence["Node"] = ()

    @property
    def quantity(self) -> Decimal:
        return sum((edge.quantity for edge in self.edges), Decimal(0))


def levels(root: int, edges: Iterable[Edge], direction: Direction) -> dict[int, int]:
    """How many steps away each lot is from the root, by its shortest way; the root is 0."""
    following = _following(edges, direction)
    back = direction == Direction.BACK
    found = {root: 0}
    waiting = deque([root])
    while waiting:
        here = waiting.popleft()
        for edge in following.get(here, ()):
            there = edge.inner if back else edge.outer
            if there not in found:
                found[there] = found[here] + 1
                waiting.append(there)
    return found


def build_tree(
    root: int,
    edges: Iterable[Edge],
    direction: Direction,
    *,
    names: Mapping[int, str] | None = None,
    depth: int | None = None,
) -> Node:
    """The tree below a lot, `depth` levels of it (None: whole), children by `names`.

    A lot that occurs several times is opened where it is met first, reading top down, and marked `repeated` elsewhere; so
    a lot that went into itself (rework) ends the way there. `more` marks lots that have children below the depth.
    """
    following = _following(edges, direction)
    back = direction == Direction.BACK
    order = names or {}

    def by_name(lot_id: int) -> tuple[str, int]:
        return order.get(lot_id, ""), lot_id

    top = Node(root, 0)
    opened = {root}
    waiting = deque([top])
    while waiting:
        node = waiting.popleft()
        edges_below = following.get(node.lot_id)
        if not edges_below:
            continue
        if depth is not None and node.level >= depth:
            node.more = True
            continue
        below: dict[int, list[Edge]] = {}
        for edge in edges_below:
            below.setdefault(edge.inner if back else edge.outer, []).append(edge)
        node.children = children = []
        for lot_id in sorted(below, key=by_name):
            child = Node(lot_id, node.level + 1, tuple(below[lot_id]), repeated=lot_id in opened)
            children.append(child)
            if not child.repeated:
                opened.add(lot_id)
                waiting.append(child)
    return top


def flat(top: Node) -> list[Node]:
    """The tree's nodes in reading order, the root first."""
    nodes: list[Node] = []
    stack = [top]
    while stack:
        node = stack.pop()
        nodes.append(node)
        stack.extend(reversed(node.children))
    return nodes


def _following(edges: Iterable[Edge], direction: Direction) -> dict[int, list[Edge]]:
    """The edges that lead away from each lot in this direction."""
    following: dict[int, list[Edge]] = {}
    back = direction == Direction.BACK
    for edge in edges:
        following.setdefault(edge.outer if back else edge.inner, []).append(edge)
    return following
