"""Items, unit factors, trigger definitions and the plain tables of the plant: defined, changed, signed, with history."""

import pytest
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.draft_trigger import draft_trigger
from masterdata.actions.draft_unit_factor import draft_unit_factor
from masterdata.models import Bin, BinService, Item, ProductionLine, ReasonCode, Supplier, TriggerDefinition, UnitFactor
from masterdata.queries import signature_faults
from tests import plant
from tests.web.changes import carried, newest, page, sign, submit
from tests.web.forms import fields_of
from tests.web.scene import item


def filled(client, page: str, **values) -> dict:
    """The fields of a form page, filled in."""
    return {**fields_of(client.get(reverse(page))), **values}


def test_an_item_is_proposed_and_is_there_once_qa_signed(as_):
    client = as_("engineer")
    sent = filled(client, "item-new", code="RM-HON-001", name="Honey", stock_unit="KGM", standard_cost="9.80")
    answer = client.post(reverse("item-new"), {**sent, "reason": "A new recipe."})
    assert answer.url == reverse("change", args=[newest().number])
    assert not Item.objects.filter(code="RM-HON-001").exists()
    carried(client, as_("qa"))
    made = Item.objects.get(code="RM-HON-001")
    assert (str(made.standard_cost), made.tracking, made.decimals) == ("9.800000", "lot", 3)


def test_every_fault_of_an_item_is_told_and_nothing_typed_is_lost(as_):
    client = as_("engineer")
    sent = filled(
        client, "item-new", code="RM-SUG-025", name="Sugar again", stock_unit="KGM", gtin="123", reason="New."
    )
    answer = client.post(reverse("item-new"), {**sent, "tracking": "serial"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "123 is no GTIN" in shown
    assert "is serialized, so it is counted" in shown
    assert 'value="Sugar again"' in shown


@pytest.mark.parametrize(
    ("page", "field", "typed", "words"),
    [
        ("item-new", "standard_cost", "9,80", "Write 9.80 with a point, not 9,80 with a comma"),
        ("item-new", "standard_cost", "-1", "Write 0 or more; −1 is too little."),
        ("item-new", "decimals", "12", "Write 9 or less; 12 is too much."),
        ("item-new", "decimals", "1,5", "Write 1,5 as a whole number without a comma, such as 12."),
        ("item-new", "decimals", "x", "That is no number. Write it in digits, such as 12."),
        ("trigger-new", "report_limit_percent", "12,5", "Write 12.5 with a point"),
        ("trigger-new", "clock_tolerance_seconds", "90000", "Write 86,400 or less; 90,000 is too much."),
        ("bin-new", "walking_order", "", "Write a number here, such as 12."),
        ("unit-factor-new", "temperature_coefficient", "0,001", "Write 0.001 with a point"),
        ("unit-factor-new", "value", "1,12", "Enter a decimal such as 1.12"),
    ],
)
def test_numbers_are_refused_in_words_that_say_how_to_write_them(look, page, field, typed, words):
    client = look("engineer")
    answer = client.post(reverse(page), filled(client, page, **{field: typed}))
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_change_needs_a_reason_and_shows_old_and_new(as_):
    client, found = as_("engineer"), item("PK-BTL-200")
    change = reverse("item-change", args=[found.pk])
    form = fields_of(client.get(change))
    assert client.post(change, {**form, "standard_cost": "0.33"}).status_code == 422
    client.post(change, {**form, "standard_cost": "0.33", "reason": "New supplier price."})
    request = carried(client, as_("qa"))
    shown = client.get(reverse("item", args=[found.pk])).content.decode()
    told = f"{request}: New supplier price."
    for words in ("Quinn Quality", told, "standard cost", '<del class="old">0.31</del>', "0.33"):
        assert words in shown


def test_changing_nothing_changes_nothing(as_):
    client, found = as_("engineer"), item("PK-BTL-200")
    change = reverse("item-change", args=[found.pk])
    before = found.history.count()
    answer = client.post(change, {**fields_of(client.get(change)), "reason": "None."}, follow=True)
    assert "Nothing was different" in answer.content.decode()
    assert found.history.count() == before


def test_a_changed_flag_lists_the_boms_that_it_makes_invalid(as_):
    client, found = as_("engineer"), item("PK-BTL-200")
    change = reverse("item-change", args=[found.pk])
    client.post(change, {**fields_of(client.get(change)), "high_value": "on", "reason": "Design bottle."})
    carried(client, as_("qa"))
    shown = client.get(reverse("item", args=[found.pk])).content.decode()
    assert "BOM FG-ELD-200 v1, line 20" in shown
    assert "PK-BTL-200 is high-value, so it may not be posted by backflush." in shown


def test_items_are_found_by_code_name_kind_and_flag(look):
    client = look("auditor")
    assert "PK-BTL-200" in client.get(reverse("items"), {"q": "amber"}).content.decode()
    assert "PK-BTL-200" not in client.get(reverse("items"), {"kind": "raw"}).content.decode()
    assert "No item fits." in client.get(reverse("items"), {"flag": "supermarket"}).content.decode()


def test_a_factor_is_drafted_by_one_and_signed_by_another(as_):
    engineer, qa = as_("engineer"), as_("qa")
    sent = filled(engineer, "unit-factor-new", item="PK-CTN-012", from_unit="XBX", value="1/24", to_unit="C62")
    engineer.post(reverse("unit-factor-new"), sent)
    made = UnitFactor.objects.get(item__code="PK-CTN-012")
    assert (int(made.numerator), int(made.denominator), made.state) == (1, 24, "draft")
    opened(engineer, "unit_factor", made, "Boxes of 24.")
    request = newest()
    submit(engineer, request)
    assert f"Whoever wrote {request} may not approve it." in page(engineer, request)
    assert sign(qa, request, "qa").status_code == 302
    made.refresh_from_db()
    assert made.state == "approved"
    assert "Quinn Quality" in qa.get(reverse("unit-factor", args=[made.pk])).content.decode()


def opened(client, kind: str, record, reason: str = ""):
    """The author asks for approval on the record's page."""
    return client.post(reverse("change-open", args=[kind, record.pk]), {"reason": reason})


@pytest.mark.parametrize(
    ("value", "words"),
    [("0", "A factor is above zero."), ("1/0", "Enter a decimal"), ("x", "Enter a decimal"), ("-2", "above zero")],
)
def test_a_factor_that_is_no_number_is_told_in_place(look, value, words):
    client = look("engineer")
    sent = filled(client, "unit-factor-new", item="PK-CTN-012", from_unit="XBX", value=value, to_unit="C62")
    answer = client.post(reverse("unit-factor-new"), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_what_the_unit_table_says_needs_no_factor(look):
    client = look("engineer")
    sent = filled(client, "unit-factor-new", item="RM-SUG-025", from_unit="KGM", value="1000", to_unit="GRM")
    assert "The unit table converts KGM to GRM." in client.post(reverse("unit-factor-new"), sent).content.decode()


def test_the_calculator_shows_its_path(look):
    client = look("engineer")
    asked = {"amount": "2.5", "unit_from": "ltr", "unit_to": "GRM", "item": "RM-EXT-310"}
    shown = client.get(reverse("unit-factors"), asked).content.decode()
    assert "2.5 l (LTR) of RM-EXT-310 = 2,800 g (GRM)" in shown
    assert "l (LTR) → kg (KGM) → g (GRM)" in shown
    without = client.get(reverse("unit-factors"), {**asked, "item": ""}).content.decode()
    assert "Nothing converts l (LTR) to g (GRM)." in without
    assert "is no decimal number" in client.get(reverse("unit-factors"), {**asked, "amount": "x"}).content.decode()


def test_a_trigger_definition_is_drafted_and_signed(as_):
    engineer, qa = as_("engineer"), as_("qa")
    sent = filled(
        engineer,
        "trigger-new",
        item="FG-ELD-200",
        operation_number="20",
        kind="pack_confirmed",
        devices=[plant.device("MES-1").pk],
        clock_tolerance_seconds="30",
    )
    answer = engineer.post(reverse("trigger-new"), sent)
    made = TriggerDefinition.objects.get(state="draft")
    assert answer.url == reverse("trigger", args=[made.pk])
    assert (made.version, made.kind, made.clock_tolerance_seconds) == (2, "pack_confirmed", 30)
    opened(engineer, "trigger_definition", made, "Packed by the MES.")
    carried(engineer, qa)
    made.refresh_from_db()
    assert made.state == "approved"
    shown = qa.get(reverse("product", args=[item("FG-ELD-200").pk])).content.decode()
    assert "pack confirmed" in shown


@pytest.mark.parametrize("kind", ["unit_factor", "trigger_definition"])
def test_a_record_is_signed_with_the_time_chosen_and_never_one_in_the_past(as_, kind):
    engineer, qa = as_("engineer"), as_("qa")
    made = a_factor_draft() if kind == "unit_factor" else a_trigger_draft()
    opened(engineer, kind, made, "Later.")
    past = submit(engineer, newest(), effective_from="2026-01-01T00:00")
    assert past.status_code == 422
    assert "has passed" in past.content.decode()
    assert submit(engineer, newest(), effective_from="2099-01-01T06:00").status_code == 302
    assert "1 Jan 2099 06:00 CET" in page(qa, newest()).partition("You sign exactly this")[2]
    sign(qa, newest(), "qa")
    made.refresh_from_db()
    assert (made.state, made.signature.content["effective_from"]) == ("approved", "2099-01-01T05:00:00.000000Z")
    assert newest().state == "approved"
    assert signature_faults(made) == []


def a_factor_draft() -> UnitFactor:
    return draft_unit_factor(
        item=item("PK-CTN-012"),
        from_unit="XBX",
        to_unit="C62",
        numerator=12,
        denominator=1,
        author=plant.people().engineer,
        now=timezone.now(),
    )


def a_trigger_draft() -> TriggerDefinition:
    return draft_trigger(
        item=item("FG-ELD-200"), operation_number="20", author=plant.people().engineer, now=timezone.now()
    )


def test_a_trigger_for_an_operation_that_is_not_there_is_refused(look):
    client = look("engineer")
    sent = filled(client, "trigger-new", item="FG-ELD-200", operation_number="77")
    answer = client.post(reverse("trigger-new"), sent)
    assert answer.status_code == 422
    assert "FG-ELD-200 has no operation 77." in answer.content.decode()


def test_an_operation_is_added_to_a_route(as_):
    client, product = as_("engineer"), item("SF-SYR-001")
    address = reverse("change-new", args=["operation"])
    form = fields_of(client.get(address, {"item": product.code}))
    assert form["item"] == product.code
    sent = {**form, "name": "Rest", "line": plant.line("MIX-1").pk, "reason": "It has to rest."}
    assert client.post(address, {**sent, "number": "x"}).status_code == 422
    client.post(address, {**sent, "number": "20"})
    carried(client, as_("qa"))
    assert product.operations.filter(number="20", name="Rest", line__code="MIX-1").exists()


def test_reasons_bins_lines_and_suppliers_are_defined_by_requests(as_):
    client, second, qa = as_("engineer"), as_("second_engineer"), as_("qa")

    def define(address: str, signer, username: str, **fields) -> None:
        answer = client.post(reverse(address), filled(client, address, reason="A new line.", **fields))
        assert answer.status_code == 302, answer.content.decode()
        carried(client, signer, username)

    define("reason-new", qa, "qa", code="DROP", name="Dropped", kind="scrap", loss="avoidable", owner="Production")
    define("line-new", second, "second_engineer", code="PACK-1", name="Packing line")
    define("bin-new", second, "second_engineer", code="PACK-1-WIP", kind="staging", walking_order="7")
    define("supplier-new", qa, "qa", code="SUP-77", name="Bottle works")
    made, line = Bin.objects.get(code="PACK-1-WIP"), ProductionLine.objects.get(code="PACK-1")
    define("bin-serve", second, "second_engineer", bin=made.pk, line=line.pk)
    assert ReasonCode.objects.filter(code="DROP", loss="avoidable").exists()
    assert Supplier.objects.filter(code="SUP-77").exists()
    assert BinService.objects.filter(bin=made, line=line).exists()
    assert "PACK-1" in client.get(reverse("bins"), {"q": "PACK-1-WIP"}).content.decode()


def test_miscellaneous_is_no_reason(as_):
    client = as_("engineer")
    sent = filled(
        client, "reason-new", code="MISC", name="Miscellaneous", kind="return", owner="Production", reason="New."
    )
    answer = client.post(reverse("reason-new"), sent)
    assert answer.status_code == 422
    assert "Miscellaneous is no reason." in answer.content.decode()
    assert 'value="MISC"' in answer.content.decode()


def test_every_row_of_the_plant_has_its_history(look):
    client = look("auditor")
    for kind, row in (
        ("reason", ReasonCode.objects.all()[0]),
        ("bin", plant.place("staging", "FILL-1-WIP")),
        ("line", plant.line("FILL-1")),
        ("supplier", plant.supplier()),
        ("device", plant.device("MES-1")),
        ("person", plant.people().qa),
    ):
        shown = client.get(reverse("record-history", args=[kind, row.pk])).content.decode()
        assert "created" in shown, kind


def test_history_never_shows_a_password_or_token(look):
    client = look("auditor")
    shown = client.get(reverse("record-history", args=["person", plant.people().qa.pk])).content.decode()
    shown += client.get(reverse("record-history", args=["device", plant.device("MES-1").pk])).content.decode()
    assert "pbkdf2" not in shown
    assert plant.device("MES-1").token_digest not in shown


@pytest.mark.parametrize("name", ["reason-new", "bin-new", "line-new", "supplier-new", "item-new"])
def test_who_sets_up_no_plant_is_told_who_does(look, name):
    answer = look("operator").post(reverse(name), {})
    assert answer.status_code == 403
    assert "Olga Operator may not propose changes of governed records." in answer.content.decode()


def test_every_record_is_a_read_only_page_for_admins_and_auditors(look):
    auditor = look("auditor")
    assert reverse("admin:index") in auditor.get(reverse("items")).content.decode()
    assert auditor.get(reverse("admin:index")).status_code == 200
    assert auditor.get(reverse("admin:masterdata_item_changelist")).status_code == 200
    assert auditor.get(reverse("admin:masterdata_item_add")).status_code == 403
    assert look("engineer").get(reverse("admin:index")).status_code == 302
