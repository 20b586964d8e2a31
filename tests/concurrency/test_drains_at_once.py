"""Several workers drain at once: every report posts once, nothing is lost, stock is used to the last gram and no further."""

import threading
from decimal import Decimal

from django.db import connection

from backflush.actions.post_reports import post_in_streams, post_reports
from backflush.models import OperationReport, OutboxMessage, Posting
from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting
from traceability.models import LedgerLine, StockBalance

ORDERS, REPORTS, WORKERS = 6, 20, 4


def _plant():
    """Orders that share one supermarket lot, which holds enough for all but ten of their units."""
    kit = plant.product("KIT", cost="3")
    plant.item("SCREW", decimals=0, supermarket=True)
    part = plant.item("PART", unit="KGM", decimals=3)
    plant.approved_bom(kit, [LineDraft(item="SCREW", quantity="1"), LineDraft(item="PART", quantity="0.125")])
    orders = [floor.released_order(kit, "100", number=f"WO-{index}") for index in range(ORDERS)]
    for order in orders:
        floor.staged(order, part, "10")
    screws = floor.in_supermarket(plant.item("SCREW"), str(ORDERS * REPORTS - 10))
    return orders, screws


def _drain_in_threads():
    failures = []

    def work():
        try:
            for _ in range(5):
                post_reports()
        except Exception as error:  # shown by the test, not by a thread that nobody watches
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while OperationReport.objects.filter(state="received").exists():
        OperationReport.objects.filter(state="received").update(next_at=floor.NOW)
        post_reports()
    assert not failures


def test_workers_that_share_a_lot_use_it_to_the_last_piece(real_database):
    orders, screws = _plant()
    for index in range(REPORTS):
        for order in orders:
            reporting.sent(order, good="1", rework="0", sequence=index)
    _drain_in_threads()

    states = list(OperationReport.objects.values_list("state", flat=True))
    assert states.count("posted") == ORDERS * REPORTS - 10
    assert states.count("blocked") == 10
    assert Posting.objects.count() == ORDERS * REPORTS - 10
    assert floor.stock(screws, plant.place("supermarket")) == 0
    used = LedgerLine.objects.filter(lot_id=screws.pk, component__isnull=False)
    assert sum(line.quantity for line in used) == ORDERS * REPORTS - 10
    assert not StockBalance.objects.filter(quantity__lt=0).exists()


def test_numbers_and_outbox_positions_have_no_gap(real_database):
    orders, _ = _plant()
    for order in orders:
        for _ in range(5):
            reporting.sent(order, good="1")
    _drain_in_threads()
    numbers = list(Posting.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, ORDERS * 5 + 1))
    assert list(OutboxMessage.objects.order_by("position").values_list("position", flat=True)) == numbers
    part_lines = LedgerLine.objects.filter(component__isnull=False, quantity=Decimal("0.125"))
    assert part_lines.count() == ORDERS * 5


def test_a_backlog_is_posted_by_two_streams_of_one_process(real_database):
    orders, screws = _plant()
    for index in range(REPORTS):
        for order in orders[:5]:
            reporting.sent(order, good="1", sequence=index)

    assert post_in_streams() == 5 * REPORTS
    assert Posting.objects.count() == 5 * REPORTS
    assert floor.stock(screws, plant.place("supermarket")) == ORDERS * REPORTS - 10 - 5 * REPORTS
    names = {thread.name.partition("_")[0] for thread in threading.enumerate()}
    assert "second-stream" in names, "one stream alone posted it"
    assert post_in_streams() == 0
