"""The tree that people open, from edges between lots."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from traceability.rules.genealogy import Direction, Edge, How, build_tree, flat, levels

BACK, FORWARD = Direction.BACK, Direction.FORWARD


def edge(outer, inner, quantity="1", how=How.OWN, said_by="1") -> Edge:
    return Edge(outer, inner, how, Decimal(quantity), said_by)


def test_a_tree_has_what_went_in_level_by_level():
    tree = build_tree(1, [edge(1, 2), edge(2, 3), edge(1, 4)], BACK, names={4: "A", 2: "B"})
    assert [(node.lot_id, node.level) for node in flat(tree)] == [(1, 0), (4, 1), (2, 1), (3, 2)]


def test_forward_follows_the_same_edges_the_other_way():
    tree = build_tree(3, [edge(1, 2), edge(2, 3)], FORWARD)
    assert [node.lot_id for node in flat(tree)] == [3, 2, 1]


def test_the_ways_in_which_a_lot_went_in_are_one_node_with_the_sum():
    (child,) = build_tree(
        1, [edge(1, 2, "3"), edge(1, 2, "4", How.SHARED), edge(1, 2, "0", How.CARRIED)], BACK
    ).children
    assert child.quantity == 7
    assert {one.how for one in child.edges} == {How.OWN, How.SHARED, How.CARRIED}


def test_an_edge_names_the_entries_that_say_so():
    assert edge(1, 2, said_by="12,7,12").entries == [7, 12]


def test_a_lot_met_twice_is_opened_once():
    tree = build_tree(1, [edge(1, 2), edge(1, 3), edge(2, 4), edge(3, 4), edge(4, 5)], BACK)
    fours = [node for node in flat(tree) if node.lot_id == 4]
    assert [node.repeated for node in fours] == [False, True]
    assert [len(node.children) for node in fours] == [1, 0]


def test_a_lot_that_went_into_itself_ends_there():
    tree = build_tree(1, [edge(1, 2), edge(2, 1)], BACK)
    assert [(node.lot_id, node.repeated) for node in flat(tree)] == [(1, False), (2, False), (1, True)]


def test_a_cut_tree_says_where_there_is_more():
    tree = build_tree(1, [edge(1, 2), edge(2, 3)], BACK, depth=1)
    assert [(node.lot_id, node.more) for node in flat(tree)] == [(1, False), (2, True)]


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=40))
def test_every_lot_in_reach_is_opened_exactly_once(pairs):
    edges = [edge(outer, inner) for outer, inner in pairs]
    nodes = flat(build_tree(1, edges, BACK))
    opened = [node.lot_id for node in nodes if not node.repeated]
    assert sorted(opened) == sorted(levels(1, edges, BACK))
