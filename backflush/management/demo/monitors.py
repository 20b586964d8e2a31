"""The handheld monitor: a serialized board scanned into each, an optics module made in the house, screws from a supermarket."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from backflush.management.demo.floor import Floor
from backflush.management.demo.plant import ItemRow, OperationRow, Plant, define_items, define_route
from backflush.management.demo.runs import Delivery, Run, Shift, deliver, play
from backflush.management.demo.signing import approved_bom, approved_trigger
from masterdata.rules.bom import LineDraft, ScrapDraft
from masterdata.rules.vocabulary import FigureSource, PostingMethod
from traceability.actions.fill_supermarket import fill_supermarket
from traceability.models import StockBalance

PRODUCT = "MON-HM1"
MODULE = "OPTO-HM"
BOARDS = 40

ITEMS: tuple[ItemRow, ...] = (
    (PRODUCT, "Handheld monitor HM-1", "finished", "C62", 0, "51.40", {}),
    (MODULE, "Optics module for HM-1", "intermediate", "C62", 0, "6.30", {}),
    (
        "BOARD-HM",
        "Main board HM-1, serialized",
        "raw",
        "C62",
        0,
        "38.50",
        {"tracking": "serial", "safety_critical": True},
    ),
    ("HOUSING-HM", "Housing, two halves", "raw", "C62", 0, "4.20", {}),
    ("SCREW-M2", "Screw M2 × 5, black", "consumable", "C62", 0, "0.02", {"supermarket": True}),
    ("LENS-12", "Lens 12 mm", "raw", "C62", 0, "3.10", {}),
    ("LED-IR", "LED, infrared", "raw", "C62", 0, "0.85", {}),
    ("CLIP-OPTO", "Module clip", "raw", "C62", 0, "1.20", {}),
    ("ADHESIVE-UV", "UV adhesive", "raw", "GRM", 2, "0.09", {"shelf_life_days": 200}),
    ("BOX-HM", "Gift box with guide", "packaging", "C62", 0, "1.05", {}),
)

ROUTE: tuple[OperationRow, ...] = (
    ("10", "Fit board and optics", "ASSY", {}),
    ("20", "Close, test and box", "ASSY", {}),
)
MODULE_ROUTE: tuple[OperationRow, ...] = (("10", "Build optics module", "OPTO", {}),)


def lines() -> Sequence[LineDraft]:
    """The BOM of one monitor."""
    return (
        LineDraft("BOARD-HM", "1", operation="10", method=PostingMethod.SCAN),
        LineDraft(MODULE, "1", operation="10"),
        LineDraft("SCREW-M2", "2", operation="10"),
        LineDraft("HOUSING-HM", "1", operation="20"),
        LineDraft("SCREW-M2", "4", operation="20"),
        LineDraft("BOX-HM", "1", operation="20"),
    )


def module_lines() -> Sequence[LineDraft]:
    """The BOM of one optics module."""
    history: dict[str, Any] = {"source": FigureSource.HISTORY, "source_note": "Yield of the bench over a quarter"}
    return (
        LineDraft("LENS-12", "1", scrap=ScrapDraft(percent="2", **history)),
        LineDraft("LED-IR", "2"),
        LineDraft("CLIP-OPTO", "1"),
        LineDraft("SCREW-M2", "2"),
        LineDraft("ADHESIVE-UV", "0.35", setup=ScrapDraft(quantity="5", **history)),
    )


def master(plant: Plant, now: datetime) -> None:
    """Items, routes, BOMs and trigger definitions of the monitor and its module."""
    at = now - timedelta(days=60)
    define_items(plant, ITEMS, at)
    define_route(plant, PRODUCT, ROUTE)
    define_route(plant, MODULE, MODULE_ROUTE)
    approved_bom(plant, MODULE, 1, module_lines(), at, reason="First version")
    approved_bom(plant, PRODUCT, 1, lines(), at, reason="First version")
    approved_trigger(plant, MODULE, "10", ["OPTO-MES"], at, order_tolerance="5")
    approved_trigger(plant, PRODUCT, "10", ["ASSY-MES"], at)
    approved_trigger(plant, PRODUCT, "20", ["ASSY-MES"], at)


DELIVERIES = (
    Delivery(MODULE, "S-KRISTALL", "24", ((48, 0, "6.90"),)),
    Delivery("HOUSING-HM", "S-FUNKWERK", "150", ((48, 0, "4.20"), (15, 0, "4.35"))),
    Delivery("SCREW-M2", "S-FUNKWERK", "5000", ((48, 0, "0.02"), (20, 0, "0.02"))),
    Delivery("LENS-12", "S-KRISTALL", "200", ((48, 0, "3.10"), (15, 0, "3.25"))),
    Delivery("LED-IR", "S-FUNKWERK", "400", ((48, 0, "0.85"), (15, 0, "0.85"))),
    Delivery("CLIP-OPTO", "S-FUNKWERK", "250", ((48, 0, "1.20"), (15, 0, "1.20"))),
    Delivery("ADHESIVE-UV", "S-NORDQUELL", "150", ((48, 200, "0.09"), (9, 200, "0.09"))),
    Delivery("BOX-HM", "S-PAPYRA", "150", ((48, 0, "1.05"), (15, 0, "1.05"))),
)

RUNS = (
    Run("WO-3501", MODULE, "60", 24 * 20, (Shift("10", ("30", "29"), {1: (("1", "SC-HANDLING"),)}),), closed=True),
    Run("WO-3001", PRODUCT, "8", 24 * 30, (Shift("10", ("4", "4")), Shift("20", ("8",))), closed=True),
    Run(
        "WO-3002",
        PRODUCT,
        "10",
        24 * 10,
        (Shift("10", ("5", "5")), Shift("20", ("5", "4"), {1: (("1", "SC-HANDLING"),)})),
        closed=True,
    ),
    Run("WO-3502", MODULE, "80", 6, (Shift("10", ("20", "15"), {1: (("1", "SC-START"),)}),)),
)
PLANNED = (("WO-3004", PRODUCT, "24", 2), ("WO-3005", PRODUCT, "16", 4), ("WO-3503", MODULE, "60", 3))


def story(floor: Floor, now: datetime) -> None:
    """Deliveries, boards one by one, filled supermarket, orders in every state."""
    deliver(floor, DELIVERIES, now)
    for number in range(1, BOARDS + 1):
        floor.receive(
            "BOARD-HM",
            f"HM1-26-{number:05d}",
            "1",
            now - timedelta(days=47 if number <= 20 else 11),
            place="ELEC-01",
            supplier="S-FUNKWERK",
            unit_cost=Decimal("38.50" if number <= 20 else "39.10"),
        )
    fill_fasteners(floor, now - timedelta(days=46), Decimal("3000"))
    for run in RUNS:
        play(floor, run, now)


def fill_fasteners(floor: Floor, at: datetime, quantity: Decimal) -> None:
    """Fill the supermarket up with `quantity` screws, where it holds fewer than that."""
    screw, target = floor.plant.item("SCREW-M2"), floor.plant.bin("M-FAST")
    there = sum(
        StockBalance.objects.filter(item_id=screw.pk, bin_id=target.pk).values_list("quantity", flat=True), Decimal(0)
    )
    if there >= quantity:
        return
    for lot, place, held in floor.on_shelf(screw.pk, at)[:1]:
        fill_supermarket(
            lot=lot,
            from_bin=place,
            to_bin=target,
            quantity=min(held, quantity),
            actor=floor.picker(),
            now=at,
        )
