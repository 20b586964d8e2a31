"""Fictazol tablets in blisters: weighed by potency, coated by volume and stocked by mass, packed under controlled labels."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from backflush.management.demo.floor import Floor
from backflush.management.demo.plant import ItemRow, OperationRow, Plant, define_items, define_route
from backflush.management.demo.runs import Delivery, Run, Shift, deliver, play
from backflush.management.demo.signing import (
    approved_bom,
    approved_factor,
    approved_label,
    approved_trigger,
    proposed_bom,
)
from masterdata.rules.bom import AlternateDraft, LineDraft, ScrapDraft, StepDraft
from masterdata.rules.vocabulary import (
    AlternateStrategy,
    Convention,
    FigureSource,
    HandlingUnitKind,
    Per,
    PostingMethod,
)

PRODUCT = "FICT-40-30"

ITEMS: tuple[ItemRow, ...] = (
    (PRODUCT, "Fictazol 40 mg film-coated tablets, 30", "finished", "C62", 0, "1.31", {"shelf_life_days": 1095}),
    (
        "API-FICT",
        "Fictazol drug substance",
        "raw",
        "KGM",
        4,
        "850",
        {"potency_controlled": True, "label_potency": Decimal("0.99"), "high_value": True},
    ),
    ("LACT", "Lactose monohydrate 200 M", "raw", "KGM", 3, "3.20", {}),
    ("LACT-SD", "Lactose, spray-dried", "raw", "KGM", 3, "4.10", {}),
    ("MCC", "Microcrystalline cellulose 102", "raw", "KGM", 3, "6.50", {}),
    ("MGST", "Magnesium stearate", "raw", "KGM", 4, "14", {}),
    ("COATF", "Film coat suspension, blue", "raw", "KGM", 3, "22", {"shelf_life_days": 180}),
    ("FOIL-PVC", "Forming film PVC/PVDC 250 µm, 340 g/m²", "packaging", "KGM", 3, "5.80", {}),
    ("FOIL-ALU", "Lidding foil aluminium 20 µm, 130 mm", "packaging", "MTR", 2, "0.42", {}),
    ("LEAFLET-FICT", "Patient leaflet, Fictazol", "packaging", "C62", 0, "0.018", {}),
    ("CARTON-SET", "Carton with seals (packed as a set)", "packaging", "C62", 0, "0.063", {}),
    ("CARTON-30", "Folding carton, 3 blisters", "packaging", "C62", 0, "0.055", {}),
    ("SEAL-CTN", "Tamper seal", "packaging", "C62", 0, "0.004", {}),
    ("LABEL-FICT", "Carton label, Fictazol", "packaging", "C62", 0, "0.012", {"label_controlled": True}),
    ("SHIPPER-250", "Shipper case for 250 packs", "packaging", "C62", 0, "0.85", {}),
    ("WIPES", "Cleaning wipes, line set", "consumable", "C62", 0, "1.10", {}),
    ("RETAIN-BAG", "Retained sample bag", "consumable", "C62", 0, "0.22", {}),
)

ROUTE: tuple[OperationRow, ...] = (
    ("10", "Dispense", "DISP", {"count_point": False}),
    ("20", "Granulate and compress", "PRESS", {}),
    ("30", "Film-coat", "COAT", {}),
    ("40", "Blister and pack", "BL1", {"requires_clearance": True, "packs": True}),
)


def lines(*, lactose_scrap: str, pvc_setup: str, alu_setup: str) -> Sequence[LineDraft]:
    """The BOM per 1,000 packs, with the figures that changed from version to version."""
    study: dict[str, Any] = {
        "source": FigureSource.STUDY,
        "source_note": "Weighing study of 12 batches, protocol demo-7",
    }
    return (
        LineDraft("API-FICT", "1.2", operation="10", method=PostingMethod.SCAN, tolerance="1"),
        LineDraft(
            "LACT",
            "2.4",
            operation="20",
            scrap=ScrapDraft(percent=lactose_scrap, **study),
            strategy=AlternateStrategy.PRIORITY,
            alternates=(AlternateDraft("LACT-SD"),),
        ),
        LineDraft(
            "MCC", "0.75", operation="20", scrap=ScrapDraft(percent="1.2", convention=Convention.DIVIDE, **study)
        ),
        LineDraft("MGST", "0.045", operation="20"),
        LineDraft(
            "COATF",
            "1.8",
            unit="LTR",
            operation="30",
            setup=ScrapDraft(quantity="0.25", source=FigureSource.HISTORY, source_note="Priming of the spray lance"),
        ),
        LineDraft(
            "FOIL-PVC",
            "31.2",
            unit="MTK",
            operation="40",
            scrap=ScrapDraft(percent="0.8", source=FigureSource.PILOT, source_note="Pilot on line 1"),
            setup=ScrapDraft(quantity=pvc_setup, source=FigureSource.PILOT, source_note="Threading and first sealing"),
        ),
        LineDraft(
            "FOIL-ALU",
            "130",
            operation="40",
            scrap=ScrapDraft(percent="0.8", source=FigureSource.PILOT, source_note="Pilot on line 1"),
            setup=ScrapDraft(quantity=alu_setup, source=FigureSource.PILOT, source_note="Threading and first sealing"),
        ),
        LineDraft(
            "LEAFLET-FICT",
            "1000",
            operation="40",
            scrap=ScrapDraft(percent="0.5", source=FigureSource.SUPPLIER, source_note="Folding faults as agreed"),
        ),
        LineDraft("CARTON-SET", "1000", operation="40"),
        LineDraft("LABEL-FICT", "1000", operation="40"),
        LineDraft("SHIPPER-250", "1", operation="40", per=Per.HANDLING_UNIT, handling_unit_kind=HandlingUnitKind.CASE),
        LineDraft("WIPES", "4", operation="40", per=Per.ORDER),
        LineDraft(
            "RETAIN-BAG",
            operation="40",
            per=Per.STEPS,
            steps=(StepDraft("0", "10"), StepDraft("2000", "20"), StepDraft("5000", "32")),
        ),
    )


def master(plant: Plant, now: datetime) -> None:
    """Items, route, factors, label, BOM versions 1 and 2 in force, version 3 waiting for a signature."""
    at = now - timedelta(days=60)
    define_items(plant, ITEMS, at)
    define_route(plant, PRODUCT, ROUTE)
    approved_factor(
        plant,
        "COATF",
        "LTR",
        "KGM",
        "1.06",
        at,
        reference_temperature=Decimal("20"),
        temperature_coefficient=Decimal("0.0006"),
    )
    approved_factor(plant, "FOIL-PVC", "MTK", "KGM", "0.34", at)
    approved_label(plant, "LABEL-FICT", 1, "ART-FICT-0007", at)
    carton = (LineDraft("CARTON-30", "1"), LineDraft("SEAL-CTN", "2"))
    approved_bom(plant, "CARTON-SET", 1, carton, at, phantom=True)
    first = lines(lactose_scrap="1.5", pvc_setup="3", alu_setup="12")
    approved_bom(
        plant, PRODUCT, 1, first, at, base_quantity="1000", reason="First version, from the validation batches"
    )
    for operation, devices in (
        ("10", ["DISP-SCALE"]),
        ("20", ["PRESS-PLC"]),
        ("30", ["COAT-PLC"]),
        ("40", ["BL1-COUNTER", "BL2-COUNTER"]),
    ):
        approved_trigger(plant, PRODUCT, operation, devices, at, order_tolerance="2", avoidable_limit_percent="1")
    approved_bom(
        plant,
        PRODUCT,
        2,
        lines(lactose_scrap="1.8", pvc_setup="4", alu_setup="15"),
        now - timedelta(days=21),
        base_quantity="1000",
        reason="Setup losses of line 2 seen over ten batches; lactose study repeated",
    )
    proposed_bom(
        plant,
        PRODUCT,
        3,
        lines(lactose_scrap="1.8", pvc_setup="5.5", alu_setup="18"),
        now - timedelta(hours=20),
        base_quantity="1000",
        reason="Wider forming film from the second supplier takes longer to thread",
    )


DELIVERIES = (
    Delivery(
        "API-FICT",
        "S-NORDQUELL",
        "8.5",
        ((55, 700, "850"), (41, 700, "850"), (27, 700, "872"), (12, 700, "872"), (3, 700, "861")),
        {
            0: {"potency": Decimal("0.988")},
            1: {"potency": Decimal("0.995")},
            2: {"potency": Decimal("0.982")},
            3: {"potency": Decimal("0.991")},
            4: {"potency": Decimal("0.986")},
        },
    ),
    Delivery("LACT", "S-ULMENAU", "25", ((56, 380, "3.20"), (40, 410, "3.20"), (22, 400, "3.45"), (9, 395, "3.45"))),
    Delivery("LACT-SD", "S-ULMENAU", "25", ((30, 500, "4.10"), (8, 500, "4.10"))),
    Delivery("MCC", "S-ULMENAU", "15", ((54, 720, "6.50"), (33, 720, "6.50"), (10, 720, "6.30"))),
    Delivery("MGST", "S-ULMENAU", "1.5", ((54, 365, "14"), (20, 365, "14.40"), (6, 365, "14.40"))),
    Delivery(
        "COATF",
        "S-NORDQUELL",
        "16",
        ((52, 180, "22"), (36, 180, "22"), (20, 180, "23.10"), (7, 180, "23.10")),
        {2: {"density": Decimal("1.081"), "density_temperature": Decimal("20")}},
    ),
    Delivery(
        "FOIL-PVC", "S-SILBERFOLIE", "95", ((54, 900, "5.80"), (34, 900, "5.80"), (18, 900, "6.05"), (5, 900, "6.05"))
    ),
    Delivery(
        "FOIL-ALU", "S-SILBERFOLIE", "1200", ((54, 900, "0.42"), (34, 900, "0.42"), (18, 900, "0.44"), (5, 900, "0.44"))
    ),
    Delivery("LEAFLET-FICT", "S-PAPYRA", "9000", ((54, 0, "0.018"), (30, 0, "0.018"), (14, 0, "0.019"))),
    Delivery("CARTON-30", "S-PAPYRA", "9000", ((54, 0, "0.055"), (30, 0, "0.055"), (14, 0, "0.056"))),
    Delivery("SEAL-CTN", "S-PAPYRA", "20000", ((54, 0, "0.004"), (28, 0, "0.004"), (9, 0, "0.004"))),
    Delivery("LABEL-FICT", "S-PAPYRA", "9000", ((54, 0, "0.012"), (30, 0, "0.012"), (14, 0, "0.013"))),
    Delivery("SHIPPER-250", "S-PAPYRA", "120", ((54, 0, "0.85"), (9, 0, "0.85"))),
    Delivery("WIPES", "S-PAPYRA", "120", ((54, 700, "1.10"), (10, 700, "1.10"))),
    Delivery("RETAIN-BAG", "S-PAPYRA", "400", ((54, 0, "0.22"), (10, 0, "0.22"))),
)


def _whole(packs: str) -> tuple[Shift, ...]:
    """Dispensing, pressing and coating of a batch without loss."""
    return (Shift("10", (packs,)), Shift("20", (packs,)), Shift("30", (packs,)))


RUNS = (
    Run(
        "WO-1001",
        PRODUCT,
        "2000",
        24 * 44,
        (*_whole("2000"), Shift("40", ("700", "680", "600"), {1: (("12", "SC-START"),), 2: (("8", "SC-SAMPLE"),)})),
        {"40": "BL1"},
        closed=True,
    ),
    Run(
        "WO-1002",
        PRODUCT,
        "2400",
        24 * 36,
        (*_whole("2400"), Shift("40", ("800", "760", "762"), {1: (("46", "SC-JAM"),), 2: (("32", "SC-JAM"),)}, {1: 1})),
        {"40": "BL2"},
        closed=True,
    ),
    Run(
        "WO-1003",
        PRODUCT,
        "1800",
        24 * 28,
        (
            Shift("10", ("1800",)),
            Shift("20", ("1800",)),
            Shift("30", ("1780",), {0: (("20", "SC-HANDLING"),)}),
            Shift("40", ("900", "868"), {1: (("12", "SC-START"),)}),
        ),
        {"40": "BL1"},
        closed=True,
    ),
    Run(
        "WO-1004",
        PRODUCT,
        "2400",
        24 * 18,
        (*_whole("2400"), Shift("40", ("800", "790", "778"), {2: (("32", "SC-MISPRINT"),)}, {2: 2})),
        {"40": "BL2"},
        closed=True,
    ),
    Run(
        "WO-1005",
        PRODUCT,
        "2000",
        24 * 9,
        (*_whole("2000"), Shift("40", ("1000", "992"), {1: (("8", "SC-START"),)})),
        {"40": "BL1"},
        closed=True,
    ),
    Run(
        "WO-1006",
        PRODUCT,
        "2400",
        20,
        (*_whole("2400"), Shift("40", ("600", "590", "580", "470"), {2: (("14", "SC-JAM"),)})),
        {"40": "BL1"},
    ),
    Run(
        "WO-1007",
        PRODUCT,
        "2000",
        12,
        (*_whole("2000"), Shift("40", ("400", "380"), {1: (("9", "SC-START"),)})),
        {"40": "BL2"},
    ),
    Run("WO-1008", PRODUCT, "1600", 4, (Shift("10", ("1600",)),), {"40": "BL1"}),
    Run("WO-1009", PRODUCT, "2000", 2, (), {"40": "BL2"}, stages_next=("10",)),
)
PLANNED = (("WO-1010", PRODUCT, "2400", 3), ("WO-1011", PRODUCT, "1800", 5))


def story(floor: Floor, now: datetime) -> None:
    """Deliveries, orders in every state, one lot in quarantine, one that expired on the shelf."""
    deliver(floor, DELIVERIES, now)
    floor.receive(
        "LACT",
        "LACT-OLD",
        "12",
        now - timedelta(days=90),
        place="RAW-01",
        supplier="S-ULMENAU",
        days=84,
        unit_cost=Decimal("3.05"),
    )
    floor.receive(
        "API-FICT",
        "API-FICT-Q01",
        "4.25",
        now - timedelta(hours=30),
        place="QUAR-01",
        supplier="S-NORDQUELL",
        days=700,
        released=False,
        potency=Decimal("0.979"),
    )
    for run in RUNS:
        play(floor, run, now)
