"""An invented maker of syrup as desk screens meet it: two lines, posted, blocked and planned work, a reversal asked for.

    plant_of_syrup()      # builds everything by the product's own actions, with the clock of now; needs real commits

Look records up by their codes: orders WO-20400 (bulk syrup), WO-20418 (running), WO-20421 (blocked), WO-20425 (planned).
"""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from backflush.actions.post_reports import post_reports
from backflush.actions.receive_report import receive_report
from backflush.actions.request_reversal import request_reversal
from backflush.models import Posting
from backflush.rules.report import Report
from backflush.rules.vocabulary import ReportKind
from masterdata.actions.define_item import define_item
from masterdata.actions.define_operation import define_operation
from masterdata.actions.define_production_line import define_production_line
from masterdata.actions.define_reason import define_reason
from masterdata.models import Item, ProductionLine
from masterdata.rules.bom import AlternateDraft, LineDraft, ScrapDraft
from masterdata.rules.vocabulary import FigureSource
from tests import floor, plant
from tests.changing import change_item
from traceability.actions.set_lot_status import set_lot_status
from traceability.models import MaterialLot, WorkOrder

ITEMS = {
    "FG-ELD-200": ("Elderflower syrup 200 ml", "finished", "C62", 0, "1.90"),
    "SF-SYR-001": ("Syrup, bulk", "intermediate", "KGM", 3, "2.40"),
    "RM-SUG-025": ("Sugar, fine", "raw", "KGM", 3, "0.82"),
    "RM-EXT-310": ("Elderflower extract", "raw", "KGM", 4, "18.50"),
    "PK-BTL-200": ("Bottle, amber, 200 ml", "packaging", "C62", 0, "0.31"),
    "PK-CAP-024": ("Cap, 24 mm, white", "packaging", "C62", 0, "0.06"),
    "PK-CAP-124": ("Cap, 24 mm, grey", "packaging", "C62", 0, "0.07"),
    "PK-LBL-ELD": ("Label, elderflower", "packaging", "C62", 0, "0.04"),
    "PK-SET-024": ("Cap and label set", "packaging", "C62", 0, "0.10"),
    "PK-CTN-012": ("Carton for 12 bottles", "packaging", "C62", 0, "0.55"),
}


def item(code: str) -> Item:
    name, kind, unit, decimals, cost = ITEMS[code]
    found = Item.objects.filter(code=code).first()
    return found or define_item(
        code=code,
        name=name,
        kind=kind,
        stock_unit=unit,
        actor=plant.people().engineer,
        now=plant.NOW,
        decimals=decimals,
        standard_cost=Decimal(cost),
    )


def plant_of_syrup() -> None:
    """Everything, in about two seconds."""
    now = timezone.now()
    plant.people()
    for code in ITEMS:
        item(code)
    _reasons()
    _routes()
    _boms()
    bulk = _bulk_order(now - timedelta(hours=6))
    _running_order(bulk, now)
    _blocked_order(now)
    floor.planned_order(item("FG-ELD-200"), "1200", number="WO-20425", at=now, due_at=now + timedelta(days=2))
    _changes(now)


def _reasons() -> None:
    for code, name, kind, loss, owner in (
        ("SPILL", "Spilled at the filler", "scrap", "avoidable", "Production"),
        ("PURGE", "Purged at the start", "scrap", "structural", "Process engineering"),
        ("WRONG-COUNT", "The count was wrong", "reversal", "", "Production"),
        ("WRONG-ORDER", "Reported to the wrong order", "reversal", "", "Production"),
        ("LEFT-OVER", "Left over", "return", "", "Production"),
    ):
        define_reason(code=code, name=name, kind=kind, loss=loss, owner=owner, actor=plant.people().engineer)


def _routes() -> None:
    filling = define_production_line(site=plant.site(), code="FILL-1", name="Filling line 1", actor="service:tests")
    mixing = define_production_line(site=plant.site(), code="MIX-1", name="Mixing room", actor="service:tests")
    plant.device("MES-1", at_line=filling)
    for code, number, name, where in (
        ("FG-ELD-200", "10", "Fill and cap", filling),
        ("FG-ELD-200", "20", "Pack", filling),
        ("SF-SYR-001", "10", "Mix", mixing),
    ):
        define_operation(item=item(code), number=number, name=name, line=where, actor=plant.people().engineer)
        plant.trigger(item(code), number)
    plant.place("staging", "FILL-1-WIP", serves=filling)
    plant.place("staging", "MIX-1-WIP", serves=mixing)
    for kind in ("store", "finished", "quarantine", "scrap"):
        plant.place(kind)


def _boms() -> None:
    plant.factor(item("RM-EXT-310"), "LTR", "KGM", "1.12")
    plant.approved_bom(
        item("SF-SYR-001"),
        [LineDraft("RM-SUG-025", "0.62"), LineDraft("RM-EXT-310", "0.05", unit="LTR", scrap=ScrapDraft(percent="1"))],
        reason="First bulk recipe.",
    )
    plant.approved_bom(
        item("PK-SET-024"),
        [
            LineDraft(
                "PK-CAP-024",
                "1",
                scrap=ScrapDraft(percent="0.5", source=FigureSource.HISTORY, source_note="Line 1, first half year"),
                strategy="priority",
                alternates=(AlternateDraft("PK-CAP-124", "1"),),
            ),
            LineDraft("PK-LBL-ELD", "1", scrap=ScrapDraft(percent="1")),
        ],
        phantom=True,
    )
    plant.approved_bom(
        item("FG-ELD-200"),
        [
            LineDraft(
                "SF-SYR-001",
                "0.245",
                scrap=ScrapDraft(percent="2", source=FigureSource.STUDY, source_note="Filling study 14"),
                setup=ScrapDraft(quantity="3", source=FigureSource.STUDY),
            ),
            LineDraft("PK-BTL-200", "1", scrap=ScrapDraft(percent="0.4")),
            LineDraft("PK-SET-024", "1"),
            LineDraft("PK-CTN-012", "0.083333333", operation="20"),
        ],
        reason="First bottle.",
    )


def report(order: str, good: str, at: datetime, **fields: Any) -> uuid.UUID:
    """The device reports output; returns the event id. Post with `post_reports()`."""
    event = uuid.uuid4()
    made = Report(
        kind=ReportKind(fields.pop("kind", "operation_complete")),
        order=order,
        operation=fields.pop("operation", "10"),
        occurred_at=at,
        event_id=event,
        good=Decimal(good),
        **fields,
    )
    receive_report(site_id=plant.site().pk, report=made, device=plant.device("MES-1"), now=timezone.now())
    return event


def _bulk_order(at: datetime) -> MaterialLot:
    order = _order("SF-SYR-001", "800", "WO-20400", at)
    _stage(order, "RM-SUG-025", "S-7741", "520", "MIX-1-WIP", at)
    _stage(order, "RM-EXT-310", "E-118", "30", "MIX-1-WIP", at, supplier=plant.supplier(), supplier_lot="NHX-88-2031")
    _stage(order, "RM-EXT-310", "E-121", "25", "MIX-1-WIP", at)
    report("WO-20400", "780", at + timedelta(hours=1))
    post_reports()
    lot = MaterialLot.objects.get(order_id=order.pk)
    return set_lot_status(lot=lot, status="released", actor=plant.people().qa, now=at + timedelta(hours=2))


def _running_order(bulk: MaterialLot, now: datetime) -> None:
    order = _order("FG-ELD-200", "2000", "WO-20418", now - timedelta(hours=3), due_at=now + timedelta(hours=5))
    wip = plant.place("staging", "FILL-1-WIP")
    floor.staged_lot(order, bulk, "500", from_bin=plant.place("finished"), to_bin=wip, at=now - timedelta(hours=3))
    for code, lot, quantity in (
        ("PK-BTL-200", "B-214", "1500"),
        ("PK-CAP-024", "C-0077", "700"),
        ("PK-CAP-124", "C-0101", "1400"),
        ("PK-LBL-ELD", "L-5512", "2100"),
        ("PK-CTN-012", "K-90", "200"),
    ):
        _stage(order, code, lot, quantity, "FILL-1-WIP", now - timedelta(hours=3))
    report("WO-20418", "480", now - timedelta(minutes=55), setup_events=1)
    report("WO-20418", "365", now - timedelta(minutes=30), scrap=((Decimal("12"), "SPILL"),))
    report("WO-20418", "400", now - timedelta(minutes=20), operation="20")
    report("WO-20418", "155", now - timedelta(minutes=8))
    post_reports()
    last = Posting.objects.filter(order_id=order.pk, operation_number="10").order_by("-number")[0]
    request_reversal(
        posting=last,
        reason=plant.reason("WRONG-COUNT", "reversal"),
        actor=plant.people().supervisor,
        now=now - timedelta(minutes=3),
        note="The counter ran while the line was rinsed.",
    )


def _blocked_order(now: datetime) -> None:
    order = _order("FG-ELD-200", "600", "WO-20421", now - timedelta(hours=1))
    _stage(order, "PK-BTL-200", "B-219", "90", "FILL-1-WIP", now - timedelta(hours=1))
    report("WO-20421", "120", now - timedelta(minutes=26))
    report("WO-20999", "10", now - timedelta(minutes=12))
    post_reports()


def _changes(now: datetime) -> None:
    engineer = plant.people().engineer
    change_item(
        item=item("PK-CTN-012"),
        actor=engineer,
        reason="New price list.",
        now=now,
        standard_cost=Decimal("0.58"),
    )
    product = item("FG-ELD-200")
    plant.drafted_bom(product, [LineDraft("SF-SYR-001", "0.245"), LineDraft("PK-BTL-200", "1")], reason="Drop the set.")


def _order(code: str, quantity: str, number: str, at: datetime, **fields: Any) -> WorkOrder:
    lines: dict[str, ProductionLine] | None = None
    return floor.released_order(item(code), quantity, number=number, at=at, lines=lines, **fields)


def _stage(order: WorkOrder, code: str, lot: str, quantity: str, where: str, at: datetime, **fields: Any) -> None:
    made = floor.received_lot(item(code), quantity, code=lot, at=at, **fields)
    floor.staged_lot(order, made, quantity, to_bin=plant.place("staging", where), at=at)
