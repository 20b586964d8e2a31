"""Labels: what is printed reads back as what it says."""

from datetime import date
from xml.etree import ElementTree

import pytest
import zxingcpp

from tests import floor, plant
from traceability.queries import find_code
from traceability.queries.labels import label_of_lot, lot_barcode
from traceability.queries.scan import read_scan
from traceability.rules.labels import lot_label, sscc_label

GTIN = "09506000134352"


def test_a_label_is_read_as_gtin_lot_and_expiry():
    label = lot_label(gtin=GTIN, lot_code="AB/1", expires_on=date(2027, 6, 30))
    scan = read_scan(label.text)
    assert (scan.gtin, scan.lot, scan.expires_on, scan.faults) == (GTIN, "AB/1", date(2027, 6, 30), ())


def test_a_serial_goes_into_its_own_field():
    scan = read_scan(lot_label(gtin=GTIN, lot_code="SN-9", expires_on=None, serial=True).text)
    assert (scan.serial, scan.lot) == ("SN-9", "")


@pytest.mark.parametrize("code", ["A(1)", "ÄÖ", "x" * 21, "a b"])
def test_a_lot_that_gs1_cannot_say_is_labelled_with_its_code(code):
    label = lot_label(gtin=GTIN, lot_code=code, expires_on=None)
    assert (label.text, label.gs1) == (code, False)


def test_an_sscc_label_reads_back():
    assert read_scan(sscc_label("106141412345678908").text).sscc == "106141412345678908"


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["AB/1", "A(1)", 'quote"<&'])
def test_a_printed_label_is_well_formed_and_opens_its_lot(code):
    lot = floor.received_lot(plant.item("FOIL", unit="KGM", gtin=GTIN), code=code)
    drawn = ElementTree.fromstring(lot_barcode(lot))
    assert drawn.get("viewBox", "").startswith("0 0 ")
    assert drawn.get("aria-label") == f"Label of lot {code}"
    label = label_of_lot(lot)
    printed = zxingcpp.create_barcode(label.text, zxingcpp.BarcodeFormat.DataMatrix, gs1=label.gs1)
    seen = zxingcpp.read_barcode(zxingcpp.write_barcode_to_image(printed, scale=4, add_quiet_zones=True))
    scanned = seen.symbology_identifier + seen.bytes.decode() if label.gs1 else seen.text
    assert [one.key for one in find_code(plant.site(), scanned)] == [lot.pk]
