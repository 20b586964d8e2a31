"""The posting page explains: who, what, when, every figure with its version, the lots and their cost."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from backflush.actions.post_reports import post_reports
from backflush.models import OperationReport, Posting, Recipe, ReversalRequest
from masterdata.actions.measure_clock import measure_clock
from masterdata.models import BomVersion, Device
from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting
from tests.web.forms import fields_of
from tests.web.scene import report
from traceability.models import WorkOrder


def address(number: int) -> str:
    return reverse("posting", args=[f"P-{number:06d}"])


def of_order(number: str, operation: str = "10") -> list[Posting]:
    order = WorkOrder.objects.get(number=number)
    return list(Posting.objects.filter(order_id=order.pk, operation_number=operation).order_by("number"))


def page(client, posting) -> str:
    return client.get(address(posting.number)).content.decode()


def test_it_says_who_reported_what_and_by_whose_clock(look):
    shown = page(look("auditor"), of_order("WO-20418")[0])
    assert "MES-1" in shown
    assert "by the clock of MES-1" in shown
    assert "by the clock of the database" in shown
    assert "480 good + 1 setup" in shown


def test_the_arithmetic_reads_from_output_to_what_was_posted(look):
    shown = page(look("auditor"), of_order("WO-20418")[1])
    for words in (
        "output that consumes",
        "× quantity ÷ base",
        "planned losses",
        "avoidable scrap",
        "earlier reports",
        "needed so far",
        "already posted",
        "to post now: SF-SYR-001",
        "217.1643 rounded half even to 3 decimals is 217.164, less 122.952 posted",
    ):
        assert words in shown
    figures = ["377", "89.425", "1.7885", "2.9988", "122.952", "217.1643", "94.212"]
    places = [shown.index(f'<span class="figure">{figure} ') for figure in figures]
    assert places == sorted(places)


def test_every_lot_drawn_has_its_link_its_classes_and_its_cost(look):
    shown = page(look("auditor"), of_order("WO-20418")[1])
    assert "89.425 base, 1.7885 planned loss, 2.9988 avoidable scrap, −0.0003 rounding" in shown
    assert "226.11" in shown
    assert "PK-CAP-124, alternate" in shown


def test_versions_lead_to_the_bom_and_name_who_signed(look):
    client = look("auditor")
    shown = page(client, of_order("WO-20418")[0])
    assert "BOM FG-ELD-200 v1" in shown
    assert "BOM PK-SET-024 v1" in shown
    assert "written by Ede Engineer; signed by Quinn Quality (approved)" in shown
    assert "signature stands" in shown
    assert "1 l RM-EXT-310 = 28/25 kg" in page(client, of_order("WO-20400")[0])


def test_the_clock_is_told_as_it_was_measured_when_the_posting_was_decided(as_):
    client, device = as_("auditor"), Device.objects.get(code="MES-1")
    unmeasured = of_order("WO-20418")[0]
    measure_clock(device=device, sent_at=timezone.now() - timedelta(milliseconds=40), now=timezone.now())
    now = timezone.now()
    report("WO-20418", "12", now, operation="20")
    post_reports()
    measured = of_order("WO-20418", "20")[-1]
    measure_clock(device=device, sent_at=timezone.now() - timedelta(seconds=400), now=timezone.now())
    assert "by the clock of MES-1 (its offset was not measured)" in page(client, unmeasured)
    assert "by the clock of MES-1 (0.0 s when this was decided)" in page(client, measured)


def test_both_pages_name_the_device_and_whom_it_claims_as_operator(as_):
    client, now = as_("supervisor"), timezone.now()
    report("WO-20418", "12", now, operation="20", operator="B-operator")
    post_reports()
    posting = of_order("WO-20418", "20")[-1]
    said = "MES-1; operator (claimed): Olga Operator"
    assert said in page(client, posting)
    ask = reverse("posting-reverse", args=[f"P-{posting.number:06d}"])
    asked = client.post(ask, {"reason": "WRONG-COUNT", "note": "Counted twice."})
    assert said in client.get(asked.url).content.decode()


def test_each_cost_names_its_price_and_where_that_is_from(look):
    shown = page(look("auditor"), of_order("WO-20418")[1])
    assert "2.40 EUR per kg, standard frozen at the release of the order" in shown
    assert "2.40 EUR per kg, cost of lot WO-20400" in shown


def test_a_phantoms_component_leads_to_the_phantoms_own_bom(look):
    shown = page(look("auditor"), of_order("WO-20418")[0])
    own = BomVersion.objects.get(item__code="PK-SET-024")
    cap = shown[shown.index("PK-LBL-ELD") :]
    assert f'href="{reverse("bom", args=[own.pk])}">BOM PK-SET-024 v1</a>' in cap[: cap.index("</section>")]


def test_scrap_leads_to_the_report_that_said_it(look):
    posting = of_order("WO-20418")[1]
    event = OperationReport.objects.get(pk=posting.report_id).event_id
    assert f'href="{reverse("exception", args=[event])}">the report&#x27;s scrap</a>' in page(look("auditor"), posting)


def test_a_weighed_posting_goes_from_its_target_to_what_is_reached(as_):
    client = as_("auditor")
    kit, active = plant.product("VIAL"), plant.item("ACTIVE", unit="KGM", decimals=3, label_potency=Decimal("0.99"))
    plant.approved_bom(kit, [LineDraft("ACTIVE", "0.1", method="scan", tolerance="2")])
    order = floor.released_order(kit, "20", number="WO-7")
    floor.staged(order, active, "5", code="A-1", potency=Decimal("0.97"))
    weighed = {"kind": "scan_issue", "item": "ACTIVE", "lot": "A-1", "unit": "KGM"}
    for quantity in ("0.7", "1.3"):
        posting = reporting.posted(order, **weighed, quantity=quantity)
    shown = page(client, posting)
    for words in ("order quantity", "target", "least allowed", "most allowed", "lot potency", "label potency"):
        assert f'<span class="label">{words}</span>' in shown
    for figured in ("97 %", "99 %", "≈ 0.685859", "≈ 1.273737", "≈ 1.959596", "1.96 ", "2.04 "):
        assert f'<span class="figure">{figured}' in shown
    assert "of the target" in shown
    assert "KGM" not in shown
    assert "Reported: 0 good" not in shown


def test_it_replays_to_the_same_digits(look):
    assert "replays to the same digits" in page(look("auditor"), of_order("WO-20418")[0])


def test_a_posting_that_does_not_replay_says_so(as_, syrup):
    import psycopg

    posting = of_order("WO-20418")[0]
    recipe = Recipe.objects.get(pk=posting.recipe_id)
    with psycopg.connect(syrup.owner_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE backflush_recipe DISABLE TRIGGER ALL")
        owner.execute(
            "UPDATE backflush_recipe SET body = %s WHERE id = %s", [recipe.body.replace("49/200", "50/200"), recipe.pk]
        )
    shown = page(as_("auditor"), posting)
    assert "replay gives other digits" in shown
    assert "replays to the same digits" not in shown


def test_a_reversal_is_asked_for_with_a_reason(as_):
    client, posting = as_("supervisor"), of_order("WO-20418", "20")[0]
    reverse_url = reverse("posting-reverse", args=[f"P-{posting.number:06d}"])
    form = fields_of(client.get(address(posting.number)), reverse_url)
    answer = client.post(reverse_url, {**form, "reason": "WRONG-COUNT", "note": "Counted twice."})
    asked = ReversalRequest.objects.get(posting=posting)
    assert answer.url == reverse("reversal", args=[asked.pk])
    assert (asked.reason.code, asked.note, asked.requested_by.username) == (
        "WRONG-COUNT",
        "Counted twice.",
        "supervisor",
    )
    assert "waits for QA" in page(client, posting)


@pytest.mark.parametrize("reason", ["", "SPILL", "NOTHING"])
def test_without_a_reason_for_reversals_nothing_is_asked_and_the_note_stays(as_, reason):
    client, posting = as_("supervisor"), of_order("WO-20418", "20")[0]
    answer = client.post(
        reverse("posting-reverse", args=[f"P-{posting.number:06d}"]), {"reason": reason, "note": "Counted twice."}
    )
    assert answer.status_code == 422
    assert "Counted twice." in answer.content.decode()
    assert not ReversalRequest.objects.filter(posting=posting).exists()


def test_a_request_that_says_nothing_is_refused_in_words(as_):
    client, posting = as_("supervisor"), of_order("WO-20418", "20")[0]
    answer = client.post(
        reverse("posting-reverse", args=[f"P-{posting.number:06d}"]), {"reason": "WRONG-COUNT", "note": "   "}
    )
    assert answer.status_code == 422
    assert "The request does not say what happened." in answer.content.decode()
    assert not ReversalRequest.objects.filter(posting=posting).exists()


def test_an_auditor_reads_but_may_not_ask(as_):
    client, posting = as_("auditor"), of_order("WO-20418", "20")[0]
    assert "Ask QA to reverse" not in page(client, posting)
    answer = client.post(reverse("posting-reverse", args=[f"P-{posting.number:06d}"]), {"reason": "WRONG-COUNT"})
    assert answer.status_code == 403
    assert "Aude Auditor may not ask for a reversal" in answer.content.decode()


def test_what_speaks_against_a_reversal_stands_instead_of_the_form(look):
    shown = page(look("supervisor"), of_order("WO-20418")[0])
    assert "Ask QA to reverse" in shown or "cannot be reversed as things stand" in shown
    bulk = page(look("supervisor"), of_order("WO-20400")[0])
    assert "cannot be reversed as things stand" in bulk
    assert "no longer where it was received" in bulk


def test_the_list_is_filtered_by_order_kind_and_day(look):
    client = look("auditor")
    assert "P-000001" in client.get(reverse("postings"), {"order": "20400"}).content.decode()
    assert "P-000001" not in client.get(reverse("postings"), {"order": "20418"}).content.decode()
    assert "No posting fits." in client.get(reverse("postings"), {"kind": "reversal"}).content.decode()
    assert "No posting fits." in client.get(reverse("postings"), {"to": "2001-01-01"}).content.decode()
    assert client.get(reverse("postings"), {"from": "never", "kind": "x", "sort": "x", "page": "x"}).status_code == 200


def test_a_number_opens_however_it_is_written(look):
    client = look("auditor")
    for written in ("P-000001", "p-1", "1", "P1"):
        assert client.get(reverse("posting", args=[written])).status_code == 200


def test_the_list_names_days_and_pages_that_are_not_understood(look):
    client = look("auditor")
    page = client.get(reverse("postings"), {"from": "abc", "to": "9999-12-31", "page": "99999"}).content.decode()
    assert "From: “abc” is not a day" in page
    assert "To: “9999-12-31” is not a day" in page
    assert "There is no page “99999” of this list." in page
