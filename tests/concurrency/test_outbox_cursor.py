"""A reader that follows the outbox while others post misses nothing and sees nothing twice; one that follows ids does."""

import threading

from django.db import connection, transaction

from backflush.actions.post_reports import post_reports
from backflush.actions.record_postings import take_positions, take_posting_ids
from backflush.models import OperationReport, OutboxMessage
from backflush.queries.outbox import messages_after
from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting

POSTERS, ORDERS, REPORTS = 4, 6, 25


class Poster(threading.Thread):
    """Takes the id of its posting, and its position and commit when it is told to; as the product does, step by step."""

    def __init__(self, site_id: int):
        super().__init__(daemon=True)
        self.site_id = site_id
        self.has_id, self.may_commit = threading.Event(), threading.Event()

    def run(self):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                posting_id = take_posting_ids(cursor, 1)[0]
                self.has_id.set()
                self.may_commit.wait(10)
                position = take_positions(cursor, self.site_id, 1)
                OutboxMessage.objects.create(
                    site_id=self.site_id,
                    position=position,
                    kind="report",
                    posting_id=posting_id,
                    recorded_at=floor.NOW,
                )
        finally:
            connection.close()

    def begins(self):
        self.start()
        assert self.has_id.wait(10)

    def commits(self):
        self.may_commit.set()
        self.join(10)
        assert not self.is_alive()


def test_a_posting_that_commits_late_is_missed_by_id_and_seen_by_position(real_database):
    site = plant.site()
    slow, quick = Poster(site.pk), Poster(site.pk)
    slow.begins()
    quick.begins()
    seen = {"posting_id": [], "position": []}

    def look():
        for by, found in seen.items():
            last = found[-1] if found else 0
            rows = OutboxMessage.objects.filter(**{f"{by}__gt": last}).order_by(by)
            found += rows.values_list(by, flat=True)

    quick.commits()
    look()
    slow.commits()
    look()
    ids = set(OutboxMessage.objects.values_list("posting_id", flat=True))
    assert len(ids) == 2
    assert len(ids - set(seen["posting_id"])) == 1, "the control: id greater than last seen misses the late one"
    assert seen["position"] == [1, 2]


def test_a_position_is_given_out_only_when_all_before_it_are_committed(real_database):
    """The head's lock: who would take the next position waits until the one before is there for everybody."""
    site = plant.site()
    later = Poster(site.pk)
    with transaction.atomic(), connection.cursor() as cursor:
        assert take_positions(cursor, site.pk, 1) == 1
        later.begins()
        later.may_commit.set()
        later.join(0.5)
        assert later.is_alive(), "it waits for the head"
        OutboxMessage.objects.create(
            site_id=site.pk, position=1, kind="report", posting_id=10**6, recorded_at=floor.NOW
        )
    later.join(10)
    assert list(OutboxMessage.objects.order_by("id").values_list("position", flat=True)) == [1, 2]


def _orders():
    kit = plant.product("KIT", cost="3")
    part = plant.item("PART", unit="KGM", decimals=3)
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="0.125")])
    orders = [floor.released_order(kit, "100", number=f"WO-{index}") for index in range(ORDERS)]
    for order in orders:
        floor.staged(order, part, "10")
    return orders


def test_a_reader_beside_posters_sees_every_position_once_and_in_order(real_database):
    orders = _orders()
    site_id = orders[0].site_id
    for index in range(REPORTS):
        for order in orders:
            reporting.sent(order, good="1", sequence=index)
    done, seen, looks, failures = threading.Event(), [], [], []

    def follow():
        try:
            after = 0
            while True:
                last_look = done.is_set()
                stretch = messages_after(site_id, after, 7)
                seen.extend((one["position"], one["posting"], len(one["lines"])) for one in stretch.messages)
                looks.append(len(stretch.messages))
                after = stretch.next_after
                if last_look and after == stretch.head:
                    return
        except Exception as error:  # shown by the test, not by a thread that nobody watches
            failures.append(error)
        finally:
            connection.close()

    def post():
        try:
            for _ in range(5):
                post_reports()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    reader = threading.Thread(target=follow)
    posters = [threading.Thread(target=post) for _ in range(POSTERS)]
    for thread in [reader, *posters]:
        thread.start()
    for thread in posters:
        thread.join()
    while OperationReport.objects.filter(state="received").exists():
        OperationReport.objects.filter(state="received").update(next_at=floor.NOW)
        post_reports()
    done.set()
    reader.join()
    assert not failures
    everything = ORDERS * REPORTS
    assert [position for position, _, _ in seen] == list(range(1, everything + 1))
    assert [number for _, number, _ in seen] == [f"P-{position:06d}" for position in range(1, everything + 1)]
    assert {lines for _, _, lines in seen} == {2}, "a position is seen with all its lines or not at all"
    assert len([count for count in looks if count]) > 3, "the reader looked while others posted"
