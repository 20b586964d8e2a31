"""Sites, lines, bins, items, routes, reasons, devices: made by actions, refused with every fault, named in history."""

from datetime import timedelta
from decimal import Decimal

import pytest

from masterdata.actions.define_bin import define_bin
from masterdata.actions.define_item import define_item
from masterdata.actions.define_operation import define_operation
from masterdata.actions.define_reason import define_reason
from masterdata.actions.define_unit import define_unit
from masterdata.actions.enrol_device import enrol_device
from masterdata.actions.open_site import open_site
from masterdata.actions.record_training import record_training
from masterdata.actions.serve_line import serve_line
from masterdata.actions.set_device_enabled import set_device_enabled
from masterdata.models import Bin, Device
from masterdata.queries import boms_made_invalid, device_by_token, find_code, unit_facts
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from masterdata.rules.vocabulary import UNCOUNTED_BINS
from tests import plant
from tests.changing import change_item

pytestmark = pytest.mark.django_db


def test_a_new_site_has_each_uncounted_end_once():
    site = plant.site()
    ends = Bin.objects.filter(site=site)
    assert {(end.code, end.kind) for end in ends} == {(kind.upper(), kind) for kind in UNCOUNTED_BINS}
    with pytest.raises(Refused, match="has its supplier end already"):
        define_bin(site=site, code="SUPPLIER-2", name="", kind="supplier", actor=plant.people().engineer)


@pytest.mark.parametrize(
    ("changes", "code"), [({"time_zone": "Mars/Olympus"}, "unknown_time_zone"), ({"currency": "€"}, "unknown_currency")]
)
def test_a_site_needs_a_real_time_zone_and_currency(changes, code):
    given = {
        "code": "X",
        "name": "X",
        "time_zone": "UTC",
        "currency": "EUR",
        "now": plant.NOW,
        "actor": "service:tests",
    }
    with pytest.raises(Refused) as refused:
        open_site(**{**given, **changes})
    assert refused.value.codes == [code]


def test_a_code_is_used_once_and_the_refusal_says_where():
    plant.place("store", "STORE-1")
    with pytest.raises(Refused) as refused:
        define_bin(site=plant.site(), code="STORE-1", name="", kind="store", actor=plant.people().engineer)
    assert refused.value.refusals[0].subject == "STORE-1"
    assert "bin STORE-1" in refused.value.refusals[0].sentence


def test_operations_draw_from_staging_and_supermarket_bins_only():
    store = plant.place("store")
    with pytest.raises(Refused, match="operations draw from staging and supermarket bins"):
        serve_line(bin=store, line=plant.line(), actor=plant.people().engineer)


def test_an_item_with_many_faults_lists_them_all():
    with pytest.raises(Refused) as refused:
        define_item(
            code="BAD",
            name="Bad",
            kind="mystery",
            stock_unit="KGM",
            actor=plant.people().engineer,
            now=plant.NOW,
            decimals=12,
            tracking="serial",
            gtin="04006381333932",
        )
    assert {"invalid_choice", "gtin_invalid", "serial_is_counted"} <= set(refused.value.codes)


def test_an_item_takes_no_field_that_it_does_not_have():
    with pytest.raises(Refused) as refused:
        plant.item("FOIL", colour="red", weight="2")
    assert refused.value.codes == ["unknown_field", "unknown_field"]


def test_an_unknown_unit_is_refused():
    with pytest.raises(Refused) as refused:
        plant.item("FOIL", unit="QQQ")
    assert refused.value.codes == ["unknown_unit"]


def test_an_operator_sets_up_nothing():
    with pytest.raises(Refused) as refused:
        define_item(code="X", name="X", kind="raw", stock_unit="KGM", actor=plant.people().operator, now=plant.NOW)
    assert refused.value.codes == ["not_your_duty"]


def test_a_change_of_an_item_says_who_why_and_what_was_before():
    people = plant.people()
    foil = plant.item("FOIL", cost="4.00")
    changed = change_item(
        item=foil, actor=people.engineer, reason="new contract", now=plant.NOW, standard_cost=Decimal("4.25")
    )
    newest, first = changed.history.all()
    assert (newest.history_user, newest.history_change_reason) == (people.qa, "CR-1: new contract")
    assert (first.standard_cost, newest.standard_cost) == (Decimal("4.00"), Decimal("4.25"))


@pytest.mark.parametrize("fields", [{"code": "FOIL-2"}, {"stock_unit": "GRM"}])
def test_code_and_stock_unit_of_an_item_never_change(fields):
    with pytest.raises(Refused, match="never changes"):
        change_item(item=plant.item("FOIL"), actor=plant.people().engineer, reason="x", now=plant.NOW, **fields)


def test_a_changed_flag_lists_the_boms_that_it_makes_invalid():
    kit, foil = plant.product("KIT"), plant.item("FOIL")
    version = plant.approved_bom(kit, [LineDraft("FOIL", "1")])
    assert boms_made_invalid(foil) == []
    foil = change_item(
        item=foil, actor=plant.people().engineer, reason="reclassified", now=plant.NOW, safety_critical=True
    )
    [(line, refusal)] = boms_made_invalid(foil)
    assert line.version == version
    assert refusal.code == "method_not_allowed"


@pytest.mark.parametrize("number", ["", "010", "A1", "1.5", "-1"])
def test_an_operation_number_is_a_whole_number(number):
    with pytest.raises(Refused) as refused:
        define_operation(item=plant.item("KIT"), number=number, name="x", actor=plant.people().engineer)
    assert refused.value.codes == ["operation_number_invalid"]


@pytest.mark.parametrize("name", ["Miscellaneous", "other", "N/A"])
def test_miscellaneous_does_not_exist(name):
    with pytest.raises(Refused) as refused:
        define_reason(code="R9", name=name, kind="return", owner="QA", actor=plant.people().engineer)
    assert refused.value.codes == ["reason_says_nothing"]


def test_a_scrap_reason_is_structural_or_avoidable():
    with pytest.raises(Refused) as refused:
        plant.reason("TORN", "scrap")
    assert refused.value.codes == ["scrap_reason_names_its_loss"]
    assert plant.reason("TORN", "scrap", loss="avoidable").loss == "avoidable"


def test_a_unit_of_ones_own_converts_like_any_other():
    define_unit(
        code="ZBK",
        name="Bucket of ours",
        symbol="bkt",
        dimension="volume",
        numerator=12,
        denominator=1000,
        actor=plant.people().engineer,
    )
    assert unit_facts()["ZBK"].factor == 12 * unit_facts()["LTR"].factor


def test_a_device_is_found_by_its_token_and_only_the_digest_is_kept():
    device = plant.device()
    assert device_by_token(plant.DEVICE_TOKEN) == device
    assert device_by_token("guess") is None
    assert plant.DEVICE_TOKEN not in str(Device.objects.values().get())


def test_tokens_are_made_at_random_and_never_short():
    admin = plant.people().admin
    _, one = enrol_device(site=plant.site(), code="A", name="A", actor=admin, now=plant.NOW)
    _, other = enrol_device(site=plant.site(), code="B", name="B", actor=admin, now=plant.NOW)
    assert one != other
    assert len(one) >= 40
    with pytest.raises(Refused, match="20 characters"):
        enrol_device(site=plant.site(), code="C", name="C", actor=admin, now=plant.NOW, token="short")


def test_a_disabled_device_is_still_known_so_that_it_can_be_told():
    device = plant.device()
    set_device_enabled(device=device, enabled=False, actor=plant.people().admin, reason="sent to repair")
    assert device_by_token(plant.DEVICE_TOKEN).enabled is False
    assert device.history.first().history_change_reason == "sent to repair"


def test_nobody_records_their_own_training():
    people = plant.people()
    with pytest.raises(Refused, match="their own training"):
        record_training(person=people.supervisor, item=plant.item("KIT"), actor=people.supervisor, now=plant.NOW)
    row = record_training(
        person=people.operator,
        item=plant.item("KIT"),
        actor=people.supervisor,
        now=plant.NOW,
        valid_until=plant.NOW + timedelta(days=365),
    )
    assert row.history.get().history_user == people.supervisor


def test_any_code_of_the_plant_opens_what_it_means():
    plant.item("FOIL", gtin="04006381333931")
    plant.place("staging")
    plant.device()
    plant.supplier("SUP-1")
    plant.people()
    opened = {text: [(found.kind, found.code) for found in find_code(text)] for text in _CODES}
    assert opened == _CODES


_CODES = {
    "foil": [("item", "FOIL")],
    "4006381333931": [("item", "FOIL")],
    "STAGING-1": [("bin", "STAGING-1")],
    "mes-1": [("device", "MES-1")],
    "L1": [("productionline", "L1")],
    "SUP-1": [("supplier", "SUP-1")],
    "B-qa": [("person", "B-qa")],
    "nothing": [],
    "": [],
    "a\x00b": [],
}
