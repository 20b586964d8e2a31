"""The facts of a batch of reports, in a handful of statements whatever its size.

With `lock=True` (the drain) the balances that may be drawn from are locked first, sorted, in one statement; lots, people and
devices are read only afterwards, in new statements, so that nothing judged is stale. Without, it serves previews.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from backflush.queries.conversions import Conversions, iso
from backflush.queries.recipes import RecipeBook
from backflush.queries.stock_facts import load_lots, released_late, stock_fact, taken_up, with_releases
from backflush.rules.facts import BalanceKey, OrderFact, ReportFact, ScanFact
from backflush.rules.flush import Stock
from backflush.rules.progress import Progress
from backflush.rules.recipe import Recipe
from backflush.rules.vocabulary import ReportKind
from masterdata.models import Device, DeviceClock, Item, Person, ReasonCode, Training
from masterdata.rules.duties import Duty, may
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.units import round_quantity
from traceability.models import MaterialLot
from traceability.queries.arrays import array_of
from traceability.queries.packing import known_unit
from traceability.queries.precision import rounding_rule
from traceability.rules.eligibility import StockFact
from traceability.rules.packing import closing_refusals
from traceability.rules.quantities import is_countable

_BALANCES = """
WITH wanted AS (
    SELECT id FROM traceability_stockbalance WHERE order_id = ANY(%(orders)s::bigint[]) AND order_id <> 0
    UNION
    SELECT id FROM traceability_stockbalance
    WHERE site_id = ANY(%(sites)s::bigint[]) AND bin_id = ANY(%(bins)s::bigint[]) AND order_id = 0
      AND item_id = ANY(%(items)s::bigint[]) AND quantity > 0
    UNION
    SELECT id FROM traceability_stockbalance WHERE lot_id = ANY(%(outputs)s::bigint[])
)
SELECT b.bin_id, b.lot_id, b.order_id, b.id, b.item_id, b.quantity,
    coalesce(to_char(b.staged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), ''), b.rank
FROM traceability_stockbalance b JOIN wanted USING (id)
ORDER BY b.bin_id, b.lot_id, b.order_id
"""
_BALANCES_LOCKED = _BALANCES + "FOR NO KEY UPDATE OF b"


@dataclass(slots=True)
class ReportRow:
    """A report as it stands in the inbox, its body parsed.

    Where QA signed another time, `occurred_at` is that and `said_at` what the client says. `accepted_at`: see `ReportFact`.
    """

    id: int
    site_id: int
    order_id: int
    order_number: str
    operation: str
    kind: str
    device_id: int | None
    person_id: int | None
    occurred_at: datetime
    received_at: datetime
    body: dict[str, Any]
    said_at: datetime | None = None
    accepted_at: datetime | None = None

    @property
    def event_time(self) -> datetime:
        """For effectivity: the earlier of when it happened and when it was received."""
        return min(self.occurred_at, self.received_at)


class Batch:
    """Facts of several reports of the orders given. Balances and progress move on as reports are planned."""

    def __init__(self, book: RecipeBook, order_ids: list[int], rows: list[ReportRow]) -> None:
        book.refresh()
        self.book = book
        self.rows = rows
        self.orders = book.orders.load(order_ids)
        self.left: dict[BalanceKey, Fraction] = {}
        self.balance_ids: dict[BalanceKey, int] = {}
        self.output_lots: dict[tuple[int, str], tuple[int, int | None]] = {}
        self._offers: dict[tuple[int, int], list[StockFact]] = {}
        self._people = _people(rows)
        self._reasons = dict(ReasonCode.objects.filter(kind="scrap", active=True).values_list("code", "loss"))
        self._devices = _devices(rows)
        self._trained = _trained(rows, self._people)

    def recipe(self, row: ReportRow) -> Recipe | None:
        """The recipe of the report's operation, or None where the order has no such operation."""
        facts = self.orders.get(row.order_id)
        operation = facts.operation(row.operation) if facts else None
        if facts is None or operation is None:
            return None
        before = facts.count_point_before(operation)
        return self.book.recipe_for(
            facts.order, operation, before.number if before else None, facts.pin_at(row.event_time), row.event_time
        )

    def load_stock(
        self, recipes: list[Recipe], *, lock: bool, returned: Mapping[BalanceKey, Fraction] = MappingProxyType({})
    ) -> None:
        """Read (and lock) every balance that these reports may draw from or receive into; only then their lots.

        Bound to one of the orders, in a supermarket bin that serves them, or of an output lot that exists already.
        `returned`: what a preview counts as back in its balance already.
        """
        shelved = sorted({item for recipe in recipes for item in recipe.shelved_items})
        bins = sorted({bin_id for recipe in recipes if recipe.shelved_items for bin_id in recipe.serving})
        sites = sorted({facts.order.site_id for facts in self.orders.values()})
        self._load_output_lots(sites)
        with connection.cursor() as cursor:
            cursor.execute(
                _BALANCES_LOCKED if lock else _BALANCES,
                {
                    "orders": array_of(self.orders),
                    "sites": array_of(sites),
                    "bins": array_of(bins),
                    "items": array_of(shelved),
                    "outputs": array_of(lot_id for lot_id, _ in self.output_lots.values()),
                },
            )
            balances = cursor.fetchall()
        if returned:
            balances = _with_returned(balances, returned)
        lots = load_lots({row[1] for row in balances})
        late = released_late(lots.values(), min(row.occurred_at for row in self.rows)) if self.rows else {}
        places = _places(sites)
        for bin_id, lot_id, order_id, balance_id, item_id, quantity, staged_at, rank in balances:
            key = (bin_id, lot_id, order_id)
            self.left[key] = Fraction(quantity)
            self.balance_ids[key] = balance_id
            code, kind = places[bin_id]
            fact = stock_fact(lots[lot_id], bin_id, order_id, code, kind, staged_at, rank)
            rework = self.orders.get(order_id)
            if rework is not None and rework.order.reworks_id == lot_id:
                fact = taken_up(fact)
            if lot_id in late:
                fact = with_releases(fact, late[lot_id])
            self._offers.setdefault((item_id, order_id), []).append(fact)

    def _load_output_lots(self, sites: list[int]) -> None:
        """Lots that the reports name as output, or that their orders made before."""
        codes: set[str] = set()
        for row in self.rows:
            facts = self.orders.get(row.order_id)
            if facts is not None:
                code = row.body.get("output_lot") or facts.order.output_lot_code or facts.order.number
                codes.update((code, f"{code}-R"))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT item_id, code, id, order_id FROM traceability_materiallot"
                " WHERE site_id = ANY(%s) AND code = ANY(%s)",
                [sites, sorted(codes)],
            )
            self.output_lots = {(item, code): (lot_id, order) for item, code, lot_id, order in cursor.fetchall()}

    def stock(self) -> Stock:
        """A fresh view of what is left; what a plan takes shows in `taken` until `settle` makes it count."""
        return Stock(self._offers, self.left)

    def settle(self, stock: Stock) -> None:
        """The plan stands: what it took is gone for the reports after it."""
        for key, quantity in stock.taken.items():
            self.left[key] -= quantity

    def progress(self, row: ReportRow) -> Progress:
        return self.orders[row.order_id].progress.setdefault(row.operation, Progress())

    def order_fact(self, row: ReportRow, recipe: Recipe) -> OrderFact:
        facts = self.orders[row.order_id]
        after = recipe.operation.after
        return OrderFact(
            id=facts.order.pk,
            number=facts.order.number,
            state=facts.order.state,
            quantity=Fraction(facts.order.quantity),
            allocation=facts.order.allocation,
            line_clear=recipe.operation.line in facts.cleared_lines,
            good_before=None if after is None else facts.progress.setdefault(after, Progress()).good,
            output_lot=facts.order.output_lot_code,
        )

    def report_fact(self, row: ReportRow, recipe: Recipe) -> ReportFact:
        """The report with its codes looked up; what is unknown stands in `found`."""
        body = row.body
        found: list[Refusal] = []
        scrap = []
        for entry in body.get("scrap", []):
            loss = self._reasons.get(entry["reason"])
            if loss is None:
                found.append(_unknown("reason_unknown", "scrap reason", entry["reason"]))
            scrap.append((Fraction(entry["quantity"]), loss or "avoidable"))
        operator = self._badge(body.get("operator"), found)
        supervisor = self._people.get(body.get("confirmed_by") or "")
        if body.get("confirmed_by") and (supervisor is None or not may(supervisor.roles, Duty.CONFIRM_QUANTITY)):
            found.append(_unknown("confirmation_unknown", "supervisor badge", body["confirmed_by"]))
        self._check_output_lot(row, recipe, found)
        device = self._devices.get(row.device_id) if row.device_id else None
        local = row.occurred_at.astimezone(ZoneInfo(recipe.time_zone))
        unit_kind, good = self._handling_unit(row, recipe, found)
        person = operator.pk if operator else row.person_id
        return ReportFact(
            id=row.id,
            kind=row.kind,
            occurred_at=iso(row.occurred_at),
            received_at=iso(row.received_at),
            event_day=local.date().isoformat(),
            good=good,
            scrap=tuple(scrap),
            rework=Fraction(body.get("rework") or 0),
            setup_events=int(body.get("setup_events") or 0),
            handling_unit=body.get("handling_unit") or "",
            handling_unit_kind=unit_kind,
            output_lot=body.get("output_lot") or "",
            device=row.device_id,
            device_enabled=device[0] if device else True,
            clock_offset_ms=device[1] if device else None,
            trained=not recipe.operation.requires_training
            or (person, recipe.product, row.operation) in self._trained
            or (person, recipe.product, "") in self._trained,
            confirmed=supervisor is not None and not any(f.code == "confirmation_unknown" for f in found),
            scan=self._scan(row, recipe, found) if row.kind == ReportKind.SCAN_ISSUE else None,
            found=tuple(found),
            said_at=iso(row.said_at) if row.said_at else "",
            accepted_at=iso(row.accepted_at) if row.accepted_at else "",
        )

    def _check_output_lot(self, row: ReportRow, recipe: Recipe, found: list[Refusal]) -> None:
        order = self.orders[row.order_id].order
        code = row.body.get("output_lot") or order.output_lot_code or order.number
        lot = self.output_lots.get((recipe.product, code))
        if recipe.operation.last and lot is not None and lot[1] != order.pk:
            found.append(
                Refusal(
                    "output_lot_in_use",
                    f"Lot {code} already exists and was not made by order {order.number}.",
                    code,
                    "Report with another output lot.",
                )
            )

    def _badge(self, badge: str | None, found: list[Refusal]) -> Person | None:
        person = self._people.get(badge or "")
        if badge and person is None:
            found.append(_unknown("operator_unknown", "operator badge", badge))
        return person

    def _handling_unit(self, row: ReportRow, recipe: Recipe, found: list[Refusal]) -> tuple[str, Fraction]:
        """The kind of the handling unit that is named, and the good units that count: what it holds, where none are said."""
        good, sscc = Fraction(row.body.get("good") or 0), row.body.get("handling_unit")
        if not sscc:
            return "", good
        unit = known_unit(row.site_id, sscc)
        if unit is None:
            return "case", good
        declares = recipe.trigger is not None and row.kind == recipe.trigger.kind
        if row.kind != ReportKind.HANDLING_UNIT_CLOSED:
            return unit.kind, good
        if unit.closed:  # it was counted; closing it again adds nothing
            return unit.kind, good
        found += closing_refusals(unit, row.order_number, good if declares else ZERO)
        return unit.kind, good or unit.holds if declares else good

    def _scan(self, row: ReportRow, recipe: Recipe, found: list[Refusal]) -> ScanFact:
        """What was scanned, in the item's stock unit. Unknown codes become reasons; the fact then names nothing."""
        body = row.body
        lot = (
            MaterialLot.objects.filter(site_id=row.site_id, code=body["lot"], item__code=body["item"])
            .select_related("item__stock_unit")
            .first()
        )
        if lot is None:
            found.append(_unknown("lot_unknown", "lot", f"{body['item']} {body['lot']}"))
            return ScanFact(0, 0, ZERO)
        quantity = Fraction(body["quantity"])
        unit = body.get("unit") or lot.item.stock_unit.code
        factor = self._convert(lot.item_id, unit, lot.item.stock_unit.code, row.event_time)
        if factor is None:
            found.append(
                Refusal(
                    "no_conversion",
                    f"There is no approved conversion from {unit} to {lot.item.stock_unit.code} for {lot.item.code}.",
                    lot.item.code,
                    "Scan in the stock unit, or ask an engineer to approve the unit factor.",
                )
            )
            factor = Fraction(1)
        exact = _counted(quantity, factor, lot.item)
        if exact is None:
            found.append(
                Refusal(
                    "quantity_too_fine",
                    f"{body['quantity']} {unit} is finer than {lot.item.code} is counted.",
                    lot.item.code,
                    f"Scan it with at most {lot.item.decimals} decimals of {lot.item.stock_unit.code}.",
                )
            )
        return ScanFact(lot.item_id, lot.pk, exact or ZERO)

    def _convert(self, item: int, from_unit: str, to_unit: str, at: datetime) -> Fraction | None:
        return Conversions([item], at)(item, from_unit, to_unit)


def _with_returned(balances: list[Any], returned: Mapping[BalanceKey, Fraction]) -> list[Any]:
    """The balances as they will be; emptied ones of a supermarket were not read and are read now."""
    keys = sorted(set(returned) - {tuple(row[:3]) for row in balances})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.bin_id, b.lot_id, b.order_id, b.id, b.item_id, b.quantity,"
            " coalesce(to_char(b.staged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), ''), b.rank"
            " FROM traceability_stockbalance b"
            " JOIN unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS k (bin_id, lot_id, order_id)"
            "  USING (bin_id, lot_id, order_id)",
            [array_of(key[place] for key in keys) for place in range(3)],
        )
        rows = [*balances, *cursor.fetchall()]
    return [(*row[:5], Fraction(row[5]) + returned.get(tuple(row[:3]), ZERO), *row[6:]) for row in rows]


def _counted(quantity: Fraction, factor: Fraction, item: Item) -> Fraction | None:
    """A scanned quantity as the ledger can hold it: rounded once if it was converted, else as it stands; None: too fine."""
    rule = rounding_rule(item)
    exact = quantity if factor == 1 else round_quantity(quantity * factor, replace(rule, multiple=None))
    return exact if exact > 0 and is_countable(exact, rule) else None


def _places(sites: list[int]) -> dict[int, tuple[str, str]]:
    """Code and kind of every bin of the sites."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, code, kind FROM masterdata_bin WHERE site_id = ANY(%s)", [sites])
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


def _unknown(code: str, what: str, value: str) -> Refusal:
    return Refusal(code, f"The {what} {value} is not known.", value, f"Check the {what}, or have it entered.")


def read_body(text: str) -> dict[str, Any]:
    """A stored body as data. Quantities stay text until they become fractions."""
    return json.loads(text)


def _people(rows: list[ReportRow]) -> dict[str, Person]:
    badges = {row.body.get(key) for row in rows for key in ("operator", "confirmed_by")} - {None, ""}
    if not badges:
        return {}
    return {person.badge: person for person in Person.objects.filter(badge__in=badges, is_active=True)}


def _devices(rows: list[ReportRow]) -> dict[int, tuple[bool, int | None]]:
    ids = {row.device_id for row in rows} - {None}
    if not ids:
        return {}
    offsets = dict(DeviceClock.objects.filter(device_id__in=ids).values_list("device_id", "offset_ms"))
    return {
        pk: (enabled, offsets.get(pk)) for pk, enabled in Device.objects.filter(pk__in=ids).values_list("id", "enabled")
    }


def _trained(rows: list[ReportRow], people: dict[str, Person]) -> set[tuple[int | None, int, str]]:
    ids = {person.pk for person in people.values()} | {row.person_id for row in rows if row.person_id}
    if not ids:
        return set()
    now = max(row.event_time for row in rows)
    trained = Training.objects.filter(person_id__in=ids, trained_at__lte=now)
    return {
        (t.person_id, t.item_id, t.operation_number) for t in trained if t.valid_until is None or t.valid_until > now
    }
