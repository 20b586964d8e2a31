"""What labels say: GS1 fields by scanner, wedge or keyboard, and plain codes."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.queries.scan import read_scan
from traceability.rules.gs1 import Scan, is_sscc, unreadable

GTIN = "09506000134352"
SSCC = "106141412345678908"


@pytest.mark.parametrize(
    "text",
    [
        f"01{GTIN}1726043010AB/1\x1d3750",
        f"]d201{GTIN}1726043010AB/1\x1d3750",
        f"]C101{GTIN}1726043010AB/1<GS>3750\r\n",
        f"\x1d01{GTIN}1726043010AB/1\x1d3750",
        f"(01){GTIN}(17)260430(10)AB/1(37)50",
        f"01{GTIN}1726043010AB/1{{GS}}3750",
    ],
)
def test_a_label_reads_alike_however_the_scanner_gives_it(text):
    scan = read_scan(text)
    assert (scan.gtin, scan.lot, scan.count, scan.expires_on) == (GTIN, "AB/1", 50, date(2026, 4, 30))
    assert (scan.code, scan.faults) == ("", ())


def test_day_00_is_the_last_day_of_the_month():
    assert read_scan(f"01{GTIN}17280200").expires_on == date(2028, 2, 29)
    assert read_scan(f"01{GTIN}17261200").expires_on == date(2026, 12, 31)


def test_every_field_that_the_plant_uses_is_understood():
    scan = read_scan(
        f"01{GTIN}11260102152606301727063020"
        "07" + "21SER-9\x1d" + "30144\x1d" + "3103001250" + "400WO/7\x1d" + "8008260102081500"
    )
    assert scan.faults == ()
    assert (scan.produced_on, scan.best_before, scan.expires_on) == (
        date(2026, 1, 2),
        date(2026, 6, 30),
        date(2027, 6, 30),
    )
    assert (scan.variant, scan.serial, scan.count, scan.order_number) == ("07", "SER-9", 144, "WO/7")
    assert (scan.measure.quantity, scan.measure.unit) == (Decimal("1.250"), "KGM")
    assert scan.produced_at == "260102081500"


@pytest.mark.parametrize(
    ("field", "quantity", "unit"),
    [
        ("3100000007", "7", "KGM"),
        ("3112000750", "7.5", "MTR"),
        ("3142000750", "7.5", "MTK"),
        ("3155000001", "0.00001", "LTR"),
    ],
)
def test_measures_carry_their_decimals_and_unit(field, quantity, unit):
    scan = read_scan(f"01{GTIN}{field}")
    assert (scan.measure.quantity, scan.measure.unit) == (Decimal(quantity), unit)


def test_a_pallet_label_names_sscc_content_and_count():
    scan = read_scan(f"00{SSCC}02{GTIN}3740\x1d10L1")
    assert (scan.sscc, scan.content_gtin, scan.count, scan.lot) == (SSCC, GTIN, 40, "L1")


def test_fields_that_nobody_uses_are_kept_apart():
    scan = read_scan(f"01{GTIN}10A\x1d240X7")
    assert (scan.lot, [(one.ai, one.value) for one in scan.others]) == ("A", [("240", "X7")])


@pytest.mark.parametrize("text", ["LOT-1", "10ABC", "WO/7", "0109506000134359", "01095", "P-000123", "", "(1)"])
def test_what_is_no_label_is_a_plain_code(text):
    assert read_scan(text) == Scan(text, code=text)


def test_bare_numbers_are_known_by_their_check_digit():
    assert read_scan("9506000134352").gtin == GTIN
    assert read_scan("9506000134353").gtin == ""
    assert read_scan(SSCC).sscc == SSCC
    assert read_scan(SSCC[:-1] + "0").sscc == ""


@pytest.mark.parametrize(
    "text",
    ["]d2010950", f"]d201{GTIN[:-1]}9", "]C100106141412345678900", f"]d201{GTIN}17261399", f"(10)A(10)B(01){GTIN}"],
)
def test_a_broken_label_says_so_with_a_remedy(text):
    (fault,) = read_scan(text).faults
    assert fault.code == "label_unreadable"
    assert fault.sentence
    assert fault.remedy


@given(st.text(max_size=60))
def test_no_text_makes_the_reader_fall_over(text):
    assert isinstance(read_scan(text), Scan)


@given(st.text(alphabet="0123456789()]dC2\x1d<GS>ABab/", max_size=60))
def test_no_near_label_makes_the_reader_fall_over(text):
    assert isinstance(read_scan(text), Scan)


def test_an_sscc_has_eighteen_digits_and_a_check_digit():
    assert is_sscc(SSCC)
    assert not is_sscc(SSCC[:-1])
    assert not is_sscc("x" * 18)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("(01)123", "The label cannot be read. Field (01), the GTIN, has 3 characters; it needs 14."),
        (
            "(99999)",
            "The label cannot be read: it is cut off, or holds a field that is not in the GS1 standard.",
        ),
    ],
)
def test_a_broken_label_is_told_in_the_plants_words(text, sentence):
    (fault,) = unreadable(text, text.strip("(").replace(")", "")).faults
    assert fault.sentence == sentence
    if text == "(01)123":
        assert read_scan(text).faults == (fault,)
