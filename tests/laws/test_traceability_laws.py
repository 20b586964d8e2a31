"""What PostgreSQL refuses by itself, whoever asks: even the owner of the tables, even with replication rights."""

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from masterdata.rules.bom import LineDraft
from tests import floor, plant
from traceability.models import MaterialLot, StockBalance, WorkOrder
from traceability.models.append_only import APPEND_ONLY_TABLES
from traceability.rules.lot_status import LOT_TRANSITIONS
from traceability.rules.orders import ORDER_TRANSITIONS
from traceability.rules.vocabulary import LotStatus, OrderState

KEPT_TABLES = (
    "traceability_handlingunit",
    "traceability_lineclearance",
    "traceability_materiallot",
    "traceability_orderoperation",
    "traceability_stockbalance",
    "traceability_workorder",
)


@pytest.fixture
def order(db):
    kit = plant.product("KIT")
    foil = plant.item("FOIL", unit="KGM")
    plant.approved_bom(kit, [LineDraft("FOIL", "0.5")])
    made = floor.released_order(kit)
    floor.staged(made, foil, "5")
    return made


def as_owner(real_database, statement: str, *values: object) -> None:
    with psycopg.connect(real_database.owner_url) as owner:
        owner.execute(statement, values)


@pytest.mark.parametrize("table", APPEND_ONLY_TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_application_has_no_right_to_rewrite_history(order, table, change):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(change.format(table))


def test_nobody_rewrites_history_not_even_the_owner(real_database):
    for table in APPEND_ONLY_TABLES:
        for change in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
            with pytest.raises(psycopg.errors.RestrictViolation, match="only added to"):
                as_owner(real_database, change.format(table))


def test_nobody_deletes_lots_orders_or_balances_not_even_the_owner(real_database):
    for table in KEPT_TABLES:
        for change in ("DELETE FROM {}", "TRUNCATE {} CASCADE"):
            with pytest.raises(psycopg.errors.RestrictViolation, match="refused"):
                as_owner(real_database, change.format(table))


def test_a_replication_role_does_not_get_around_the_laws(real_database):
    owner = psycopg.connect(real_database.owner_url)
    may = owner.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0]
    if may:
        owner.execute("SET session_replication_role = replica")
    with pytest.raises(psycopg.errors.RestrictViolation):
        owner.execute("DELETE FROM traceability_ledgerline")
    owner.close()


def test_every_law_is_enabled_always(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND c.relname LIKE 'traceability\\_%' AND t.tgenabled <> 'A'"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize("start", list(OrderState))
@pytest.mark.parametrize("end", list(OrderState))
def test_orders_move_along_the_same_table_in_rules_and_database(order, start, end):
    kit = plant.item("KIT")
    moved = floor.planned_order(kit)
    for state in {"planned": [], "released": ["released"], "closed": ["released", "closed"]}[start]:
        WorkOrder.objects.filter(pk=moved.pk).update(state=state, released_at=floor.NOW, closed_at=floor.NOW)
    allowed = end == start or end in ORDER_TRANSITIONS[start]
    if allowed:
        assert WorkOrder.objects.filter(pk=moved.pk).update(state=end, released_at=floor.NOW, closed_at=floor.NOW)
        return
    # back from closed leads only a reopening that QA and finance have signed
    told = "QA and finance sign" if (start, end) == ("closed", "released") else "cannot go from"
    with pytest.raises(IntegrityError, match=told), transaction.atomic():
        WorkOrder.objects.filter(pk=moved.pk).update(state=end)


def test_an_order_begins_planned(order):
    with pytest.raises(IntegrityError, match="cannot begin"), transaction.atomic():
        WorkOrder.objects.create(
            site=order.site,
            number="SNEAKY",
            item=order.item,
            quantity=1,
            unit=order.unit,
            state="released",
            created_at=floor.NOW,
            released_at=floor.NOW,
        )


def test_an_order_stays_what_it_is(order):
    with pytest.raises(IntegrityError, match="stays what it is"), transaction.atomic():
        WorkOrder.objects.filter(pk=order.pk).update(number="OTHER")


@pytest.mark.parametrize("start", list(LotStatus))
@pytest.mark.parametrize("end", list(LotStatus))
def test_lots_move_along_the_same_table_in_rules_and_database(db, start, end):
    site, item = plant.site(), plant.item("FOIL", unit="KGM")
    lot = MaterialLot.objects.create(
        site=site, item=item, code="A", status=start, released_since=floor.NOW, received_at=floor.NOW
    )
    if end == start or end in LOT_TRANSITIONS[start]:
        assert MaterialLot.objects.filter(pk=lot.pk).update(status=end)
        return
    with pytest.raises(IntegrityError, match="cannot go from"), transaction.atomic():
        MaterialLot.objects.filter(pk=lot.pk).update(status=end)


def test_a_lot_stays_what_it_is(order):
    with pytest.raises(IntegrityError, match="stays what it is"), transaction.atomic():
        MaterialLot.objects.update(code="OTHER")


def test_stock_is_never_negative(order):
    with pytest.raises(IntegrityError, match="stock_is_never_negative"), transaction.atomic():
        StockBalance.objects.filter(order_id=order.pk).update(quantity=-1)
