"""Each invariant of what postings were decided on, and of closed orders, finds the violation that is planted for it.

As in `test_check_ledger`: a scene played by the product's own actions, then one wrong at a time as the owner of the tables.
"""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from backflush.actions.check_ledger import check_ledger
from backflush.actions.close_order import close_order
from backflush.models import LedgerCheck, Posting, VerifiedMark
from backflush.queries.invariants import all_invariants
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import databases, floor, plant, reporting
from tests.invariants.planting import faults, without_laws
from tests.invariants.test_check_ledger import PLANTED as PLANTED_ELSEWHERE
from traceability.models import MaterialLot, StockBalance
from variance.actions.freeze_order import freeze_closed_orders

LATER = floor.NOW + timedelta(hours=1)
CLOSED = LATER + timedelta(hours=1)


def play() -> None:
    """A syrup kit inside a phantom, by the litre with a factor of its own: one order closed and frozen, one at work."""
    kit = plant.product("KIT", cost="3.335")
    inner = plant.item("INNER", kind="intermediate")
    syrup = plant.item("SYRUP", unit="KGM", decimals=3, cost="1.111")
    label = plant.item("LABEL", decimals=0, cost="0.05")
    plant.factor(syrup, "LTR", "KGM", "1.25")
    plant.approved_bom(inner, [LineDraft("SYRUP", "0.333", unit="LTR")], phantom=True)
    plant.approved_bom(kit, [LineDraft("INNER", "1"), LineDraft("LABEL", "1")])
    closed = floor.released_order(kit, "20", number="WO-1")
    floor.staged(closed, syrup, "30", code="S-1", unit_cost=Decimal("1.2"))
    floor.staged(closed, label, "40", code="L-1", unit_cost=Decimal("0.07"))
    reporting.posted(closed, good="7", at=LATER)
    reporting.reversed_by_qa(reporting.posted(closed, good="5", at=LATER), at=LATER)
    reporting.posted(closed, good="13", at=LATER)
    for left in StockBalance.objects.filter(order_id=closed.pk, quantity__gt=0):
        floor.returned(closed, MaterialLot.objects.get(pk=left.lot_id), left.quantity, at=LATER)
    close_order(order=closed, actor=plant.people().supervisor, now=CLOSED)
    freeze_closed_orders(now=CLOSED)
    at_work = floor.released_order(kit, "20", number="WO-2")
    floor.staged(at_work, syrup, "30", code="S-2")
    floor.staged(at_work, label, "40", code="L-2")
    reporting.posted(at_work, good="3", at=LATER)


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker):
    name = databases.unique("postings")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        play()
        yield databases.owner_address(name)
    databases.drop(name)


@pytest.fixture
def owner(scene):
    """The owner with every law switched off, for one transaction."""
    with without_laws(scene, r"(traceability|backflush|variance|masterdata)_.*") as connection:
        yield connection


def of(table: str) -> str:
    """The one record of KIT in a table of governed records."""
    return f"masterdata_{table} SET {{}} WHERE item_id = (SELECT id FROM masterdata_item WHERE code = '{{}}')"


BOM, FACTOR, TRIGGER = of("bomversion"), of("unitfactor"), of("triggerdefinition")
CLOSED_ORDER = "(SELECT id FROM traceability_workorder WHERE number = 'WO-1')"
SIGNATURE = "masterdata_signature SET {} WHERE subject_kind = '{}'"
WHOLE = f"order_id = {CLOSED_ORDER} AND component IS NULL"
PART = f"order_id = {CLOSED_ORDER} AND component IS NOT NULL"
USED = f"order_id = {CLOSED_ORDER} AND component IS NOT NULL AND mirrors IS NULL"

# what is planted, the invariant that must see it, and words that it says
PLANTED = [
    (
        "UPDATE traceability_orderpin SET bom_version_id = (SELECT id FROM masterdata_bomversion ORDER BY id LIMIT 1)",
        "08",
        "not those pinned",
    ),
    ("UPDATE traceability_orderpin SET phantom_versions = '{}'", "08", "not those pinned"),
    ("DELETE FROM traceability_orderpin", "08", "not those pinned"),
    (
        "INSERT INTO traceability_orderpin (order_id, applicable_from, bom_version_id, phantom_versions, standard_costs)"
        f" SELECT order_id, '{LATER.isoformat()}', 999, phantom_versions, '{{}}' FROM traceability_orderpin",
        "08",
        "not those pinned",
    ),
    ("UPDATE " + BOM.format("state = 'draft'", "KIT"), "08", "bom_version"),
    ("UPDATE " + BOM.format("state = 'rejected'", "INNER"), "08", "is rejected"),
    (
        "UPDATE " + BOM.format(f"effective_from = '{LATER.isoformat()}'", "KIT"),
        "08",
        "was not effective at the event time",
    ),
    ("UPDATE " + FACTOR.format("effective_to = effective_from", "SYRUP"), "08", "unit_factor"),
    ("UPDATE " + FACTOR.format("signature_id = NULL", "SYRUP"), "08", "has no signature"),
    ("UPDATE " + TRIGGER.format(f"effective_from = '{CLOSED.isoformat()}'", "KIT"), "08", "trigger_definition"),
    ("UPDATE " + TRIGGER.format("operation_number = '20'", "KIT"), "08", "another product or operation"),
    (
        "UPDATE masterdata_triggerdefinition t SET author_id = s.person_id FROM masterdata_signature s"
        " WHERE s.id = t.signature_id",
        "08",
        "signed by its author",
    ),
    ("UPDATE " + SIGNATURE.format("subject_key = '999'", "bom_version"), "08", "signed for something else"),
    (
        "UPDATE " + SIGNATURE.format("subject_kind = 'change_request', subject_key = '999'", "bom_version"),
        "08",
        "signed for something else",
    ),
    ("UPDATE " + SIGNATURE.format("components = 'badge'", "unit_factor"), "08", "fewer than two components"),
    (
        "UPDATE " + SIGNATURE.format(f"signed_at = '{CLOSED.isoformat()}'", "trigger_definition"),
        "08",
        "signed after it was used",
    ),
    (
        f"UPDATE traceability_ledgerline SET actual_amount = actual_amount + 0.50 WHERE {USED}",
        "18",
        "still in process",
    ),
    (
        f'UPDATE variance_ordervariance SET total = total + 1, parts = parts || \'{{"count": "1.00"}}\' WHERE {WHOLE}',
        "18",
        "still in process",
    ),
    (f"UPDATE variance_ordervariance SET total = total + 0.01 WHERE {PART}", "19", "parts do not add up"),
    (
        f'UPDATE variance_ordervariance SET parts = parts || \'{{"count": "9.99"}}\' WHERE {WHOLE}',
        "19",
        "parts do not add up",
    ),
    (f"DELETE FROM variance_ordervariance WHERE {PART}", "19", "no component of the variance"),
    (f"UPDATE traceability_ledgerline SET quantity = quantity + 1 WHERE {USED}", "19", "quantity"),
]


def test_where_nothing_is_wrong_every_invariant_holds(owner):
    asked = [one for one in all_invariants() if not one.name.startswith("16")]  # the laws, which are off here
    assert {one.name: rows for one in asked if (rows := owner.execute(one.sql).fetchall())} == {}


@pytest.mark.parametrize(
    ("statement", "number", "says"), PLANTED, ids=[f"{one[1]}-{at}" for at, one in enumerate(PLANTED)]
)
def test_what_is_planted_is_found(owner, statement, number, says):
    assert owner.execute(statement).rowcount > 0
    found = faults(owner, number)
    assert any(says in one for one in found), found


def test_a_closed_order_whose_variance_nobody_froze_is_found_a_day_later(owner):
    owner.execute("DELETE FROM variance_ordervariance")
    assert faults(owner, "18") == []
    owner.execute("UPDATE traceability_historicalworkorder SET history_date = history_date - interval '2 days'")
    assert any("no variance took" in one for one in faults(owner, "18"))


def test_every_invariant_has_a_sentence_and_a_planted_violation():
    elsewhere = "".join(path.read_text() for path in Path(__file__).parents[1].rglob("test_*.py"))
    for one in all_invariants():
        assert one.sentence.endswith("."), one.name
        planted = any(number == one.name[:2] for _, number, _ in [*PLANTED, *PLANTED_ELSEWHERE])
        assert planted or re.search(rf'faults\(\w+, "{one.name[:2]}"\)', elsewhere), one.name


@pytest.fixture
def ledger(real_database):
    """The scene with real commits, and `spoil(statement)`: run as the owner without any law."""
    play()

    def spoil(statement: str) -> None:
        with psycopg.connect(real_database.owner_url) as connection:
            for table in ("traceability_ledgerline", "backflush_posting", "backflush_recipe", "masterdata_bomline"):
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            assert connection.execute(statement).rowcount > 0

    return spoil


def asked(number: str, **fields) -> dict[str, list[str]]:
    found = check_ledger(now=CLOSED, only=[number], **fields).broken
    return {one["name"]: one["rows"] for one in found}


def test_a_line_that_is_not_what_its_facts_decide_is_found(ledger):
    assert asked("07") == {}
    ledger("UPDATE traceability_ledgerline SET quantity = quantity + 0.001 WHERE " + USED)
    assert asked("07", anew=True)["07_postings_replay_to_the_same_digits"][0].startswith(
        "P-000001: planned but not posted"
    )


def test_facts_that_were_rewritten_are_found_even_where_they_cannot_be_read(ledger):
    ledger('UPDATE backflush_posting SET facts = replace(facts, \'"good":"7"\', \'"good":"8"\') WHERE number = 1')
    ledger("UPDATE backflush_posting SET facts = '{' WHERE number = 2")
    ledger("UPDATE backflush_recipe SET body = replace(body, '\"product\"', '\"produkt\"')")
    first, second, *_ = asked("07")["07_postings_replay_to_the_same_digits"]
    assert "recipe cannot be read" in first
    assert "recipe cannot be read" in second


def test_postings_that_were_verified_are_not_decided_again_before_somebody_asks_for_all(ledger):
    first = check_ledger(now=CLOSED)
    assert first.broken == []
    assert (first.replayed, VerifiedMark.objects.get().number) == (5, 5)
    assert check_ledger(now=CLOSED).replayed == 0
    assert check_ledger(now=CLOSED, anew=True).replayed == 5
    assert LedgerCheck.objects.count() == 3


def test_the_mark_stops_before_the_first_posting_that_differs(ledger):
    ledger('UPDATE backflush_posting SET facts = replace(facts, \'"good":"13"\', \'"good":"12"\')')
    wrong = Posting.objects.get(facts__contains='"good":"12"').number
    assert asked("07")
    assert VerifiedMark.objects.get().number == wrong - 1
    assert asked("07"), "found again by the next check"


def test_a_check_of_few_postings_at_a_time_gets_to_the_end(ledger):
    assert [check_ledger(now=CLOSED, only=["07"], most=2).replayed for _ in range(4)] == [2, 2, 1, 0]


def test_a_bom_line_that_was_changed_after_it_was_signed_is_found(ledger):
    ledger("UPDATE masterdata_bomline SET quantity = quantity * 2")
    [rows] = asked("08").values()
    assert any("bom version" in row for row in rows)


def test_two_checks_at_once_are_one_too_many(ledger, real_database):
    with psycopg.connect(real_database.url) as other:
        other.execute("SELECT pg_advisory_xact_lock(7, 20)")
        with pytest.raises(Refused, match="being checked already"):
            check_ledger(now=CLOSED)
    assert check_ledger(now=CLOSED).broken == []


def test_a_number_that_no_invariant_has_is_refused_with_those_there_are(ledger, real_database):
    answer = real_database.manage("check_ledger", "--only", "99")
    assert answer.returncode != 0
    assert "There is no such invariant. Known are: 01_" in answer.stdout + answer.stderr
    assert "07_postings" in answer.stdout + answer.stderr
