"""Labels as SVG: a DataMatrix for lots, a GS1-128 for cases and pallets."""

import re

import zxingcpp

from masterdata.rules.vocabulary import Tracking
from traceability.models import HandlingUnit, MaterialLot
from traceability.rules.labels import LabelText, lot_label, sscc_label

_SIZE = re.compile(r'<svg width="(\d+)" height="(\d+)"')


def label_of_lot(lot: MaterialLot) -> LabelText:
    """What the lot's label says."""
    return lot_label(
        gtin=lot.item.gtin,
        lot_code=lot.code,
        expires_on=lot.expires_on,
        serial=lot.item.tracking == Tracking.SERIAL,
    )


def lot_barcode(lot: MaterialLot) -> str:
    """The lot's DataMatrix as an SVG element that scales with its box."""
    return _svg(label_of_lot(lot), zxingcpp.BarcodeFormat.DataMatrix, f"Label of lot {lot.code}")


def sscc_barcode(unit: HandlingUnit) -> str:
    """The handling unit's GS1-128 as an SVG element."""
    return _svg(sscc_label(unit.sscc), zxingcpp.BarcodeFormat.Code128, f"Label of {unit.kind} {unit.sscc}")


def _svg(label: LabelText, symbology: zxingcpp.BarcodeFormat, title: str) -> str:
    barcode = zxingcpp.create_barcode(label.text, symbology, gs1=label.gs1)
    drawn = zxingcpp.write_barcode_to_svg(barcode, add_quiet_zones=True)
    element = drawn[drawn.index("<svg") :]
    size = _SIZE.match(element)
    assert size is not None  # the writer always says its size
    named = title.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return (
        f'<svg role="img" aria-label="{named}" viewBox="0 0 {size[1]} {size[2]}" class="barcode"'
        + element[size.end() :]
    )
