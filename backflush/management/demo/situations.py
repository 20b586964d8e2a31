"""What went wrong lately in the demo plant, and what waits for somebody: blocked reports of several kinds, reversals, holds."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from backflush.actions.request_reversal import request_reversal
from backflush.actions.reverse_posting import reverse_posting
from backflush.management.demo import bottles, monitors, tablets
from backflush.management.demo.floor import Floor, last_posting
from backflush.management.demo.signing import ticket
from backflush.models import ReversalRequest
from backflush.queries.reversals import reversal_content
from traceability.actions.set_lot_status import set_lot_status
from traceability.actions.stage_lot import stage_lot
from traceability.models import MaterialLot, StagingScan, WorkOrder
from traceability.rules.vocabulary import LotStatus


def happen(floor: Floor, now: datetime) -> None:
    """All of them. Blocked reports stay blocked until somebody, or the simulator, mends their cause."""
    _quality_decides(floor)
    _flavour_expires(floor, now)
    _monitors_of_today(floor, now)
    _blocked_reports(floor, now)
    _reversed_and_waiting(floor, now)


def _quality_decides(floor: Floor) -> None:
    """Finished lots of closed orders are released, but one; a glycerol lot is held."""
    for code in ("WO-1001", "WO-1002", "WO-1003", "WO-1004", "WO-2001", "WO-2002", "WO-3001", "WO-3501"):
        lot = MaterialLot.objects.filter(site=floor.plant.site, code=code, status=LotStatus.QUARANTINE).first()
        if lot is not None:
            set_lot_status(lot=lot, status=LotStatus.RELEASED, actor=floor.plant.person("noor"), now=timezone.now())
    held = floor.receive(
        "GLYC",
        "GLYC-H01",
        "60",
        timezone.now(),
        place="RAW-01",
        supplier="S-NORDQUELL",
        days=400,
    )
    if held.status == LotStatus.RELEASED:
        set_lot_status(
            lot=held,
            status=LotStatus.HELD,
            actor=floor.plant.person("felix"),
            now=timezone.now(),
            note="Drum dented; sample at the laboratory",
        )


def _flavour_expires(floor: Floor, now: datetime) -> None:
    """WO-2005 was mixed halfway with a flavour lot on its last day; today's report finds it expired."""
    start = now - timedelta(hours=30)
    order = floor.order("WO-2005", bottles.PRODUCT, "2400", start - timedelta(days=1), due_at=now + timedelta(days=1))
    order = floor.release(order, start)
    at = start + timedelta(minutes=20)
    floor.stage(order, at, ["10"], but="FLAVOUR-X")
    late = floor.receive(
        "FLAVOUR-X",
        "FLAVOUR-X-LATE",
        "0.36",
        start,
        place="RAW-01",
        supplier="S-NORDQUELL",
        days=(floor.day(now) - floor.day(start)).days - 1,
        unit_cost=Decimal("44"),
    )
    if not StagingScan.objects.filter(order=order, lot=late).exists():
        stage_lot(
            order=order,
            lot=late,
            from_bin=floor.plant.bin("RAW-01"),
            to_bin=floor.plant.bin("S-MIX"),
            quantity="0.36",
            actor=floor.plant.person("mara"),
            now=at,
        )
    floor.report(order.number, "10", "1200", start + timedelta(hours=1), event="first half")
    floor.report(order.number, "10", "600", now - timedelta(minutes=42), event="second half")
    floor.report(order.number, "20", "200", now - timedelta(minutes=25), event="before clearance")
    floor.post()


def _monitors_of_today(floor: Floor, now: datetime) -> None:
    """WO-3003 takes optics modules that the house made itself; four boards were not scanned."""
    start = now - timedelta(hours=8)
    order = floor.order("WO-3003", monitors.PRODUCT, "20", start - timedelta(days=1), due_at=now + timedelta(days=1))
    order = floor.release(order, start)
    floor.stage(order, timezone.now(), ["10", "20"], spare="1")
    if not order.staging_scans.filter(lot__item__code="BOARD-HM").exists():
        raise RuntimeError("The boards of WO-3003 were not staged.")
    floor.scan_all(order, "10", timezone.now(), units=12, apart=0)
    floor.post()
    for place, good in enumerate(("5", "4", "3")):
        floor.report(order.number, "10", good, timezone.now(), event=f"today {place}")
    floor.report(order.number, "20", "8", timezone.now(), event="today")
    floor.post()
    floor.report(order.number, "10", "4", timezone.now(), event="boards missing")
    floor.post()


def _blocked_reports(floor: Floor, now: datetime) -> None:
    """One of each: not staged, a clock that runs ahead, an order nobody knows, more than a report may hold."""
    floor.report("WO-1008", "20", "400", now - timedelta(minutes=70), event="nothing staged")
    floor.report(
        "WO-1007",
        "40",
        "120",
        now + timedelta(minutes=35),
        event="clock ahead",
        received_at=now - timedelta(minutes=12),
    )
    floor.report("WO-9990", "20", "150", now - timedelta(minutes=55), event="unknown", device="FILL-COUNTER")
    floor.report("WO-2004", "20", "2400", now - timedelta(minutes=33), event="typed twice")
    floor.post()


def _reversed_and_waiting(floor: Floor, now: datetime) -> None:
    """A report to the wrong order was reversed under signature; another reversal waits for one."""
    order = WorkOrder.objects.get(site=floor.plant.site, number="WO-1006")
    if not ReversalRequest.objects.filter(posting__order_id=order.pk).exists():
        floor.report(order.number, "40", "90", now - timedelta(minutes=90), event="meant for line 2")
        floor.post()
        posting = last_posting(order, "40")
        assert posting is not None
        request = request_reversal(
            posting=posting,
            reason=floor.plant.reason("RV-ORDER"),
            actor=floor.plant.person("petra"),
            now=timezone.now(),
            note="The packs were made on line 2",
        )
    else:
        request = ReversalRequest.objects.filter(posting__order_id=order.pk).order_by("id")[0]
    if request.reversal_id is None:
        signed = ticket("noor", reversal_content(request), timezone.now())
        reverse_posting(request=request, ticket=signed, now=timezone.now())
    order = WorkOrder.objects.get(site=floor.plant.site, number="WO-2004")
    waiting = last_posting(order, "20")
    if waiting is not None and not ReversalRequest.objects.filter(posting__order_id=order.pk).exists():
        request_reversal(
            posting=waiting,
            reason=floor.plant.reason("RV-COUNT"),
            actor=floor.plant.person("mara"),
            now=timezone.now(),
            note="Two trays were counted twice",
        )


def plan_ahead(floor: Floor, now: datetime) -> None:
    """Orders that are planned only. The last of them is made last of all, so it tells that the story is whole."""
    for number, item, quantity, days in (*tablets.PLANNED, *bottles.PLANNED, *monitors.PLANNED):
        floor.order(number, item, quantity, now - timedelta(hours=20), due_at=now + timedelta(days=days))
