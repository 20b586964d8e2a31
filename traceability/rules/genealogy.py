"""What is in a lot, and where a lot went: the tree that people open, built from edges between lots."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Direction(StrEnum):
    BACK = "back"
    FORWARD = "forward"


class How(StrEnum):
    """Why a lot is said to be in another."""

    OWN = "own"  # issued for this very output
    CARRIED = "carried"  # issued before, for output that this one belongs with
    SHARED = "shared"  # issued to the order without naming an output lot


@dataclass(frozen=True, slots=True)
class Edge:
    """Lot `inner` went into lot `outer`. `quantity` in the inner lot's stock unit, 0 where only carried.

    `entries`: the ledger entries that say so, each of which is the entry of one posting.
    """

    outer: int
    inner: int
    how: How
    quantity: Decimal
    entries: tuple[int, ...]


@dataclass(slots=True)
class Node:
    """A lot in the tree, with the edges that lead to it from its parent. `repeated`: it is opened elsewhere in the tree."""

    lot_id: int
    level: int
    edges: tuple[Edge, ...] = ()
    repeated: bool = False
    more: bool = False
    children: list["Node"] = field(default_factory=list)

    @property
    def quantity(self) -> Decimal:
        return sum((edge.quantity for edge in self.edges), Decimal(0))


def levels(root: int, edges: Iterable[Edge], direction: Direction) -> dict[int, int]:
    """How many steps away each lot is from the root, by its shortest way; the root is 0."""
    following = _following(edges, direction)
    found = {root: 0}
    waiting = deque([root])
    while waiting:
        here = waiting.popleft()
        for there in following.get(here, ()):
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
    order = names or {}
    top = Node(root, 0)
    opened = {root}
    waiting = deque([top])
    while waiting:
        node = waiting.popleft()
        below = following.get(node.lot_id, {})
        if depth is not None and node.level >= depth:
            node.more = bool(below)
            continue
        for lot_id in sorted(below, key=lambda one: (order.get(one, ""), one)):
            child = Node(lot_id, node.level + 1, tuple(below[lot_id]))
            node.children.append(child)
            if lot_id in opened:
                child.repeated = True
            else:
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


def _following(edges: Iterable[Edge], direction: Direction) -> dict[int, dict[int, list[Edge]]]:
    """From each lot to the next ones in this direction, with the edges that say so."""
    following: dict[int, dict[int, list[Edge]]] = defaultdict(lambda: defaultdict(list))
    for edge in edges:
        here, there = (edge.outer, edge.inner) if direction == Direction.BACK else (edge.inner, edge.outer)
        following[here][there].append(edge)
    return following
