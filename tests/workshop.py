"""An invented plant as tablets meet it: dispensing by potency, a packing line to clear, monitors built from serials.

    workshop()      # by the product's own actions, with the clock of now; needs real commits

Orders: WO-7001 (dispense granulate), WO-7010 (pack; line not clear, another order's lot still at it), WO-7012 (pack, half
made, runs out soon), WO-7020 (build monitors), WO-7030 (labels at a line of their own: nothing staged).
"""

import uuid
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from backflush.actions.post_reports import post_reports
from backflush.actions.receive_report import receive_report
from backflush.rules.report import Report
from backflush.rules.vocabulary import ReportKind
from masterdata.actions.define_bin import define_bin
from masterdata.actions.define_item import define_item
from masterdata.actions.define_production_line import define_production_line
from masterdata.models import Bin, Item, ProductionLine
from masterdata.rules.bom import LineDraft
from masterdata.rules.vocabulary import PostingMethod
from tests import floor, plant

ITEMS = {
    "SF-GRA-01": ("Granulate Alvenol 20 %", "intermediate", "KGM", 3, {}),
    "RM-ALV-01": ("Alvenol, milled", "raw", "KGM", 4, {"potency_controlled": True, "label_potency": Decimal(1)}),
    "RM-LAC-10": ("Lactose, fine", "raw", "KGM", 3, {}),
    "FG-ALV-30": ("Alvenol 20 mg, 30 tablets", "finished", "C62", 0, {}),
    "FG-ALV-90": ("Alvenol 20 mg, 90 tablets", "finished", "C62", 0, {}),
    "PK-FOI-62": ("Blister foil, 62 mm", "packaging", "KGM", 3, {"gtin": "09501101530003"}),
    "PK-BOX-30": ("Folding box, 30 tablets", "packaging", "C62", 0, {}),
    "PK-LEA-01": ("Leaflet Alvenol", "packaging", "C62", 0, {}),
    "FG-MON-05": ("Bedside monitor M5", "finished", "C62", 0, {}),
    "PT-PCB-05": ("Main board M5", "raw", "C62", 0, {"tracking": "serial"}),
    "PT-SEN-02": ("Pulse sensor", "raw", "C62", 0, {"tracking": "serial"}),
    "PT-SCR-M3": ("Screw M3 × 8", "consumable", "C62", 0, {"supermarket": True}),
}
LINES = (("DISP", "Dispensary"), ("PACK-1", "Packing line 1"), ("ASSY", "Monitor assembly"), ("LABEL", "Labelling"))
STORES = (("A-01-2", 10), ("A-07-1", 20), ("B-12-3", 30))


def item(code: str) -> Item:
    return Item.objects.get(code=code)


def line(code: str) -> ProductionLine:
    return ProductionLine.objects.get(code=code)


def bin_(code: str) -> Bin:
    return Bin.objects.get(code=code)


def workshop() -> None:
    """Everything, in about three seconds."""
    now = timezone.now() - timedelta(hours=4)
    plant.people()
    for code, (name, kind, unit, decimals, fields) in ITEMS.items():
        define_item(
            code=code,
            name=name,
            kind=kind,
            stock_unit=unit,
            actor=plant.people().engineer,
            now=plant.NOW,
            decimals=decimals,
            standard_cost=Decimal("1.20"),
            **fields,
        )
    _places()
    _reasons()
    _products()
    _stock(now)
    _orders(now)


def _places() -> None:
    home = plant.site()
    for code, name in LINES:
        made = define_production_line(site=home, code=code, name=name, actor="service:tests")
        plant.place("staging", f"S-{code}", serves=made)
    for code, order in STORES:
        define_bin(site=home, code=code, name="", kind="store", actor="service:tests", walking_order=order)
    plant.place("supermarket", "M-ASSY", serves=line("ASSY"))
    for kind in ("finished", "quarantine", "scrap"):
        plant.place(kind)


def _reasons() -> None:
    for code, kind, loss in (
        ("JAM", "scrap", "avoidable"),
        ("SAMPLE", "scrap", "structural"),
        ("LEFT-OVER", "return", ""),
        ("WRONG-LOT", "return", ""),
    ):
        plant.reason(code, kind, loss=loss)
    plant.supplier("SUP-1")


def _products() -> None:
    scan = PostingMethod.SCAN
    for code, where, flags in (
        ("SF-GRA-01", "DISP", {}),
        ("FG-ALV-30", "PACK-1", {"requires_clearance": True}),
        ("FG-ALV-90", "PACK-1", {}),
        ("FG-MON-05", "ASSY", {}),
    ):
        plant.route(item(code), ("10",), at_line=line(where), **flags)
        plant.trigger(item(code), "10", devices=[], report_limit_percent=Decimal(60))
    plant.approved_bom(
        item("SF-GRA-01"), [LineDraft("RM-ALV-01", "0.2", method=scan, tolerance="1"), LineDraft("RM-LAC-10", "0.8")]
    )
    for code in ("FG-ALV-30", "FG-ALV-90"):
        plant.approved_bom(
            item(code), [LineDraft("PK-FOI-62", "0.0125"), LineDraft("PK-BOX-30", "1"), LineDraft("PK-LEA-01", "1")]
        )
    plant.approved_bom(
        item("FG-MON-05"),
        [
            LineDraft("PT-PCB-05", "1", method=scan),
            LineDraft("PT-SEN-02", "2", method=scan),
            LineDraft("PT-SCR-M3", "6"),
        ],
    )


def _stock(now) -> None:
    day = timezone.localdate()
    for code, lot, quantity, place, fields in (
        ("RM-ALV-01", "A-31", "7", "A-01-2", {"potency": Decimal("0.984"), "expires_on": day + timedelta(days=90)}),
        ("RM-LAC-10", "L-880", "90", "A-01-2", {"expires_on": day + timedelta(days=400)}),
        ("PK-FOI-62", "F-4471", "18", "A-07-1", {"expires_on": day + timedelta(days=200)}),
        ("PK-FOI-62", "F-4490", "60", "B-12-3", {"expires_on": day + timedelta(days=500)}),
        ("PK-BOX-30", "X-101", "4000", "B-12-3", {}),
        ("PK-LEA-01", "E-77", "9000", "A-07-1", {}),
        ("PT-SCR-M3", "C-5", "500", "A-07-1", {}),
    ):
        floor.received_lot(item(code), quantity, code=lot, place=bin_(place), at=now, **fields)
    floor.received_lot(item("PK-BOX-30"), "500", code="X-099", place=bin_("A-07-1"), at=now, released=False)
    for number in range(1, 5):
        floor.received_lot(item("PT-PCB-05"), "1", code=f"PCB-{number:04d}", place=bin_("A-07-1"), at=now)
    for number in range(1, 7):
        floor.received_lot(item("PT-SEN-02"), "1", code=f"SEN-{number:04d}", place=bin_("A-07-1"), at=now)


def stage(order, code: str, quantity: str, place: str, target: str, at) -> None:
    from traceability.models import MaterialLot

    lot = MaterialLot.objects.get(code=code)
    floor.staged_lot(order, lot, quantity, from_bin=bin_(place), to_bin=bin_(target), at=at)


def _orders(now) -> None:
    from traceability.actions.fill_supermarket import fill_supermarket
    from traceability.models import MaterialLot

    soon = timezone.now() + timedelta(hours=3)
    granulate = floor.released_order(item("SF-GRA-01"), "30", number="WO-7001", at=now, due_at=soon)
    stage(granulate, "A-31", "6.5", "A-01-2", "S-DISP", now)
    stage(granulate, "L-880", "30", "A-01-2", "S-DISP", now)
    floor.released_order(item("FG-ALV-30"), "2000", number="WO-7010", at=now, due_at=soon)
    running = floor.released_order(item("FG-ALV-90"), "800", number="WO-7012", at=now, due_at=soon)
    stage(running, "F-4471", "10", "A-07-1", "S-PACK-1", now)
    stage(running, "X-101", "420", "B-12-3", "S-PACK-1", now)
    stage(running, "E-77", "800", "A-07-1", "S-PACK-1", now)
    monitors = floor.released_order(item("FG-MON-05"), "4", number="WO-7020", at=now, due_at=soon)
    for code in ("PCB-0001", "PCB-0002", "SEN-0001", "SEN-0002", "SEN-0003"):
        stage(monitors, code, "1", "A-07-1", "S-ASSY", now)
    fill_supermarket(
        lot=MaterialLot.objects.get(code="C-5"),
        from_bin=bin_("A-07-1"),
        to_bin=bin_("M-ASSY"),
        quantity="300",
        actor=plant.people().operator,
        now=now,
    )
    reported("WO-7012", "390", now + timedelta(hours=1))
    post_reports()


def reported(number: str, good: str, at, **fields) -> uuid.UUID:
    """The operator reported output; `post_reports()` posts it."""
    event = uuid.uuid4()
    made = Report(
        kind=ReportKind.OPERATION_COMPLETE,
        order=number,
        operation="10",
        occurred_at=at,
        event_id=event,
        good=Decimal(good),
        **fields,
    )
    receive_report(site_id=plant.site().pk, report=made, person=plant.people().operator, now=timezone.now())
    return event
