"""Import of items and dated BOM lines: every fault with its line, nothing half-loaded, one signature over all of it."""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from masterdata.models import BomLine, BomVersion, Item, Operation, Signature, Supplier, TriggerDefinition
from masterdata.queries import effective_bom, effective_boms, effective_trigger, signature_faults, unit_facts
from masterdata.rules.exact import Fraction
from masterdata.rules.explosion import explode
from tests import plant
from traceability.queries.bom_facts import bom_facts

FILES = {
    "items.csv": """item,name,made_here,finished_good,standard_cost
CART,Hand cart,1,1,40.00
WHEEL,Wheel,1,0,6.00
RIM,Rim,0,0,2.50
SPOKE,Spoke,0,0,0.05
GREASE,Grease,0,0,0.80
""",
    "bom_lines.csv": """assembly,component,quantity,unit,effective_from,effective_to
,CART,1,EA,2020-01-01,
CART,WHEEL,2,EA,2020-01-01,
CART,GREASE,0.5,OZ,2020-01-01,2020-12-31
CART,GREASE,0.25,OZ,2021-01-01,
WHEEL,RIM,1,EA,2020-01-01,
WHEEL,SPOKE,12,EA,2020-01-01,2020-05-31
WHEEL,SPOKE,16,PC,2020-06-01,
""",
    "suppliers.csv": "supplier,name\nRIMCO,Rim Company\n",
}


@pytest.fixture
def folder(tmp_path):
    def write(**changes):
        for name, text in FILES.items():
            (tmp_path / name).write_text(changes.get(name.split(".")[0], text), encoding="utf-8")
        return tmp_path

    plant.people()
    return write


def load(path, **options):
    password = path / "password"
    password.write_text(plant.PASSWORD + "\n", encoding="utf-8")
    given = {"author": "engineer", "approver": "qa", "approver_password_file": password}
    call_command("import_bom_csv", path, verbosity=0, **{**given, **options})


def refused(path, **options):
    before = counted()
    with pytest.raises(CommandError) as error:
        load(path, **options)
    assert counted() == before, "something was loaded"
    return str(error.value)


def counted():
    return [
        model.objects.count()
        for model in (Item, BomVersion, BomLine, Operation, TriggerDefinition, Supplier, Signature)
    ]


@pytest.mark.django_db
def test_dated_lines_become_successive_signed_versions(folder, capsys):
    load(folder())
    assert (
        "5 items, 1 suppliers, 4 BOM versions with 8 lines, 1 trigger definitions; signed by Quinn"
        in capsys.readouterr().out
    )
    cart, wheel = Item.objects.get(code="CART"), Item.objects.get(code="WHEEL")
    assert [version.effective_from.date().isoformat() for version in cart.bom_versions.order_by("number")] == [
        "2020-01-01",
        "2021-01-01",
    ]
    assert effective_bom(cart, datetime(2019, 12, 31, tzinfo=UTC)) is None
    assert effective_bom(wheel, datetime(2020, 5, 31, 23, 59, tzinfo=UTC)).lines.get(item__code="SPOKE").quantity == 12
    later = effective_bom(wheel, datetime(2020, 6, 1, tzinfo=UTC)).lines.get(item__code="SPOKE")
    assert (later.quantity, later.unit.code) == (16, "H87")
    assert len(set(BomLine.objects.filter(item__code="SPOKE").values_list("identity", flat=True))) == 1


@pytest.mark.django_db
def test_every_record_is_covered_by_the_one_signature_of_the_approver(folder):
    load(folder())
    assert Signature.objects.get().person == plant.people().qa
    versions = BomVersion.objects.prefetch_related("signature")
    assert {fault for row in (*versions, *TriggerDefinition.objects.all()) for fault in signature_faults(row)} == set()
    assert {version.author for version in versions} == {plant.people().engineer}


@pytest.mark.django_db
def test_an_import_writes_history_like_any_other_change(folder):
    load(folder())
    people = plant.people()
    states = BomVersion.history.filter(id=BomVersion.objects.first().pk).order_by("history_id")
    assert [(row.state, row.history_user) for row in states] == [
        ("draft", people.engineer),
        ("submitted", people.engineer),
        ("approved", people.qa),
    ]
    assert BomLine.history.count() == BomLine.objects.count() == 8
    assert Item.history.count() == 5


@pytest.mark.django_db
def test_made_components_are_phantoms_unless_they_are_stocked(folder):
    load(folder())
    assert dict(BomVersion.objects.values_list("item__code", "phantom")) == {"CART": False, "WHEEL": True}
    assert list(Operation.objects.values_list("item__code", "number")) == [("CART", "10")]


@pytest.mark.django_db
def test_stocked_components_get_a_route_and_a_trigger_of_their_own(folder):
    load(folder(), stocked=True)
    assert dict(BomVersion.objects.values_list("item__code", "phantom")) == {"CART": False, "WHEEL": False}
    assert sorted(Operation.objects.values_list("item__code", flat=True)) == ["CART", "WHEEL"]
    wheel = Item.objects.get(code="WHEEL")
    assert effective_trigger(wheel, "10", datetime(2020, 1, 1, tzinfo=UTC)) is not None


@pytest.mark.django_db
def test_units_are_named_by_rec_20_and_stock_is_kept_in_the_unit_that_lines_use(folder):
    load(folder())
    assert dict(Item.objects.values_list("code", "stock_unit__code")) == {
        "CART": "C62",
        "WHEEL": "C62",
        "RIM": "C62",
        "SPOKE": "C62",
        "GREASE": "ONZ",
    }
    assert Item.objects.get(code="SPOKE").decimals == 0
    assert Item.objects.get(code="GREASE").decimals == 6


@pytest.mark.django_db
def test_days_begin_in_the_time_zone_that_is_named(folder):
    load(folder(), time_zone="Europe/Berlin")
    version = BomVersion.objects.get(item__code="CART", number=1)
    assert version.effective_from == datetime(2019, 12, 31, 23, tzinfo=UTC)


FAULTY_LINES = """assembly,component,quantity,unit,effective_from,effective_to
CART,GHOST,1,EA,2020-01-01,
CART,WHEEL,-2,EA,2020-01-01,
CART,WHEEL,1e3,EA,2020-01-01,
CART,WHEEL,2,C,2020-01-01,
CART,WHEEL,2,EA,01.02.2020,
CART,WHEEL,2,EA,2020-02-01,2020-01-01
CART,,2,EA,2020-01-01,
CART,WHEEL,2,EA
CART,WHEEL,0.00000000001,EA,2020-01-01,
"""


@pytest.mark.django_db
def test_every_fault_is_listed_with_its_line_and_nothing_is_loaded(folder):
    said = refused(folder(bom_lines=FAULTY_LINES, items=FILES["items.csv"] + "CART,Twice,1,1,0\nX,Y,maybe,1,cheap\n"))
    for text in (
        "items.csv line 7: CART stands in line 2 already",
        "items.csv line 8: made_here must be 0 or 1, not 'maybe'",
        "items.csv line 8: standard_cost must be a number",
        "bom_lines.csv line 2: component GHOST is not in items.csv",
        "bom_lines.csv line 3: quantity must be above zero",
        "bom_lines.csv line 4: quantity must be a number such as 12.5, not '1e3'",
        "bom_lines.csv line 5: C is no unit of goods",
        "bom_lines.csv line 6: effective_from must be a day",
        "bom_lines.csv line 7: ends on 2020-01-01, begins on 2020-02-01",
        "bom_lines.csv line 8: component is empty",
        "bom_lines.csv line 9: 4 cells where the header has 6",
        "bom_lines.csv line 10: quantity has more than 9 decimals",
    ):
        assert text in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"items": ""}, "items.csv line 1: these columns are missing: item, name"),
        ({"bom_lines": "assembly;component\n"}, "bom_lines.csv line 1: these columns are missing"),
        ({"items": FILES["items.csv"] + '"open,1,1\n'}, "items.csv line 7: unexpected end of data"),
        (
            {"bom_lines": FILES["bom_lines.csv"] + "WHEEL,CART,1,EA,2021-01-01,\n"},
            "line 3 (CART): the product would be made of itself: WHEEL → CART → WHEEL",
        ),
        (
            {"bom_lines": FILES["bom_lines.csv"] + "CART,GREASE,1,EA,2021-01-01,\n"},
            "nothing converts C62 of GREASE to ONZ",
        ),
    ],
)
def test_files_that_make_no_sense_are_refused(folder, changes, text):
    assert text in refused(folder(**changes))


@pytest.mark.django_db
def test_uses_that_follow_one_another_are_no_cycle(folder):
    turned = FILES["bom_lines.csv"].replace("CART,WHEEL,2,EA,2020-01-01,", "CART,WHEEL,2,EA,2020-01-01,2020-12-31")
    load(folder(bom_lines=turned + "WHEEL,CART,1,EA,2021-01-01,\n"))
    assert BomLine.objects.filter(version__item__code="WHEEL", item__code="CART").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"approver": "engineer"}, "two people"),
        ({"approver": "operator"}, "may not approve"),
        ({"author": "qa", "approver": "engineer"}, "may not draft"),
        ({"author": "nobody"}, "no active person nobody"),
        ({"time_zone": "Mars"}, "Mars is no time zone"),
        ({"line": "PLANT/L99"}, "no production line PLANT/L99"),
    ],
)
def test_author_approver_and_options_are_checked(folder, options, text):
    assert text in refused(folder(), **options)


@pytest.mark.django_db
def test_the_approver_signs_with_the_right_password_or_not_at_all(folder):
    path = folder()
    wrong = path / "wrong"
    wrong.write_text("not the password", encoding="utf-8")
    assert "The signature was not accepted" in refused(path, approver_password_file=wrong)


@pytest.mark.django_db
def test_an_import_brings_new_items_only(folder):
    path = folder()
    load(path)
    said = refused(path)
    assert "items.csv line 2: CART is in the plant already" in said
    assert "suppliers.csv line 2: RIMCO is in the plant already" in said


@pytest.mark.django_db
def test_a_check_loads_nothing(folder, capsys):
    load(folder(), check=True)
    assert "No fault: 5 items, 4 BOM versions, 8 lines." in capsys.readouterr().out
    assert not Item.objects.exists()


@pytest.mark.django_db
def test_a_file_that_is_not_utf_8_is_refused_with_its_line(folder):
    path = folder()
    (path / "items.csv").write_bytes(b"item,name,made_here,finished_good,standard_cost\nA,B\xe9,0,0,1\n")
    assert "items.csv line 2: not UTF-8" in refused(path)


def bicycles() -> Path | None:
    """A larger data set, where it lies beside the project: BACKFLUSH_BICYCLES, or data/bicycles in a sibling folder."""
    named = os.environ.get("BACKFLUSH_BICYCLES")
    places = [Path(named)] if named else [Path(__file__).resolve().parents[3] / "shared/data/bicycles"]
    return next((place for place in places if (place / "bom_lines.csv").is_file()), None)


@pytest.mark.skipif(bicycles() is None, reason="the bicycle data set is not here (BACKFLUSH_BICYCLES)")
def test_a_bicycle_makers_data_loads_whole_and_explodes_to_its_purchased_parts(real_database, tmp_path):
    plant.people()
    (tmp_path / "password").write_text(plant.PASSWORD, encoding="utf-8")
    call_command(
        "import_bom_csv",
        bicycles(),
        author="engineer",
        approver="qa",
        approver_password_file=tmp_path / "password",
        verbosity=0,
    )
    with (bicycles() / "bom_lines.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["assembly"]]
    at = datetime(2014, 1, 1, tzinfo=UTC)
    effective = effective_boms(Item.objects.values_list("id", flat=True), at)
    assert Item.objects.count() == 504
    assert sum(version.item.kind == "finished" for version in effective.values()) == 211
    in_force = {
        (row["assembly"], row["component"], Fraction(row["quantity"]))
        for row in rows
        if row["effective_from"] <= "2014-01-01" and (not row["effective_to"] or row["effective_to"] >= "2014-01-01")
    }
    lines = BomLine.objects.filter(version__in=effective.values()).values_list(
        "version__item__code", "item__code", "quantity"
    )
    assert {(assembly, part, Fraction(quantity)) for assembly, part, quantity in lines} == in_force
    stock_units = dict(Item.objects.values_list("id", "stock_unit__code"))
    by_version = bom_facts([version.pk for version in effective.values()])
    facts = {item: by_version[version.pk] for item, version in effective.items()}
    bicycle = Item.objects.get(code="BK-R93R-62")
    dimensions = {code: unit.dimension for code, unit in unit_facts().items()}
    usage = explode(
        facts[bicycle.pk], facts.get, stock_units, lambda item, here, there: Fraction(int(here == there)), dimensions
    )
    assert usage.missing == ()
    assert len({line.item for line in usage.lines}) == 48
    assert sum(line.plain for line in usage.lines) == 421
