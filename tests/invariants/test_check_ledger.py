"""Each invariant finds the violation that is planted for it, and nothing where nothing is wrong.

A scene is played once by the product's own actions. Each test then plants one wrong as the owner of the tables, with the laws
switched off, in a transaction that is rolled back: what the laws forbid must still be seen if it happens.
"""

import uuid
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest

from backflush.actions.post_reports import post_reports
from backflush.actions.receive_report import receive_report
from backflush.actions.request_reversal import request_reversal
from backflush.actions.reverse_posting import reverse_posting
from backflush.models import OperationReport, Posting
from backflush.queries.invariants import all_invariants
from backflush.queries.reversals import reversal_content
from backflush.rules.report import Report
from backflush.rules.vocabulary import ReportKind
from masterdata.rules.bom import LineDraft
from tests import databases, floor, plant, quality
from tests.invariants.planting import faults, without_laws
from traceability.actions.open_quality_record import About
from traceability.models import CarriedLink

LATER = floor.NOW + timedelta(hours=1)


class Scene:
    """One order with two output lots, a leaflet that both share, a reversed posting, a supermarket item and a serial."""

    def __init__(self) -> None:
        foil = plant.item("FOIL", unit="KGM", decimals=3, cost="4")
        leaflet = plant.item("LEAFLET", decimals=0)
        washer = plant.item("WASHER", decimals=0, supermarket=True)
        motor = plant.item("MOTOR", decimals=0, tracking="serial")
        kit = plant.product("KIT")
        plant.approved_bom(
            kit,
            [
                LineDraft("FOIL", "0.5"),
                LineDraft("LEAFLET", "1", per="order"),
                LineDraft("WASHER", "4"),
                LineDraft("MOTOR", "1", per="order", method="scan"),
            ],
        )
        self.order = floor.released_order(kit, "100", number="WO-1")
        floor.staged(self.order, foil, "50", code="FOIL-1")
        floor.staged(self.order, leaflet, "1", code="LEAFLET-1")
        floor.staged(self.order, motor, "1", code="SN-1")
        floor.in_supermarket(washer, "500", code="WASHER-1")
        self.report(kind=ReportKind.SCAN_ISSUE, item="MOTOR", lot="SN-1", quantity=Decimal(1))
        self.report(good=Decimal(10), output_lot="K-1")
        self.report(good=Decimal(10), output_lot="K-2")
        wrong = self.report(good=Decimal(7), output_lot="K-2")
        self.reverse(Posting.objects.get(report_id=wrong.pk))
        quality.deviation("Miscounted", about=About(event_id=wrong.event_id, posting_number=4))

    def report(self, **fields) -> OperationReport:
        fields.setdefault("kind", ReportKind.OPERATION_COMPLETE)
        said = Report(order="WO-1", operation="10", occurred_at=LATER, event_id=uuid.uuid4(), **fields)
        receipt = receive_report(site_id=plant.site().pk, report=said, device=plant.device(), now=LATER)
        post_reports()
        receipt.report.refresh_from_db()
        assert receipt.report.state == "posted", receipt.report.pk
        return receipt.report

    def reverse(self, posting: Posting) -> None:
        asked = request_reversal(
            posting=posting,
            reason=plant.reason("MISCOUNT", "reversal"),
            actor=plant.people().supervisor,
            now=LATER,
            note="miscounted",
        )
        signed = plant.ticket(plant.people().qa, reversal_content(asked), at=LATER)
        reverse_posting(request=asked, ticket=signed, now=LATER)


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker):
    name = databases.unique("invariants")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        Scene()
        assert CarriedLink.objects.exists()
        yield databases.owner_address(name)
    databases.drop(name)


@pytest.fixture
def owner(scene):
    """The owner with every law of these tables switched off, for one transaction."""
    with without_laws(scene, r"(traceability|backflush)_.*|masterdata_(signature|item)") as connection:
        yield connection


def broken(connection) -> list[str]:
    """The invariants that do not hold."""
    return [one.name for one in all_invariants() if connection.execute(one.sql).fetchall()]


FOIL_LINE = (
    "(SELECT l.id FROM traceability_ledgerline l JOIN traceability_materiallot x ON x.id = l.lot_id"
    " JOIN masterdata_bin b ON b.id = l.to_bin_id AND b.kind = 'consumed'"
    " WHERE x.code = 'FOIL-1' AND l.mirrors IS NULL ORDER BY l.id LIMIT 1)"
)
MIRROR = "(SELECT max(id) FROM traceability_ledgerline WHERE mirrors IS NOT NULL)"
REVERSAL = "(SELECT id FROM backflush_posting WHERE kind = 'reversal')"
FIRST = "(SELECT min(id) FROM backflush_posting WHERE kind = 'report')"
REPORT = f"(SELECT report_id FROM backflush_posting WHERE id = {FIRST})"
LOT = "(SELECT id FROM traceability_materiallot WHERE code = '{}')"

# what is planted, the invariant that must see it, and a word that it says
PLANTED = [
    ("UPDATE traceability_stockbalance SET quantity = quantity + 1 WHERE order_id <> 0 AND quantity > 0", "01", ""),
    ("DELETE FROM traceability_stockbalance WHERE order_id <> 0", "01", ""),
    (
        "INSERT INTO traceability_stockbalance (site_id, bin_id, lot_id, order_id, item_id, quantity, rank)"
        " SELECT site_id, (SELECT id FROM masterdata_bin WHERE kind = 'consumed'), lot_id, 0, item_id, 0, 0"
        " FROM traceability_stockbalance LIMIT 1",
        "01",
        "",
    ),
    ("UPDATE traceability_stockbalance SET quantity = -1 WHERE order_id <> 0", "02", "-1"),
    # the lot was staged by one line only: issuing twice as much drives it below zero in between
    (f"UPDATE traceability_ledgerline SET quantity = 60 WHERE id = {FOIL_LINE}", "02", "-"),
    (f"UPDATE traceability_ledgerline SET quantity = -quantity WHERE id = {FOIL_LINE}", "03", "not above zero"),
    (f"UPDATE traceability_ledgerline SET quantity = quantity + 0.0001 WHERE id = {FOIL_LINE}", "03", "finer"),
    (
        f"UPDATE traceability_ledgerline SET to_bin_id = from_bin_id, to_order = from_order WHERE id = {FOIL_LINE}",
        "03",
        "nowhere",
    ),
    (
        f"UPDATE traceability_ledgerline SET item_id = (SELECT id FROM masterdata_item WHERE code = 'WASHER')"
        f" WHERE id = {FOIL_LINE}",
        "03",
        "another item",
    ),
    (f"UPDATE traceability_ledgerline SET site_id = site_id + 1 WHERE id = {FOIL_LINE}", "03", "crosses sites"),
    (f"DELETE FROM backflush_posting WHERE id = {FIRST}", "04", "posted without a posting"),
    (f"UPDATE backflush_operationreport SET state = 'blocked' WHERE id = {REPORT}", "04", "not posted"),
    (f"UPDATE backflush_operationreport SET state = 'reversed' WHERE id = {REPORT}", "04", "differ"),
    (f"DELETE FROM backflush_operationreport WHERE id = {REPORT}", "04", "without its report"),
    (
        f"UPDATE backflush_posting SET entry_id = (SELECT entry_id FROM backflush_posting WHERE id = {FIRST})",
        "04",
        "shares",
    ),
    (f"UPDATE backflush_reportbody SET body = body || ' ' WHERE report_id = {REPORT}", "05", "digest"),
    (f"DELETE FROM backflush_reportbody WHERE report_id = {REPORT}", "05", "no body"),
    (f"UPDATE backflush_operationreport SET state = 'received' WHERE id = {REPORT}", "06", "waits since"),
    (
        f"UPDATE backflush_operationreport SET state = 'blocked', judged_at = NULL WHERE id = {REPORT}",
        "06",
        "worklist",
    ),
    (f"UPDATE backflush_operationreport SET state = 'refused' WHERE id = {REPORT}", "06", "why"),
    ("DELETE FROM traceability_stagingscan", "09", ""),
    (
        "UPDATE traceability_ledgerline SET from_bin_id = (SELECT id FROM masterdata_bin WHERE code = 'STORE-1')"
        " WHERE lot_id = (SELECT id FROM traceability_materiallot WHERE code = 'WASHER-1')"
        " AND to_bin_id = (SELECT id FROM masterdata_bin WHERE kind = 'consumed')",
        "09",
        "",
    ),
    (f"UPDATE traceability_ledgerline SET order_id = 999 WHERE id = {FOIL_LINE}", "09", ""),
    (
        "UPDATE traceability_lotstatuschange SET status = 'held' WHERE lot_id = " + LOT.format("FOIL-1"),
        "10",
        "held",
    ),
    (
        "UPDATE traceability_materiallot SET expires_on = '2026-01-01' WHERE code = 'FOIL-1'",
        "10",
        "expired on 2026-01-01",
    ),
    ("DELETE FROM traceability_lotstatuschange", "10", "no status"),
    ("UPDATE traceability_materiallot SET status = 'released' WHERE code = 'K-1'", "10", "recorded as quarantine"),
    ("DELETE FROM traceability_carriedlink", "11", ""),
    (
        "UPDATE traceability_ledgerline SET output_lot_id = NULL WHERE output_lot_id = "
        + LOT.format("K-2")
        + " AND lot_id = "
        + LOT.format("FOIL-1"),
        "11",
        "",
    ),
    ("UPDATE traceability_carriedlink SET input_lot_id = " + LOT.format("WASHER-1"), "11", ""),
    (
        "UPDATE traceability_ledgerline SET quantity = 2 WHERE lot_id = " + LOT.format("SN-1"),
        "12",
        "SN-1",
    ),
    (f"UPDATE traceability_ledgerline SET quantity = quantity + 1 WHERE id = {MIRROR}", "13", "not exact"),
    (f"UPDATE traceability_ledgerline SET actual_amount = actual_amount + 1 WHERE id = {MIRROR}", "13", "not exact"),
    (f"UPDATE traceability_ledgerline SET mirrors = {FOIL_LINE} WHERE id = {MIRROR}", "13", "leaves a line standing"),
    (f"UPDATE traceability_ledgerline SET mirrors = NULL WHERE id = {MIRROR}", "13", "mirrors nothing"),
    ("UPDATE traceability_ledgerentry SET reason_id = NULL", "13", "no reason"),
    (f"UPDATE backflush_posting SET reversal_of = id WHERE id = {REVERSAL}", "13", "reverses a reversal"),
    (f"UPDATE backflush_posting SET good = good + 1 WHERE id = {REVERSAL}", "13", "negative"),
    ("UPDATE backflush_reversalrequest SET signature_id = NULL", "13", "no signature"),
    (
        "UPDATE backflush_reversalrequest SET requested_by_id = (SELECT person_id FROM masterdata_signature s"
        " WHERE s.id = signature_id)",
        "13",
        "asked for it",
    ),
    (
        "UPDATE backflush_operationreport SET person_id = (SELECT s.person_id FROM backflush_reversalrequest q"
        " JOIN masterdata_signature s ON s.id = q.signature_id)",
        "13",
        "whoever reported",
    ),
    (f"UPDATE backflush_posting SET good = good + 5 WHERE id = {FIRST}", "18", "differs from good units"),
    (
        "UPDATE traceability_workorder SET state = 'closed', closed_at = now()",
        "18",
        "still bound",
    ),
    ("DELETE FROM backflush_outboxmessage WHERE position = 2", "20", "gap"),
    (f"DELETE FROM backflush_outboxmessage WHERE posting_id = {FIRST}", "20", "not in the outbox"),
    ("UPDATE backflush_outboxhead SET position = position + 1", "20", "head stands"),
    ("UPDATE backflush_outboxmessage SET posting_id = 999999 WHERE position = 1", "20", "has no posting"),
    ("DELETE FROM traceability_ledgerentry", "21", "entry"),
    ("DELETE FROM traceability_materiallot WHERE code = 'FOIL-1'", "21", "lot"),
    ("UPDATE traceability_ledgerline SET output_lot_id = 999 WHERE output_lot_id IS NOT NULL", "21", "output lot"),
    ("UPDATE traceability_ledgerentry SET person_id = 999, device_id = 999", "21", "person"),
    ("UPDATE traceability_stockbalance SET order_id = 999 WHERE order_id <> 0", "21", "order"),
    ("UPDATE traceability_materiallot SET order_id = 999 WHERE order_id IS NOT NULL", "21", "order"),
    ("UPDATE traceability_stagingscan SET entry_id = 999", "21", "entry"),
    ("UPDATE backflush_posting SET recipe_id = 999", "21", "recipe"),
    ("UPDATE traceability_qualitylink SET event_id = gen_random_uuid() WHERE event_id IS NOT NULL", "21", "report"),
    ("UPDATE traceability_qualitylink SET posting_number = 999 WHERE posting_number IS NOT NULL", "21", "posting"),
    ("UPDATE backflush_posting SET order_id = 999", "21", "order"),
    ("UPDATE backflush_reportbody SET report_id = report_id + 1000", "21", "report"),
    ("UPDATE backflush_orderprogress SET operation_number = '99'", "21", "order operation"),
]


def test_where_nothing_is_wrong_every_invariant_holds(scene):
    with psycopg.connect(scene) as untouched:
        assert broken(untouched) == []


@pytest.mark.parametrize(
    ("statement", "number", "says"), PLANTED, ids=[f"{one[1]}-{at}" for at, one in enumerate(PLANTED)]
)
def test_what_is_planted_is_found(owner, statement, number, says):
    for index in ("posting_is_reversed_at_most_once", "report_posts_at_most_once"):
        owner.execute(f"ALTER TABLE backflush_posting DROP CONSTRAINT {index}")
    assert owner.execute(statement).rowcount > 0
    found = faults(owner, number)
    assert found, f"{number} sees nothing wrong"
    assert any(says in one for one in found), found


def test_a_second_event_of_the_same_name_is_found(owner):
    owner.execute("ALTER TABLE backflush_operationreport DROP CONSTRAINT event_id_is_unique_per_site")
    owner.execute(
        "UPDATE backflush_operationreport SET event_id = (SELECT min(event_id::text)::uuid FROM backflush_operationreport)"
    )
    assert any("twice" in one for one in faults(owner, "05"))


def test_a_second_reversal_is_found(owner):
    owner.execute("ALTER TABLE backflush_posting DROP CONSTRAINT posting_is_reversed_at_most_once")
    owner.execute(
        "INSERT INTO backflush_posting (site_id, number, kind, reversal_of, order_id, operation_number, entry_id, good,"
        " actual_amount, facts, occurred_at, recorded_at) SELECT site_id, 99, kind, reversal_of, order_id,"
        f" operation_number, entry_id, good, actual_amount, facts, occurred_at, recorded_at FROM backflush_posting"
        f" WHERE id = {REVERSAL}"
    )
    assert any("second reversal" in one for one in faults(owner, "13"))


def test_an_item_counted_more_coarsely_later_does_not_make_old_moves_wrong(owner):
    owner.execute("UPDATE masterdata_item SET decimals = 0 WHERE code = 'FOIL'")
    owner.execute(f"UPDATE traceability_ledgerline SET quantity = quantity + 0.125 WHERE id = {FOIL_LINE}")
    assert faults(owner, "03") == []


def test_the_command_succeeds_only_when_nothing_is_wrong(real_database):
    Scene()
    good = real_database.manage("check_ledger")
    assert good.returncode == 0, good.stdout + good.stderr
    assert "invariants hold." in good.stdout
    with psycopg.connect(real_database.owner_url) as owner:
        owner.execute("UPDATE traceability_stockbalance SET quantity = quantity + 1 WHERE order_id <> 0")
    bad = real_database.manage("check_ledger")
    assert bad.returncode != 0
    assert "01_balances_equal_their_moves: BROKEN" in bad.stdout
    assert "should hold: Every balance equals the sum of its moves" in bad.stdout
    only = real_database.manage("check_ledger", "--only", "20")
    assert only.returncode == 0
