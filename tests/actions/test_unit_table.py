"""The shipped unit table is right: every factor agrees with an independent library, and legal ones are exact."""

import pint
import pytest

from masterdata.models import Unit
from masterdata.queries import unit_facts
from masterdata.rules.exact import Fraction
from masterdata.rules.units import conversion

pytestmark = pytest.mark.django_db
BASE = {
    "mass": "kilogram",
    "volume": "meter**3",
    "length": "meter",
    "area": "meter**2",
    "count": "count",
    "time": "second",
}
#: How the oracle calls the units of the table. Units that it does not know are checked below, by their definition.
ORACLE = {
    "KGM": "kilogram",
    "GRM": "gram",
    "MGM": "milligram",
    "MC": "microgram",
    "CGM": "centigram",
    "DG": "decigram",
    "DJ": "decagram",
    "HGM": "hectogram",
    "TNE": "tonne",
    "2U": "megagram",
    "KTN": "kilotonne",
    "LBR": "pound",
    "ONZ": "ounce",
    "DRI": "dram",
    "GRN": "grain",
    "APZ": "troy_ounce",
    "DWT": "pennyweight",
    "LBT": "troy_pound",
    "STI": "stone",
    "CWA": "hundredweight",
    "CWI": "long_hundredweight",
    "STN": "short_ton",
    "LTN": "long_ton",
    "CTM": "carat",
    "MTQ": "meter**3",
    "DMQ": "decimeter**3",
    "CMQ": "centimeter**3",
    "MMQ": "millimeter**3",
    "DMA": "decameter**3",
    "LTR": "liter",
    "MLT": "milliliter",
    "4G": "microliter",
    "CLT": "centiliter",
    "DLT": "deciliter",
    "A44": "decaliter",
    "HLT": "hectoliter",
    "K6": "kiloliter",
    "MAL": "megaliter",
    "INQ": "inch**3",
    "FTQ": "foot**3",
    "YDQ": "yard**3",
    "BFT": "board_foot",
    "GLL": "gallon",
    "QT": "quart",
    "QTL": "quart",
    "PT": "pint",
    "PTL": "pint",
    "GIA": "gill",
    "OZA": "fluid_ounce",
    "G21": "cup",
    "G24": "tablespoon",
    "G25": "teaspoon",
    "BLL": "oil_barrel",
    "GLD": "dry_gallon",
    "QTD": "dry_quart",
    "PTD": "dry_pint",
    "G23": "peck",
    "BUA": "bushel",
    "BLD": "dry_barrel",
    "GLI": "imperial_gallon",
    "QTI": "imperial_quart",
    "PTI": "imperial_pint",
    "GII": "imperial_gill",
    "OZI": "imperial_fluid_ounce",
    "L43": "imperial_peck",
    "BUI": "imperial_bushel",
    "MTR": "meter",
    "DMT": "decimeter",
    "CMT": "centimeter",
    "MMT": "millimeter",
    "4H": "micrometer",
    "C45": "nanometer",
    "C52": "picometer",
    "A11": "angstrom",
    "A45": "decameter",
    "HMT": "hectometer",
    "KMT": "kilometer",
    "INH": "inch",
    "FOT": "foot",
    "YRD": "yard",
    "SMI": "mile",
    "NMI": "nautical_mile",
    "77": "thou",
    "MTK": "meter**2",
    "DMK": "decimeter**2",
    "CMK": "centimeter**2",
    "MMK": "millimeter**2",
    "H16": "decameter**2",
    "H18": "hectometer**2",
    "KMK": "kilometer**2",
    "ARE": "are",
    "HAR": "hectare",
    "INK": "inch**2",
    "FTK": "foot**2",
    "YDK": "yard**2",
    "MIK": "mile**2",
    "C62": "count",
    "DZN": "12 count",
    "SEC": "second",
    "C26": "millisecond",
    "B98": "microsecond",
    "C47": "nanosecond",
    "MIN": "minute",
    "HUR": "hour",
    "DAY": "day",
    "WEE": "week",
    "MON": "month",
    "ANN": "year",
}
DEFINED = {
    "DTN": ("KGM", 100),
    "M86": ("GRM", 500),
    "AK": ("FOT", 6),
    "M7": ("INH", Fraction(1, 10**6)),
    "DAD": ("DAY", 10),
    "H87": ("C62", 1),
    "EA": ("C62", 1),
    "NAR": ("C62", 1),
    "NPT": ("C62", 1),
    "PR": ("C62", 2),
    "NPR": ("C62", 2),
    "DPC": ("C62", 12),
    "DPR": ("PR", 12),
    "SCO": ("C62", 20),
    "TPR": ("PR", 10),
    "CEN": ("C62", 100),
    "HC": ("C62", 100),
    "GRO": ("DZN", 12),
    "GGR": ("GRO", 12),
    "MIL": ("C62", 1000),
    "T3": ("C62", 1000),
    "MIO": ("C62", 10**6),
    "MLD": ("C62", 10**9),
}


def test_every_unit_of_the_table_is_checked_here():
    ordinary = {code for code, fact in unit_facts().items() if not fact.is_package}
    assert ordinary == set(ORACLE) | set(DEFINED)


def test_factors_agree_with_an_independent_library():
    registry = pint.UnitRegistry(non_int_type=Fraction)
    facts = unit_facts()
    wrong = {}
    for code, name in ORACLE.items():
        theirs = Fraction(registry(name).to(BASE[facts[code].dimension]).magnitude)
        # the library writes some customary units rounded to a few digits; ours are exact
        if abs(facts[code].factor / theirs - 1) > Fraction(1, 10**9):
            wrong[code] = (facts[code].factor, theirs)
    assert wrong == {}


@pytest.mark.parametrize("code", sorted(DEFINED))
def test_a_unit_is_what_its_definition_says(code):
    other, times = DEFINED[code]
    assert conversion(code, other, unit_facts(), []).factor == times


@pytest.mark.parametrize(
    ("code", "other", "numerator", "denominator"),
    [
        ("LBR", "KGM", 45359237, 100000000),
        ("INH", "MTR", 254, 10000),
        ("GLL", "LTR", 3785411784, 10**9),
        ("GLI", "LTR", 454609, 100000),
        ("OZA", "MLT", 295735295625, 10**10),
        ("APZ", "GRM", 311034768, 10**7),
    ],
)
def test_legal_definitions_are_exact(code, other, numerator, denominator):
    assert conversion(code, other, unit_facts(), []).factor == Fraction(numerator, denominator)


def test_packages_are_there_and_hold_nothing_by_themselves():
    packages = {code for code, fact in unit_facts().items() if fact.is_package}
    assert {"XBX", "XCS", "XCT", "XPX", "XDR", "XBG"} <= packages
    assert all(conversion(code, "C62", unit_facts(), []) is None for code in packages)


def test_the_table_came_with_history_rows():
    assert Unit.history.filter(history_change_reason="shipped with the product").count() == Unit.objects.count()
