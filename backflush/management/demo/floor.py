"""What people and machines do on the demo plant's floor, each through the action that a screen or the API would call.

Everything may be asked for twice: what is done already is not done again, so that an interrupted story goes on.
"""

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from backflush.actions.close_order import close_order
from backflush.actions.post_reports import post_reports
from backflush.actions.receive_report import receive_report
from backflush.management.demo import cast
from backflush.management.demo.needs import Need, Work, strength, work_of
from backflush.management.demo.plant import Plant
from backflush.management.demo.records import close_records
from backflush.management.demo.signing import ticket
from backflush.models import OperationReport, Posting
from backflush.queries.closing import close_content, close_findings, open_records
from backflush.queries.recipes import RecipeBook
from backflush.rules.order_close import ACCEPTABLE, SIGNED
from backflush.rules.recipe import ItemFigures
from backflush.rules.report import Report
from backflush.rules.vocabulary import ReportKind
from masterdata.models import Bin, Item, Person, ProductionLine
from masterdata.rules.exact import Fraction
from masterdata.rules.vocabulary import BinKind
from traceability.actions.clear_line import clear_line
from traceability.actions.create_order import create_order
from traceability.actions.receive_lot import receive_lot
from traceability.actions.release_order import release_order
from traceability.actions.return_to_stock import return_to_stock
from traceability.actions.set_lot_status import set_lot_status
from traceability.actions.stage_lot import stage_lot
from traceability.models import LineClearance, MaterialLot, StockBalance, WorkOrder
from traceability.queries.bins import staging_bins
from traceability.rules.vocabulary import LotStatus, OrderState

_EVENTS = uuid.UUID("5f1b8a52-6d0c-4c5e-9b1e-0a7c5b0e2d11")
CHECKLIST = (
    "Earlier order's material is gone",
    "Line and floor are clean",
    "Counters stand at zero",
    "Printed matter is this order's",
)
#: at most so many lots are staged for one need in one go
_MOST_LOTS = 40
#: how far a weight may be off, in hundredths of a percent
_OFF = 40


class Floor:
    """The floor of the demo plant. `chance` varies weights a little, always in the same way for the same seed."""

    def __init__(self, plant: Plant, chance: random.Random) -> None:
        self.plant = plant
        self.chance = chance
        self.book = RecipeBook()
        kinds = (BinKind.STORE, BinKind.FINISHED)
        self.shelves = {place.pk: place for place in Bin.objects.filter(site=plant.site, kind__in=kinds)}

    # Stock

    def receive(
        self,
        item: str,
        code: str,
        quantity: str,
        at: datetime,
        *,
        place: str,
        supplier: str,
        days: int | None = None,
        released: bool = True,
        **fields: Any,
    ) -> MaterialLot:
        """A delivered lot in `place`, in the stock unit; it expires `days` after its receipt."""
        wanted = self.plant.item(item)
        known = MaterialLot.objects.filter(site=self.plant.site, item=wanted, code=code).first()
        return known or receive_lot(
            site=self.plant.site,
            item=wanted,
            code=code,
            quantity=quantity,
            unit=wanted.stock_unit,
            bin=self.plant.bin(place),
            actor=self.plant.person("tomas"),
            now=at,
            expires_on=self.day(at) + timedelta(days=days) if days is not None else None,
            supplier=self.plant.supplier(supplier),
            supplier_lot=f"{supplier.removeprefix('S-')[:4]}-{code.rsplit('-', 1)[-1]}",
            released=released,
            **fields,
        )

    def lot(self, lot_id: int) -> MaterialLot:
        return MaterialLot.objects.select_related("item", "item__stock_unit", "site").get(pk=lot_id)

    def day(self, at: datetime) -> Any:
        """The site's calendar day."""
        return at.astimezone(ZoneInfo(self.plant.site.time_zone)).date()

    # Orders

    def order(self, number: str, item: str, quantity: str, at: datetime, **fields: Any) -> WorkOrder:
        """A planned order in the product's stock unit."""
        known = WorkOrder.objects.filter(site=self.plant.site, number=number).first()
        product = self.plant.item(item)
        return known or create_order(
            site=self.plant.site,
            number=number,
            item=product,
            quantity=quantity,
            unit=product.stock_unit,
            actor=self.plant.person("petra"),
            now=at,
            **fields,
        )

    def release(self, order: WorkOrder, at: datetime, lines: dict[str, str] | None = None) -> WorkOrder:
        if order.state != OrderState.PLANNED:
            return order
        overrides = {number: self.plant.line(code) for number, code in (lines or {}).items()}
        return release_order(order=order, actor=self.plant.person("petra"), now=at, lines=overrides)

    # Staging

    def stage(
        self, order: WorkOrder, at: datetime, operations: Sequence[str] = (), *, spare: str = "1.04", but: str = ""
    ) -> int:
        """Bring what the order lacks at these operations (none named: all) to its lines; returns how many scans it took.

        `spare`: how much more than needed is brought. `but`: an item code that is forgotten.
        """
        scans = 0
        for work in work_of(order, at, self.book):
            if operations and work.operation.number not in operations:
                continue
            for need in work.needs:
                if need.item.code != but:
                    scans += self.bring(order, work, need, at, Fraction(spare))
        return scans

    def bring(
        self,
        order: WorkOrder,
        work: Work,
        need: Need,
        at: datetime,
        spare: Fraction,
        *,
        most: int = _MOST_LOTS,
    ) -> int:
        """Stage at most `most` lots for one need, first to expire first; fewer where the store has not enough."""
        places = list(staging_bins(order.pk, [work.operation.number]))
        if not places:
            return 0
        target = Bin.objects.get(pk=places[0])
        wanted = need.quantity if need.item.serial else need.quantity * spare
        scans = 0
        for item in (need.item, *need.substitutes):
            for lot, place, there in self.on_shelf(item.id, at)[:most]:
                if wanted <= 0 or scans >= most:
                    return scans
                share = strength(item, lot)
                quantity = min(there, counted(wanted / share, item, ROUND_UP))
                stage_lot(
                    order=order,
                    lot=lot,
                    from_bin=place,
                    to_bin=target,
                    quantity=quantity,
                    actor=self.picker(),
                    now=at,
                )
                wanted -= Fraction(quantity) * share
                scans += 1
        return scans

    def on_shelf(self, item_id: int, at: datetime) -> list[tuple[MaterialLot, Bin, Decimal]]:
        """Released lots in date that lie unbound in stores, first to expire first."""
        balances = StockBalance.objects.filter(
            site_id=self.plant.site.pk, item_id=item_id, order_id=0, quantity__gt=0, bin_id__in=list(self.shelves)
        )
        lots = MaterialLot.objects.select_related("item", "item__stock_unit").in_bulk([one.lot_id for one in balances])
        today = self.day(at)
        found = [
            (lots[one.lot_id], self.shelves[one.bin_id], one.quantity.normalize())
            for one in balances
            if lots[one.lot_id].status == LotStatus.RELEASED
            and (lots[one.lot_id].expires_on is None or lots[one.lot_id].expires_on >= today)
            and lots[one.lot_id].received_at <= at
        ]
        far = self.day(at) + timedelta(days=36500)
        return sorted(found, key=lambda one: (one[0].expires_on or far, one[0].received_at, one[0].pk))

    def picker(self) -> Person:
        return self.plant.person(self.chance.choice(("mara", "tomas")))

    # The line

    def clear(self, order: WorkOrder, line: ProductionLine, at: datetime) -> None:
        """Mara looks, Tomas checks."""
        if LineClearance.objects.filter(order=order, line=line, revoked_at=None).exists():
            return
        clear_line(
            order=order,
            line=line,
            operator=self.plant.person("mara"),
            checker=self.plant.person("tomas"),
            checklist=[{"check": text, "ok": True} for text in CHECKLIST],
            now=at,
        )

    def report(
        self,
        order: str,
        operation: str,
        good: str,
        at: datetime,
        *,
        device: str = "",
        event: str = "",
        received_at: datetime | None = None,
        kind: ReportKind = ReportKind.OPERATION_COMPLETE,
        **fields: Any,
    ) -> OperationReport:
        """A report of a device; `event` tells reports of the same operation and time apart. It waits for `post`."""
        sender = self.plant.device(device or self.device_of(order, operation))
        report = Report(
            kind=kind,
            order=order,
            operation=operation,
            occurred_at=at,
            event_id=uuid.uuid5(_EVENTS, f"{order}/{operation}/{event or at.isoformat()}"),
            good=Decimal(good),
            **fields,
        )
        return receive_report(site_id=self.plant.site.pk, report=report, device=sender, now=received_at or at).report

    def scan(
        self, order: WorkOrder, operation: str, lot: MaterialLot, quantity: Decimal, at: datetime, by: str = "yuki"
    ) -> OperationReport:
        """A scan-issue by a person. It waits for `post`."""
        report = Report(
            kind=ReportKind.SCAN_ISSUE,
            order=order.number,
            operation=operation,
            occurred_at=at,
            event_id=uuid.uuid5(_EVENTS, f"{order.number}/{operation}/{lot.code}/{at.isoformat()}"),
            item=lot.item.code,
            lot=lot.code,
            quantity=quantity,
            unit=lot.item.stock_unit.code,
            scale="DISP-SCALE" if lot.item.potency_controlled else "",
        )
        return receive_report(site_id=self.plant.site.pk, report=report, person=self.plant.person(by), now=at).report

    def scan_all(
        self, order: WorkOrder, operation: str, at: datetime, *, units: int | None = None, apart: int = 20
    ) -> int:
        """Weigh or scan what the operation's scanned lines lack, from what is bound. `units`: so many serials only.

        Scans lie `apart` seconds from one another; weights are a little off their target, as weights are.
        """
        scans = 0
        work = next(one for one in work_of(order, at, self.book) if one.operation.number == operation)
        for item, missing in work.to_scan:
            for lot, there in self.bound(order, item.id):
                if missing <= 0 or (units is not None and scans >= units):
                    break
                share = strength(item, lot)
                off = Fraction(0) if item.serial else Fraction(self.chance.randint(-_OFF, _OFF), 10_000)
                quantity = min(there, counted(missing / share * (1 + off), item, ROUND_DOWN))
                if quantity <= 0:
                    break
                self.scan(order, operation, lot, quantity, at + timedelta(seconds=apart * scans))
                missing -= Fraction(quantity) * share
                scans += 1
        return scans

    def bound(self, order: WorkOrder, item_id: int) -> list[tuple[MaterialLot, Decimal]]:
        """Lots of an item bound to an order, first to expire first."""
        balances = StockBalance.objects.filter(
            site_id=order.site_id, order_id=order.pk, item_id=item_id, quantity__gt=0
        )
        lots = MaterialLot.objects.select_related("item", "item__stock_unit").in_bulk([one.lot_id for one in balances])
        found = [(lots[one.lot_id], one.quantity.normalize()) for one in balances]
        return sorted(found, key=lambda one: (str(one[0].expires_on or "~"), one[0].pk))

    def post(self) -> int:
        """What the workers do when the bell rings."""
        return post_reports()

    # The end of an order

    def return_residuals(self, order: WorkOrder, at: datetime, *, most: int | None = None) -> int:
        """What is still bound goes back to the shelf that its kind is kept on; at most so many lots of it."""
        returned = 0
        left = StockBalance.objects.filter(site_id=order.site_id, order_id=order.pk, quantity__gt=0)
        for balance in left.order_by("bin_id", "lot_id")[:most]:
            lot = MaterialLot.objects.select_related("item", "item__stock_unit").get(pk=balance.lot_id)
            return_to_stock(
                order=order,
                lot=lot,
                from_bin=Bin.objects.get(pk=balance.bin_id),
                to_bin=self.home_of(lot),
                quantity=balance.quantity,
                reason=self.plant.reason("RT-LEFT"),
                exposed=False,
                actor=self.picker(),
                now=at,
            )
            returned += 1
        return returned

    def home_of(self, lot: MaterialLot) -> Bin:
        """The shelf of a lot: where its item lies already, or where its kind belongs."""
        if lot.origin == "production":
            return self.plant.bin("FIN-01")
        return self.plant.bin(shelf_of(lot.item))

    def decide(self, lot: MaterialLot, status: LotStatus, note: str) -> None:
        """Noor or Felix decides about a lot, as of this moment."""
        set_lot_status(
            lot=lot,
            status=status,
            actor=self.plant.person(self.chance.choice(("noor", "felix"))),
            now=timezone.now(),
            note=note,
        )

    def close(self, order: WorkOrder, at: datetime) -> None:
        order.refresh_from_db()
        if order.state == OrderState.RELEASED:
            close_records(self.plant, open_records(order), timezone.now())
            accepted = dict.fromkeys(ACCEPTABLE, "Within the limits of the batch record; seen by the supervisor.")
            findings = close_findings(order, at)
            signs = any(finding.code in SIGNED for finding in findings)
            signed = ticket("petra", close_content(order, findings, accepted), at) if signs else None
            close_order(order=order, actor=self.plant.person("petra"), now=at, accepted=accepted, ticket=signed)

    def device_of(self, order: str, operation: str) -> str:
        line = (
            WorkOrder.objects.filter(site=self.plant.site, number=order, operations__number=operation)
            .values_list("operations__line__code", flat=True)
            .first()
        )
        return next(device.code for device in cast.DEVICES if device.line == line)


def shelf_of(item: Item) -> str:
    """The code of the store that an item is kept in."""
    if item.kind == "packaging":
        return "PACK-01"
    return "ELEC-01" if item.code in ELECTRONICS else "RAW-01"


#: items of the electronics store
ELECTRONICS = frozenset(
    {"BOARD-HM", "HOUSING-HM", "LENS-12", "LED-IR", "ADHESIVE-UV", "OPTO-HM", "SCREW-M2", "CLIP-OPTO"}
)


def counted(quantity: Fraction, item: ItemFigures, rounding: str) -> Decimal:
    """A quantity as the item is counted: its decimals or its multiple."""
    step = Fraction(item.multiple) if item.multiple else Fraction(1, 10**item.decimals)
    steps = quantity / step
    whole = -((-steps.numerator) // steps.denominator) if rounding == ROUND_UP else steps.numerator // steps.denominator
    exact = whole * step
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def last_posting(order: WorkOrder, operation: str) -> Posting | None:
    """The newest standing posting of a report at an operation."""
    reversed_ids = Posting.objects.filter(order_id=order.pk, reversal_of__isnull=False).values("reversal_of")
    return (
        Posting.objects.filter(order_id=order.pk, operation_number=operation, kind="report")
        .exclude(pk__in=reversed_ids)
        .order_by("-number")
        .first()
    )
