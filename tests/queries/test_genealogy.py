"""What is in a lot and where it went, from the ledger as it stands."""

import uuid
from decimal import Decimal

import pytest

from masterdata.rules.bom import LineDraft, OutputDraft
from tests import floor, plant
from traceability.actions.ledger import record_moves
from traceability.models import CarriedLink, LedgerEntry, LedgerLine, MaterialLot
from traceability.queries import genealogy, made_from, went_into
from traceability.rules.genealogy import flat
from traceability.rules.moves import Move

pytestmark = pytest.mark.django_db


class Works:
    """Orders that issue lots into lots, as postings would."""

    def __init__(self):
        self.part = plant.item("PART")
        self.offcut = plant.item("OFFCUT")
        self.kit = plant.product("KIT", operations=("10", "20"))
        plant.approved_bom(self.kit, [LineDraft("PART", "1")], outputs=(OutputDraft("OFFCUT", "1", "C62"),))

    def order(self):
        return floor.released_order(self.kit)

    def made(self, order, code: str, item=None) -> MaterialLot:
        return MaterialLot.objects.create(
            site=order.site,
            item=item or self.kit,
            code=code,
            received_at=floor.NOW,
            origin="production",
            order_id=order.pk,
        )

    def supplied(self, code: str) -> MaterialLot:
        return floor.received_lot(self.part, "100", code=code)

    def issue(self, order, lot: MaterialLot, into: MaterialLot | None, quantity="5") -> LedgerEntry:
        """Issued from the store, to keep it short; a lot that was made is received there first."""
        if not LedgerLine.objects.filter(lot_id=lot.pk).exists():
            self.record(order, "goods_issue", lot, plant.place("consumed"), plant.place("store"), "100")
        return self.record(order, "goods_issue", lot, plant.place("store"), plant.place("consumed"), quantity, into)

    def reverse(self, entry: LedgerEntry) -> LedgerEntry:
        line = LedgerLine.objects.get(entry_id=entry.id)
        move = Move(
            line.lot_id,
            line.item_id,
            line.to_bin_id,
            0,
            line.from_bin_id,
            0,
            line.quantity,
            order_id=line.order_id,
            output_lot_id=line.output_lot_id,
            mirrors=line.id,
        )
        return self._write("reversal", entry.order_id, move)

    def record(self, order, kind, lot, start, end, quantity, into=None) -> LedgerEntry:
        move = Move(
            lot.pk,
            lot.item_id,
            start.pk,
            0,
            end.pk,
            0,
            Decimal(quantity),
            order_id=order.pk,
            component=uuid.uuid4(),
            output_lot_id=into.pk if into else None,
        )
        return self._write(kind, order.pk, move)

    def _write(self, kind, order_id, move) -> LedgerEntry:
        return record_moves(
            site_id=plant.site().pk,
            kind=kind,
            moves=[move],
            actor=plant.people().operator,
            occurred_at=floor.NOW,
            now=floor.NOW,
            order_id=order_id,
        )


@pytest.fixture
def works(db) -> Works:
    return Works()


def codes(lot, direction, **fields) -> list[str]:
    found = genealogy(lot, direction, **fields)
    return [found.lots[node.lot_id].code for node in flat(found.root)[1:]]


def test_a_line_that_names_its_output_lot_is_an_edge_both_ways(works):
    order = works.order()
    foil, kit = works.supplied("P-1"), works.made(order, "K-1")
    entry = works.issue(order, foil, kit, "5")
    again = works.issue(order, foil, kit, "2.5")
    ((lot, quantity, edges),) = made_from(kit)
    assert (lot.code, lot.item_code, quantity) == ("P-1", "PART", Decimal("7.5"))
    assert [edge.how for edge in edges] == ["own"]
    assert edges[0].entries == [entry.id, again.id]
    assert [(lot.code, quantity) for lot, quantity, _ in went_into(foil)] == [("K-1", Decimal("7.5"))]


def test_lots_of_lots_are_found_to_any_depth(works):
    first, second, third = works.order(), works.order(), works.order()
    lots = [works.supplied("P-1"), works.made(first, "A"), works.made(second, "B"), works.made(third, "C")]
    for order, inner, outer in zip((first, second, third), lots, lots[1:], strict=False):
        works.issue(order, inner, outer)
    assert codes(lots[-1], "back") == ["B", "A", "P-1"]
    assert codes(lots[0], "forward") == ["A", "B", "C"]
    assert codes(lots[-1], "back", depth=1) == ["B"]
    assert genealogy(lots[-1], "back", depth=1).root.children[0].more is False
    assert codes(lots[-1], "back", depth=2) == ["B", "A"]


def test_a_reversed_line_is_no_edge(works):
    order = works.order()
    kit = works.made(order, "K-1")
    wrong, right = works.supplied("P-1"), works.supplied("P-2")
    works.reverse(works.issue(order, wrong, kit))
    works.issue(order, right, kit)
    assert codes(kit, "back") == ["P-2"]
    assert codes(wrong, "forward") == []


def test_lines_without_an_output_lot_are_in_every_lot_of_the_order(works):
    order, other = works.order(), works.order()
    glue, foil = works.supplied("GLUE-1"), works.supplied("FOIL-1")
    first, second, foreign = works.made(order, "K-1"), works.made(order, "K-2"), works.made(other, "K-9")
    works.issue(order, glue, None)
    works.issue(order, foil, second)
    assert codes(first, "back") == ["GLUE-1"]
    assert sorted(codes(second, "back")) == ["FOIL-1", "GLUE-1"]
    assert codes(foreign, "back") == []
    assert sorted(codes(glue, "forward")) == ["K-1", "K-2"]
    ((_, _, edges),) = made_from(first)
    assert edges[0].how == "shared"


def test_staging_is_not_usage(works):
    order = works.order()
    kit, foil = works.made(order, "K-1"), works.supplied("P-1")
    floor.staged_lot(order, foil, "10")
    assert codes(kit, "back") == []
    assert codes(foil, "forward") == []


def test_a_by_product_has_everything_of_its_order_in_it(works):
    order = works.order()
    foil, kit, offcut = works.supplied("P-1"), works.made(order, "K-1"), works.made(order, "O-1", works.offcut)
    works.issue(order, foil, kit)
    assert codes(offcut, "back") == ["P-1"]
    assert codes(foil, "forward") == ["K-1", "O-1"]


def test_a_carried_link_stands_until_its_posting_is_reversed(works):
    order = works.order()
    foil, other, kit = works.supplied("P-1"), works.supplied("P-2"), works.made(order, "K-2")
    entry = works.issue(order, other, kit)
    CarriedLink.objects.create(
        site_id=order.site_id,
        output_lot_id=kit.pk,
        input_lot_id=foil.pk,
        entry_id=entry.id,
        component=uuid.uuid4(),
    )
    assert codes(kit, "back") == ["P-1", "P-2"]
    assert codes(foil, "forward") == ["K-2"]
    works.reverse(entry)
    assert codes(kit, "back") == []
    assert codes(foil, "forward") == []


def test_rework_that_consumes_what_it_makes_comes_to_an_end(works):
    order = works.order()
    kit = works.made(order, "K-1")
    works.issue(order, kit, works.made(order, "K-2"))
    works.issue(order, MaterialLot.objects.get(code="K-2"), kit)
    found = genealogy(kit, "back")
    assert [node.repeated for node in flat(found.root)] == [False, False, True]


def test_a_lot_without_any_past_has_an_empty_tree(works):
    assert codes(works.supplied("P-1"), "back") == []


def test_work_in_progress_is_told_until_its_order_has_a_lot(works):
    order, lot = works.order(), works.supplied("P/1")
    entry = works.issue(order, lot, None, "7")
    taken_back = works.issue(order, lot, None, "2")
    works.reverse(taken_back)
    found = genealogy(lot, "forward")
    assert (list(found.edges), [tuple(one) for one in found.in_orders]) == (
        [],
        [(lot.pk, order.pk, order.number, "released", Decimal(7), [entry.id])],
    )
    made = works.made(order, "K/1")
    found = genealogy(lot, "forward")
    assert ([edge.outer for edge in found.edges], found.in_orders) == ([made.pk], ())


def test_the_whole_tree_tells_work_in_progress_of_what_was_made_of_the_lot(works):
    first, second, lot = works.order(), works.order(), works.supplied("P/1")
    made = works.made(first, "K/1")
    works.issue(first, lot, made)
    works.issue(second, made, None, "3")
    assert [(one.lot_id, one.number) for one in genealogy(lot, "forward").in_orders] == [(made.pk, second.number)]
    assert genealogy(lot, "forward", depth=1).in_orders == ()
    assert genealogy(lot, "back").in_orders == ()
