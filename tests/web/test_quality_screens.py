"""Quality records on screens: opened on a lot or a report, decided and closed by QA under signature, listed with a CSV."""

import re

from django.urls import reverse

from backflush.models import OperationReport
from tests import plant, quality
from tests.web.forms import fields_of, signed
from traceability.models import MaterialLot, QualityRecord


def lot(code="B-219") -> MaterialLot:
    return MaterialLot.objects.get(code=code)


def page_of(client, number) -> str:
    return client.get(reverse("quality-record", args=[number])).content.decode()


def test_a_record_is_opened_on_the_page_of_a_lot_and_stops_it(as_):
    client, found = as_("operator"), lot()
    address = f"{reverse('quality-record-new')}?lot={found.pk}"
    assert address in client.get(reverse("lot", args=[found.pk])).content.decode()
    form = client.get(address)
    assert "it is held, and what is loose goes to quarantine" in form.content.decode()
    sent = fields_of(form, holds="title") | {"title": "Bottles are cracked", "description": "Five of ten."}
    answer = client.post(address, sent, follow=True)
    shown = answer.content.decode()
    assert "NCMR-000001 is open. Lot B-219 is held." in shown
    assert "Five of ten." in shown
    found.refresh_from_db()
    assert found.status == "held"
    assert "NCMR-000001" in client.get(reverse("lot", args=[found.pk])).content.decode()


def test_pressing_twice_opens_one(as_):
    client = as_("supervisor")
    address = reverse("quality-record-new")
    sent = fields_of(client.get(address), holds="title") | {"title": "Too warm"}
    client.post(address, sent)
    client.post(address, sent)
    assert QualityRecord.objects.count() == 1


def test_what_is_wrong_in_the_form_is_told_and_nothing_is_lost(as_):
    client = as_("supervisor")
    address = reverse("quality-record-new")
    sent = fields_of(client.get(address), holds="title") | {"title": "Too warm", "kind": "ncmr", "order": "WO-0"}
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert "There is no order WO-0 at this site." in answer.content.decode()
    sent = fields_of(answer, holds="title") | {"order": ""}
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert "Nonconforming material is a lot; this names none." in answer.content.decode()
    assert "Too warm" in answer.content.decode()


def test_qa_reviews_decides_and_closes_it(as_):
    made = quality.ncmr(lot("S-7741"), "Lumps")
    client = as_("qa")
    review = reverse("quality-record-review", args=[made.number])
    shown = client.get(reverse("quality-record", args=[made.number]))
    answer = client.post(review, fields_of(shown, review) | {"note": "Sampled."}, follow=True)
    assert "is with Quinn Quality" in answer.content.decode()
    dispose = reverse("quality-record-dispose", args=[made.number])
    asked = client.post(dispose, {"disposition": "reject", "note": "Lumps do not dissolve."})
    assert "disposition: reject" in asked.content.decode()
    sent = signed(fields_of(asked, dispose, "digest"), "qa")
    assert "It is carried out." in client.post(dispose, sent, follow=True).content.decode()
    close = reverse("quality-record-close", args=[made.number])
    asked = client.post(close, {"conclusion": "The supplier dried it badly."})
    answer = client.post(close, signed(fields_of(asked, close, "digest"), "qa"), follow=True)
    shown = answer.content.decode()
    assert "is closed." in shown
    assert shown.count("<b>Quinn Quality</b>: ") == 2  # the disposition and the close
    assert "Add a note" not in shown
    made.refresh_from_db()
    assert made.state == "closed"
    assert lot("S-7741").status == "rejected"


def test_a_wrong_password_decides_nothing_and_keeps_what_was_written(as_):
    made = quality.in_review(quality.ncmr(lot()))
    client, dispose = as_("qa"), reverse("quality-record-dispose", args=[made.number])
    asked = client.post(dispose, {"disposition": "reject", "note": "Lumps do not dissolve."})
    answer = client.post(dispose, signed(fields_of(asked, dispose, "digest"), "qa", password="no"))
    assert answer.status_code == 422
    assert "Lumps do not dissolve." in answer.content.decode()
    made.refresh_from_db()
    assert made.state == "in_review"


def test_an_operator_adds_notes_and_decides_nothing(as_):
    made = quality.in_review(quality.ncmr(lot()))
    client = as_("operator")
    answer = client.post(reverse("quality-record-note", args=[made.number]), {"text": "It smells."}, follow=True)
    assert "It smells." in answer.content.decode()
    assert "What becomes of the material" not in answer.content.decode()
    answer = client.post(reverse("quality-record-dispose", args=[made.number]), {"disposition": "release", "note": "x"})
    assert answer.status_code == 403
    assert "may not release, hold" in answer.content.decode()


def test_an_auditor_reads_and_changes_nothing(as_):
    made = quality.ncmr(lot())
    client = as_("auditor")
    shown = page_of(client, made.number)
    assert "Add a note" not in shown
    assert "Take it into review" not in shown
    assert client.get(reverse("quality-record-new")).status_code == 403
    assert client.post(reverse("quality-record-note", args=[made.number]), {"text": "x"}).status_code == 403


def test_the_list_is_filtered_and_exported(as_):
    quality.ncmr(lot(), "Bottles are cracked")
    quality.closed(quality.in_review(quality.deviation("The room was too warm")))
    client, address = as_("auditor"), reverse("quality-records")
    shown = client.get(address).content.decode()
    assert "Bottles are cracked" in shown
    assert "The room was too warm" not in shown
    assert "The room was too warm" in client.get(address, {"state": "closed"}).content.decode()
    assert "No quality record fits." in client.get(address, {"state": "", "kind": "ncmr", "q": "warm"}).content.decode()
    assert "Bottles are cracked" in client.get(address, {"q": "B-219"}).content.decode()
    # the scene opened them long ago, so that both would be overdue
    overdue = client.get(address, {"state": "", "overdue": "yes"}).content.decode()
    assert "overdue" in overdue
    assert "DEV-000001" not in overdue
    rows = client.get(address, {"state": "", "format": "csv"}).content.decode().splitlines()
    assert rows[0].startswith("Number,What is wrong,Lot,State,Owner,Due,Opened,By")
    assert len(rows) == 3


def test_the_rail_counts_what_nobody_has_taken_up(as_):
    quality.deviation()
    shown = as_("qa").get(reverse("quality-records")).content.decode()
    assert re.search(r"Quality records.{0,200}badge[^>]*>1<", shown, re.DOTALL)


def test_a_record_about_a_report_leads_there_and_back(as_):
    report = OperationReport.objects.get(order_number="WO-20421")
    client = as_("supervisor")
    address = f"{reverse('quality-record-new')}?event={report.event_id}&order=WO-20421"
    assert address.replace("&", "&amp;") in client.get(reverse("exception", args=[report.event_id])).content.decode()
    sent = fields_of(client.get(address), holds="title") | {"title": "Caps were never staged"}
    shown = client.post(address, sent, follow=True).content.decode()
    assert reverse("exception", args=[report.event_id]) in shown
    assert "WO-20421" in shown
    assert "DEV-000001" in client.get(reverse("exception", args=[report.event_id])).content.decode()


def test_what_is_not_there_is_a_404(look):
    assert look("auditor").get(reverse("quality-record", args=["NCMR-999999"])).status_code == 404


def test_records_of_another_site_are_not_there(as_):
    made = quality.deviation()
    other = plant.site("OTHER")
    qa = plant.people().qa
    qa.site = other
    qa.save()
    assert as_("qa").get(reverse("quality-record", args=[made.number])).status_code == 404
