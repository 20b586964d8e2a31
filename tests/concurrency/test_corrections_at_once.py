"""Two of QA sign one correction at the same moment: one wins, and the order holds one reversal and one right posting."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from backflush.actions.reverse_posting import reverse_posting
from backflush.models import OperationReport, OrderProgress, Posting, ReversalRequest
from backflush.queries.reversals import reversal_content
from masterdata.actions.enrol_person import enrol_person
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting
from tests.processes import managed


def test_one_of_two_signatures_wins(real_database):
    kit, part = plant.product("KIT"), plant.item("PART", decimals=0)
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="1")])
    order = floor.released_order(kit, "100")
    floor.staged(order, part, "60")
    wrong = reporting.posted(order, good="50")
    asked = reporting.correction_asked(wrong, good="40")
    other = enrol_person(
        username="qa2",
        name="Quirin Second",
        badge="B-qa2",
        password=plant.PASSWORD,
        pin="",
        roles=["qa"],
        site=plant.site(),
        actor=plant.people().admin,
    )
    tickets = [plant.ticket(who, reversal_content(asked), at=floor.NOW) for who in (plant.people().qa, other)]
    start = threading.Barrier(2)

    def sign(ticket):
        mine = ReversalRequest.objects.select_related("posting", "reason").get(pk=asked.pk)
        start.wait()
        try:
            reverse_posting(request=mine, ticket=ticket, now=floor.NOW)
            return ["signed"]
        except Refused as refused:
            return refused.codes
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(sign, tickets))
    assert results == [["already_reversed"], ["signed"]]
    assert Posting.objects.filter(kind="reversal").count() == 1
    assert OperationReport.objects.filter(origin="correction").count() == 1
    assert OrderProgress.objects.get(order_id=order.pk).good == 40
    for command in ("check_ledger", "replay_postings"):
        done = managed(command)
        assert done.returncode == 0, done.stdout + done.stderr
