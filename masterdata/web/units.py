"""The unit table: every unit by dimension, with its exact factor to the dimension's base unit."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from masterdata.models import Unit
from masterdata.pages import lists
from masterdata.pages.access import desk_page
from masterdata.pages.figures import all_digits, fraction
from masterdata.rules.exact import Fraction
from masterdata.rules.vocabulary import Dimension

#: the unit that 1 of each dimension's factors are of
BASE = {"mass": "kg", "volume": "m³", "length": "m", "area": "m²", "count": "pcs", "time": "s"}


@desk_page()
def units(request: HttpRequest) -> HttpResponse:
    """Every unit that fits, by dimension and size."""
    filters = lists.filtered(
        request,
        [
            lists.Filter("q", "Code, name or symbol"),
            lists.Filter("dimension", "Dimension", [(one.value, one.value) for one in Dimension]),
        ],
    )
    asked = lists.values(filters)
    rows = Unit.objects.all()
    if asked["q"]:
        rows = rows.filter(Q(code__iexact=asked["q"]) | Q(name__icontains=asked["q"]) | Q(symbol__icontains=asked["q"]))
    if asked["dimension"]:
        rows = rows.filter(dimension=asked["dimension"])
    listing = lists.Listing(
        name="units",
        rows=rows,
        order="dimension",
        file="units",
        filters=filters,
        empty="No unit fits.",
        empty_hint="Search by code (KGM), symbol (kg) or a part of the name.",
        per_page=200,
        columns=[
            lists.Column("Dimension", lambda row: lists.text(row.dimension), sort="dimension"),
            lists.Column("Code", lambda row: lists.text(row.code, code=True), sort="code"),
            lists.Column("Symbol", lambda row: lists.text(row.symbol), sort="symbol"),
            lists.Column("Name", lambda row: lists.text(row.name), sort="name"),
            lists.Column("1 is exactly", _exactly),
            lists.Column("About", _about),
        ],
        context={
            "title": "Units",
            "intro": "UN/ECE Recommendation 20, packages of Recommendation 21 with the prefix X. Units of one dimension"
            " convert into one another by these fractions; a package holds what its item's factor says.",
            "actions": [{"label": "Unit factors of items", "url": reverse("unit-factors")}],
        },
    )
    return lists.show_list(request, listing)


def _value(row: Unit) -> Fraction:
    return Fraction(int(row.numerator), int(row.denominator))


def _is_package(row: Unit) -> bool:
    return len(row.code) == 3 and row.code.startswith("X")


def _exactly(row: Unit) -> lists.Cell:
    if _is_package(row):
        return lists.text("what the item's factor says", soft=True)
    return lists.text(f"{fraction(_value(row))} {BASE[row.dimension]}")


def _about(row: Unit) -> lists.Cell:
    value = _value(row)
    return lists.text(
        "" if _is_package(row) or value.denominator == 1 else f"{all_digits(value)} {BASE[row.dimension]}"
    )
