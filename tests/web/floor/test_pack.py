"""The Pack screen: open a case, scan what goes in, verify the label, close it; then the case onto a pallet."""

import pytest
from django.urls import reverse

from backflush.actions.post_reports import post_reports
from backflush.models import OperationReport, Posting, ReportBody
from masterdata.actions.approve_label import approve_label, verify_label
from masterdata.queries import label_content
from masterdata.rules.bom import LineDraft
from tests import floor, plant
from tests.web.floor.screens import at, hidden, order, said
from traceability.models import HandlingUnit, MaterialLot

CASE, PALLET = "340123450000000017", "340123450000000024"


@pytest.fixture
def packing(plant_floor):
    """WO-9: vials in cases that count when they are closed; the vial's label is controlled."""
    vial, label = plant.product("VIAL"), plant.item("LABEL", decimals=0, label_controlled=True)
    plant.trigger(vial, "10", kind="handling_unit_closed")
    qa, artwork = plant.people().qa, "ART-VIAL-01"
    signed = plant.ticket(qa, label_content(label, 1, artwork))
    approved = approve_label(item=label, number=1, artwork=artwork, ticket=signed, now=plant.NOW)
    verify_label(label=approved, actor=qa, now=plant.NOW)
    plant.approved_bom(vial, [LineDraft("LABEL", "1")])
    made = floor.released_order(vial, "100", number="WO-9")
    floor.staged(made, label, "100", code="LBL/1")
    return at("pack", "WO-9", "10")


def step(client, address, step, **fields):
    page = client.get(address)
    number = page.context["form_number"]
    return client.post(address.split("?")[0], {"form_number": number, "step": step, **fields})


def posting():
    return Posting.objects.get(order_id=order("WO-9").pk)


def open_case(client, address, sscc=CASE, kind="case"):
    return step(client, address, "open", sscc=sscc, kind=kind)


def test_a_case_is_opened_packed_verified_closed_and_counts_once(tablet, packing):
    client = tablet()
    assert CASE in open_case(client, packing, sscc=f"(00){CASE}").url
    inside = f"{packing}?unit={CASE}"
    step(client, packing, "scan", unit=CASE, code="12", lot="WO-9")
    step(client, packing, "out", unit=CASE, quantity="2", lot="WO-9")
    page = client.get(inside)
    assert page.context["lots"] == {"WO-9": 10}
    assert "ART-VIAL-01" in page.content.decode()
    wrong = step(client, packing, "close", unit=CASE, **{"label-LABEL": "ART-OTHER"})
    assert said(wrong) == ["“ART-OTHER” is not label ART-VIAL-01 of LABEL."]
    assert said(step(client, packing, "close", unit=CASE)) == ["The label of LABEL is not verified."]
    sent = step(client, packing, "close", unit=CASE, **{"label-LABEL": "art-vial-01"})
    assert "/floor/reports/" in sent.url
    post_reports()
    report = OperationReport.objects.get(order_number="WO-9")
    assert (report.kind, report.state) == ("handling_unit_closed", "posted")
    assert '"label LABEL":"art-vial-01"' in ReportBody.objects.get(report_id=report.pk).body
    assert posting().good == 10
    assert HandlingUnit.objects.get(sscc=CASE).closed_at is not None


def test_a_closed_case_is_scanned_onto_a_pallet_and_an_open_one_is_refused(tablet, packing):
    client = tablet()
    open_case(client, packing)
    open_case(client, packing, sscc=PALLET, kind="pallet")
    step(client, packing, "scan", unit=CASE, code="12", lot="WO-9")
    assert "not closed yet" in said(step(client, packing, "scan", unit=PALLET, code=f"(00){CASE}"))[0]
    step(client, packing, "close", unit=CASE, **{"label-LABEL": "ART-VIAL-01"})
    post_reports()
    step(client, packing, "scan", unit=PALLET, code=CASE)
    assert [one.sscc for one in client.get(f"{packing}?unit={PALLET}").context["children"]] == [CASE]


def test_an_empty_case_is_not_closed_and_an_unknown_sscc_not_packed(tablet, packing):
    client = tablet()
    open_case(client, packing)
    assert said(step(client, packing, "close", unit=CASE, **{"label-LABEL": "ART-VIAL-01"})) == [f"{CASE} is empty."]
    assert said(step(client, packing, "scan", unit=CASE, code=PALLET)) == [f"Nothing was opened here as {PALLET}."]


def test_the_same_form_packs_once(tablet, packing):
    client = tablet()
    open_case(client, packing)
    form = {**hidden(client.get(f"{packing}?unit={CASE}")), "code": "5", "lot": "WO-9"}
    client.post(packing, form)
    assert client.post(packing, form).status_code == 422
    assert client.get(f"{packing}?unit={CASE}").context["lots"] == {"WO-9": 5}


def test_without_a_label_and_without_a_prefix_the_plant_says_what_to_do(tablet, packing):
    page = open_case(tablet(), packing, sscc="")
    assert page.status_code == 422
    assert "No SSCC can be made here" in said(page)[0]


def test_the_handling_unit_is_found_by_its_label_and_shows_what_happened(tablet, packing):
    client = tablet()
    open_case(client, packing)
    open_case(client, packing, sscc=PALLET, kind="pallet")
    step(client, packing, "scan", unit=CASE, code="12", lot="WO-9")
    step(client, packing, "close", unit=CASE, **{"label-LABEL": "ART-VIAL-01"})
    post_reports()
    step(client, packing, "scan", unit=PALLET, code=CASE)
    address = reverse("handling-unit", args=[CASE])
    assert client.get(reverse("find"), {"code": f"(00){CASE}"}).url == address
    text = client.get(address).content.decode()
    for shown in ("WO-9 went in", PALLET, f"P-{posting().number:06d}"):
        assert shown in text
    lot = MaterialLot.objects.get(code="WO-9")
    assert address in client.get(reverse("lot", args=[lot.pk])).content.decode()
    client.post(address, {"note": "Wrapped wrongly."})
    assert HandlingUnit.objects.get(sscc=CASE).parent is None
    listed = tablet("supervisor").get(reverse("handling-units"), {"q": CASE})
    assert CASE in listed.content.decode()


@pytest.mark.parametrize("who", ["qa", "auditor"])
def test_only_the_floor_packs_and_everybody_at_a_desk_may_look(tablet, packing, who):
    open_case(tablet(), packing)
    assert tablet(who).get(packing).status_code == 403
    assert tablet(who).get(reverse("handling-unit", args=[CASE])).status_code == 200
    assert tablet(who).post(reverse("handling-unit", args=[CASE]), {"note": "x"}).status_code == 403
