"""Imaginol syrup in bottles: dosed by volume, half-even rounding, reported losses consume, caps shared, rinse recovered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from backflush.management.demo.floor import Floor
from backflush.management.demo.plant import ItemRow, OperationRow, Plant, define_items, define_route
from backflush.management.demo.runs import Delivery, Run, Shift, deliver, play
from backflush.management.demo.signing import approved_bom, approved_factor, approved_label, approved_trigger
from masterdata.rules.bom import AlternateDraft, LineDraft, OutputDraft, ScrapDraft
from masterdata.rules.vocabulary import AlternateStrategy, FigureSource, OutputBasis
from traceability.actions.fill_supermarket import fill_supermarket
from traceability.models import StockBalance

PRODUCT = "IMAG-150"

ITEMS: tuple[ItemRow, ...] = (
    (PRODUCT, "Imaginol syrup, 150 mL bottle", "finished", "C62", 0, "0.39", {"shelf_life_days": 730}),
    ("SUGAR-PH", "Sucrose, pharmaceutical grade", "raw", "KGM", 3, "1.10", {}),
    ("GLYC", "Glycerol 99 %", "raw", "KGM", 3, "1.90", {}),
    ("FLAVOUR-X", "Flavour, forest berry", "raw", "KGM", 4, "45", {"shelf_life_days": 120}),
    ("WATER-PU", "Purified water", "raw", "LTR", 1, "0.012", {"supermarket": True, "shelf_life_days": 30}),
    ("BOTTLE-150", "Amber bottle 150 mL", "packaging", "C62", 0, "0.16", {}),
    ("CAP-WHITE", "Child-resistant cap, white", "packaging", "C62", 0, "0.050", {}),
    ("CAP-BLUE", "Child-resistant cap, blue", "packaging", "C62", 0, "0.047", {}),
    ("LABEL-IMAG", "Bottle label, Imaginol", "packaging", "C62", 0, "0.020", {"label_controlled": True}),
    ("TRAY-12", "Shrink tray for 12 bottles", "packaging", "C62", 0, "0.35", {"rounding": "up"}),
    ("RINSE-REC", "Recovered rinse, sweet", "intermediate", "LTR", 1, "0.05", {}),
)

ROUTE: tuple[OperationRow, ...] = (
    ("10", "Dissolve and mix", "MIX", {}),
    ("20", "Fill, cap and label", "FILL", {"requires_clearance": True, "packs": True}),
)


def lines() -> Sequence[LineDraft]:
    """The BOM per 1,200 bottles."""
    history: dict[str, Any] = {"source": FigureSource.HISTORY, "source_note": "Mean of the last 20 batches"}
    return (
        LineDraft("SUGAR-PH", "90", operation="10"),
        LineDraft("GLYC", "14.4", unit="LTR", operation="10"),
        LineDraft("FLAVOUR-X", "0.150", operation="10"),
        LineDraft("WATER-PU", "168", operation="10", scrap=ScrapDraft(percent="2", **history)),
        LineDraft("BOTTLE-150", "1200", operation="20", setup=ScrapDraft(quantity="6", **history)),
        LineDraft(
            "CAP-WHITE",
            "1200",
            operation="20",
            strategy=AlternateStrategy.SHARE,
            alternates=(AlternateDraft("CAP-BLUE", percent="40"),),
        ),
        LineDraft("LABEL-IMAG", "1200", operation="20", scrap=ScrapDraft(percent="0.4", **history)),
        LineDraft("TRAY-12", "100", operation="20"),
    )


def master(plant: Plant, now: datetime) -> None:
    """Items, route, density of glycerol, label, BOM and trigger definitions."""
    at = now - timedelta(days=60)
    define_items(plant, ITEMS, at)
    define_route(plant, PRODUCT, ROUTE)
    approved_factor(
        plant,
        "GLYC",
        "LTR",
        "KGM",
        "1.26",
        at,
        reference_temperature=Decimal("20"),
        temperature_coefficient=Decimal("0.0005"),
    )
    approved_label(plant, "LABEL-IMAG", 1, "ART-IMAG-0003", at)
    approved_bom(
        plant,
        PRODUCT,
        1,
        lines(),
        at,
        base_quantity="1200",
        outputs=(OutputDraft("RINSE-REC", "9.6", operation="20"),),
        reason="First version",
    )
    approved_trigger(plant, PRODUCT, "10", ["MIX-PLC"], at, order_tolerance="1")
    approved_trigger(
        plant,
        PRODUCT,
        "20",
        ["FILL-COUNTER"],
        at,
        output_basis=OutputBasis.GOOD_AND_SCRAP,
        order_tolerance="1",
        report_limit_percent="60",
    )


DELIVERIES = (
    Delivery("SUGAR-PH", "S-ULMENAU", "600", ((50, 700, "1.10"), (24, 700, "1.16"), (6, 700, "1.16"))),
    Delivery(
        "GLYC",
        "S-NORDQUELL",
        "120",
        ((50, 500, "1.90"), (22, 500, "1.90"), (5, 500, "1.98")),
        {1: {"density": Decimal("1.254"), "density_temperature": Decimal("20")}},
    ),
    Delivery("FLAVOUR-X", "S-NORDQUELL", "1.5", ((48, 120, "45"), (20, 120, "47.50"), (4, 120, "47.50"))),
    Delivery("BOTTLE-150", "S-GLASHUTTE", "9000", ((50, 0, "0.16"), (21, 0, "0.166"), (5, 0, "0.166"))),
    Delivery("CAP-WHITE", "S-GLASHUTTE", "6000", ((50, 0, "0.050"), (21, 0, "0.050"), (5, 0, "0.052"))),
    Delivery("CAP-BLUE", "S-GLASHUTTE", "5000", ((50, 0, "0.047"), (21, 0, "0.047"), (5, 0, "0.047"))),
    Delivery("LABEL-IMAG", "S-PAPYRA", "9000", ((50, 0, "0.020"), (21, 0, "0.020"), (5, 0, "0.021"))),
    Delivery("TRAY-12", "S-PAPYRA", "900", ((50, 0, "0.35"), (15, 0, "0.35"))),
    Delivery("WATER-PU", "S-WATERWORKS", "2500", ((45, 60, "0.012"), (16, 60, "0.012"), (1, 30, "0.012"))),
)

RUNS = (
    Run(
        "WO-2001",
        PRODUCT,
        "2400",
        24 * 40,
        (Shift("10", ("2400",)), Shift("20", ("800", "790", "780"), {1: (("10", "SC-START"),)})),
        closed=True,
    ),
    Run(
        "WO-2002",
        PRODUCT,
        "3600",
        24 * 26,
        (
            Shift("10", ("1800", "1800")),
            Shift("20", ("1200", "1190", "1150"), {1: (("10", "SC-START"),), 2: (("48", "SC-JAM"),)}, {2: 2}),
        ),
        closed=True,
    ),
    Run(
        "WO-2003",
        PRODUCT,
        "2400",
        24 * 13,
        (Shift("10", ("2400",)), Shift("20", ("1200", "1165"), {1: (("15", "SC-HANDLING"), ("12", "SC-START"))})),
        closed=True,
    ),
    Run(
        "WO-2004",
        PRODUCT,
        "3600",
        14,
        (Shift("10", ("1800", "1800")), Shift("20", ("600", "590", "585"), {2: (("15", "SC-MISPRINT"),)})),
    ),
)
PLANNED = (("WO-2006", PRODUCT, "3600", 2), ("WO-2007", PRODUCT, "2400", 4))


def story(floor: Floor, now: datetime) -> None:
    """Deliveries, a full water loop, orders in several states."""
    deliver(floor, DELIVERIES, now)
    fill_loop(floor, now - timedelta(days=44))
    for run in RUNS:
        play(floor, run, now)


def fill_loop(floor: Floor, at: datetime) -> None:
    """Bring every water lot that lies in the store to the loop, at `at` or when it came."""
    water = floor.plant.item("WATER-PU")
    store = floor.plant.bin("RAW-01")
    for balance in StockBalance.objects.filter(item_id=water.pk, bin_id=store.pk, order_id=0, quantity__gt=0):
        lot = floor.lot(balance.lot_id)
        fill_supermarket(
            lot=lot,
            from_bin=store,
            to_bin=floor.plant.bin("M-WATER"),
            quantity=balance.quantity,
            actor=floor.picker(),
            now=max(at, lot.received_at + timedelta(minutes=30)),
        )
