"""The plant of the standard posting: a product of twenty backflushed components, five hundred open orders, one lot bound to
each line of each. Master data comes from the product's own actions; orders, lots and stock are loaded set-based.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import connection

from masterdata.models import Bin, BomVersion, Device, Item
from masterdata.rules.bom import LineDraft
from tests import plant

COMPONENTS = 20
NOW = plant.NOW + timedelta(days=1)


@dataclass(frozen=True)
class Standard:
    """Ids that the benchmarks write with."""

    site: int
    product: int
    components: list[int]
    orders: list[int]
    staging: int
    finished: int
    consumed: int
    device: int
    supermarket: int


def build(
    orders: int = 500, components: int = COMPONENTS, *, name: str = "BENCH", shared: bool = False, lots: int = 1
) -> Standard:
    """Make the product and its orders; returns the ids. `name` tells several builds in one database apart.

    `shared`: one lot of each component for all orders, in a supermarket bin. `lots`: of each component bound to each order; all
    but the last hold less than one report takes.
    """
    people = plant.people()
    site = plant.site()
    staging, finished = plant.place("staging"), plant.place("finished")
    plant.place("quarantine")
    consumed = Bin.objects.get(site=site, kind="consumed")
    shelf = plant.place("supermarket")
    items = [
        plant.item(f"{name}-{i:03d}", unit="KGM", decimals=3, cost="2.50", supermarket=shared)
        for i in range(components)
    ]
    made = plant.product(f"{name}-FG", cost="60")
    lines = [LineDraft(item=item.code, quantity=Decimal("0.125")) for item in items]
    version = plant.approved_bom(made, lines)
    device = Device.objects.filter(site=site).first()
    assert device is not None
    ids = _orders(name, site.pk, made, version, items, orders, people.supervisor.pk)
    if shared:
        _stock(name, site.pk, shelf.pk, [0], items)
    else:
        for number in range(lots):
            quantity = "1000000" if number == lots - 1 else "0.05"
            _stock(f"{name}{number}", site.pk, staging.pk, ids, items, quantity)
    return Standard(
        site=site.pk,
        product=made.pk,
        components=[item.pk for item in items],
        orders=ids,
        staging=staging.pk,
        finished=finished.pk,
        consumed=consumed.pk,
        device=device.pk,
        supermarket=shelf.pk,
    )


def _orders(
    name: str, site: int, made: Item, version: BomVersion, items: list[Item], count: int, person: int
) -> list[int]:
    costs = json.dumps({str(item.pk): "2.500000" for item in items} | {str(made.pk): "60.000000"})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO traceability_workorder (site_id, number, kind, item_id, quantity, unit_id, state, allocation,"
            " output_lot_code, created_at) SELECT %s, %s || g, 'production', %s, 1000000, %s, 'planned', 'fefo', '', %s"
            " FROM generate_series(1, %s) g RETURNING id",
            [site, f"{name}-", made.pk, made.stock_unit_id, NOW, count],
        )
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "UPDATE traceability_workorder SET state = 'released', released_at = %s WHERE id = ANY(%s)", [NOW, ids]
        )
        line = plant.line()
        cursor.execute(
            "INSERT INTO traceability_orderoperation (order_id, number, sequence, name, line_id, count_point, last,"
            " requires_clearance, requires_training, packs)"
            " SELECT o, '10', 1, 'Assemble', %s, true, true, false, false, false FROM unnest(%s::bigint[]) o",
            [line.pk, ids],
        )
        cursor.execute(
            "INSERT INTO traceability_orderpin (order_id, applicable_from, bom_version_id, phantom_versions,"
            " standard_costs, pinned_by_id) SELECT o, %s, %s, '{}', %s::jsonb, %s FROM unnest(%s::bigint[]) o",
            [NOW, version.pk, costs, person, ids],
        )
    return ids


def _stock(name: str, site: int, place: int, orders: list[int], items: list[Item], quantity: str = "1000000") -> None:
    """A lot of each item for each order in the bin, bound to it (0: unbound)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH lots AS (INSERT INTO traceability_materiallot (site_id, item_id, code, status, released_since,"
            " expires_on, received_at, origin, supplier_lot, unit_cost, complete)"
            " SELECT %(site)s, i, %(name)s || i || '-' || o, 'released', %(now)s, %(expiry)s, %(now)s, 'receipt', '', 2.5,"
            " true FROM unnest(%(items)s::bigint[]) i CROSS JOIN unnest(%(orders)s::bigint[]) o RETURNING id, item_id, code)"
            " INSERT INTO traceability_stockbalance (site_id, bin_id, lot_id, order_id, item_id, quantity, staged_at, rank)"
            " SELECT %(site)s, %(place)s, id, split_part(code, '-', -1)::bigint, item_id, %(quantity)s::numeric, %(now)s, 0"
            " FROM lots",
            {
                "site": site,
                "name": f"{name}-L",
                "now": NOW,
                "expiry": (NOW + timedelta(days=900)).date(),
                "items": [item.pk for item in items],
                "orders": orders,
                "place": place,
                "quantity": quantity,
            },
        )


def fill_inbox(standard: Standard, count: int, orders: list[int] | None = None) -> None:
    """Put `count` reports of one good unit into the inbox, over the orders in turn."""
    wanted = orders or standard.orders
    turn = [wanted[index % len(wanted)] for index in range(count)]
    body = json.dumps({"good": "1", "kind": "operation_complete", "operation": "10"}, separators=(",", ":"))
    at = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH r AS (INSERT INTO backflush_operationreport (site_id, event_id, device_id, kind, order_number, order_id,"
            " operation_number, occurred_at, received_at, digest, state, attempts, next_at)"
            " SELECT %s, e, %s, 'operation_complete', '', o, '10', %s, %s, 'bench', 'received', 0, %s"
            " FROM unnest(%s::uuid[], %s::bigint[]) WITH ORDINALITY AS n (e, o, i) ORDER BY i RETURNING id)"
            " INSERT INTO backflush_reportbody (report_id, body) SELECT id, %s FROM r",
            [standard.site, standard.device, at, at, at, [uuid.uuid4() for _ in turn], turn, body],
        )


def waiting() -> int:
    """Reports that wait for posting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM backflush_operationreport WHERE state = 'received'")
        return cursor.fetchone()[0]
