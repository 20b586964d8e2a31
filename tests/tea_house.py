"""An invented tea packer before its shift: one line, one product, one order that is released and has nothing staged.

    tea_house()      # by the product's own actions, with the clock of now; needs real commits

Order WO-500 wants 300 cartons of mint tea. Lots: M-101 (mint, expires first, dearer than standard), M-102 (mint), X-101
(cartons), X-099 (cartons in quarantine), Y-050 (cartons of another product).
"""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from masterdata.actions.define_bin import define_bin
from masterdata.actions.define_item import define_item
from masterdata.actions.define_production_line import define_production_line
from masterdata.actions.define_reason import define_reason
from masterdata.models import Item
from masterdata.rules.bom import LineDraft, ScrapDraft
from masterdata.rules.vocabulary import FigureSource
from tests import floor, plant

PRODUCT = "FG-TEA-20"
ITEMS = {
    PRODUCT: ("Mint tea, 20 bags", "finished", "C62", 0, "0.50"),
    "RM-MNT-01": ("Mint, cut", "raw", "KGM", 3, "4.20"),
    "PK-CTN-20": ("Carton for 20 bags", "packaging", "C62", 0, "0.09"),
    "PK-CTN-50": ("Carton for 50 bags", "packaging", "C62", 0, "0.14"),
}


def tea_house() -> None:
    """Everything, in about a second."""
    now = timezone.now() - timedelta(hours=1)
    plant.people()
    for code, (name, kind, unit, decimals, cost) in ITEMS.items():
        define_item(
            code=code,
            name=name,
            kind=kind,
            stock_unit=unit,
            actor=plant.people().engineer,
            now=plant.NOW,
            decimals=decimals,
            standard_cost=Decimal(cost),
        )
    _places()
    _product()
    for code, lot, quantity, fields in (
        ("RM-MNT-01", "M-101", "10", {"expires_on": _in_days(90), "unit_cost": Decimal("4.60")}),
        ("RM-MNT-01", "M-102", "25", {"expires_on": _in_days(300)}),
        ("PK-CTN-20", "X-101", "400", {}),
        ("PK-CTN-20", "X-099", "400", {"released": False}),
        ("PK-CTN-50", "Y-050", "400", {}),
    ):
        floor.received_lot(_item(code), quantity, code=lot, at=now, **fields)
    floor.released_order(_item(PRODUCT), "300", number="WO-500", at=now, due_at=now + timedelta(hours=8))


def _item(code: str) -> Item:
    return Item.objects.get(code=code)


def _in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def _places() -> None:
    home = plant.site()
    line = define_production_line(site=home, code="PACK-1", name="Tea packing line 1", actor="service:tests")
    plant.place("staging", "S-PACK-1", serves=line)
    define_bin(site=home, code="STORE-1", name="", kind="store", actor="service:tests", walking_order=10)
    for kind in ("finished", "quarantine"):
        plant.place(kind)
    define_reason(
        code="RV-COUNT", name="Counted wrongly", kind="reversal", owner="Production", actor=plant.people().engineer
    )


def _product() -> None:
    plant.route(_item(PRODUCT), ("10",), at_line=plant.line("PACK-1"))
    plant.trigger(_item(PRODUCT), "10", devices=[])
    dust = ScrapDraft(percent="2", source=FigureSource.STUDY, source_note="Sieving study 3")
    plant.approved_bom(
        _item(PRODUCT), [LineDraft("RM-MNT-01", "0.03", scrap=dust), LineDraft("PK-CTN-20", "1")], reason="First blend."
    )
