"""What a lot's label says to a scanner: GS1 fields where the lot can be said in them, else the plant's own code."""

import re
from dataclasses import dataclass
from datetime import date

from masterdata.rules.gtin import gtin_is_valid

#: what field (10) may hold, GS1 General Specifications figure 7.11-1, without the brackets that the printed form uses
_LOT = re.compile(r"[A-Za-z0-9!\"%&'*+,\-./:;<=>?_]{1,20}")


@dataclass(frozen=True, slots=True)
class LabelText:
    """`text` for the barcode, and for people to read below it; `gs1`: its identifiers stand in brackets."""

    text: str
    gs1: bool


def lot_label(*, gtin: str, lot_code: str, expires_on: date | None, serial: bool = False) -> LabelText:
    """GTIN, lot or serial, and expiry; a lot without a GTIN, or with characters that GS1 does not know, by its code alone."""
    if not gtin_is_valid(gtin) or not _LOT.fullmatch(lot_code):
        return LabelText(lot_code, gs1=False)
    # the field of variable length comes last, so that no separator is needed
    expiry = f"(17){expires_on:%y%m%d}" if expires_on else ""
    return LabelText(f"(01){gtin}{expiry}({'21' if serial else '10'}){lot_code}", gs1=True)


def sscc_label(sscc: str) -> LabelText:
    """The label of a case or pallet."""
    return LabelText(f"(00){sscc}", gs1=True)
