"""The label of a lot: a GS1 DataMatrix where its item has a GTIN, else a DataMatrix of the lot's own code.

Source: GS1 General Specifications 2.1.6; identifiers 01 GTIN, 10 lot, 21 serial, 17 expiry.
"""

import re
from dataclasses import dataclass

import zxingcpp

from masterdata.rules.vocabulary import Tracking
from traceability.models import MaterialLot

#: What GS1 allows in a lot or serial number (its character set 82), and at most 20 of it.
_GS1_TEXT = re.compile(r"[!-\"%-?A-Z_a-z]{1,20}")
_DRAWN = re.compile(r'<svg width="(\d+)" height="(\d+)".*?<path d="([^"]+)"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class LotLabel:
    """`text`: what a scanner reads, with identifiers in brackets. `path`: the dark modules on a field of `side` by `side`."""

    text: str
    is_gs1: bool
    side: int
    path: str


def lot_label(lot: MaterialLot) -> LotLabel:
    """What stands on the label of a lot."""
    text = _gs1_text(lot)
    code = zxingcpp.create_barcode(text or lot.code, zxingcpp.BarcodeFormat.DataMatrix, gs1=bool(text))
    drawn = _DRAWN.search(code.to_svg())
    assert drawn is not None
    return LotLabel(text or lot.code, bool(text), max(int(drawn[1]), int(drawn[2])), drawn[3])


def _gs1_text(lot: MaterialLot) -> str:
    """Empty where the label cannot be GS1: no GTIN, or a lot code that GS1 does not allow (brackets would be misread)."""
    if not lot.item.gtin or not _GS1_TEXT.fullmatch(lot.code) or set(lot.code) & set("()"):
        return ""
    serial = lot.item.tracking == Tracking.SERIAL
    expiry = f"(17){lot.expires_on:%y%m%d}" if lot.expires_on else ""
    return f"(01){lot.item.gtin}{expiry}({'21' if serial else '10'}){lot.code}"
