"""Reporting: what it will consume before it is sent, what became of it afterwards, and nothing twice."""

import pytest
from django.urls import reverse

from backflush.actions.post_reports import post_reports
from backflush.models import OperationReport, Posting
from tests import plant
from tests.web.floor.screens import HTMX, at, hidden, said

REPORT, PREVIEW = ("report", "WO-7012", "10"), ("report-preview", "WO-7012", "10")


def send(client, **data):
    return client.post(at(*REPORT), {**hidden(client.get(at(*REPORT))), **data})


def the_report():
    return OperationReport.objects.filter(order_number="WO-7012").latest("id")


def test_the_preview_names_the_lots_and_writes_nothing(tablet):
    before = OperationReport.objects.count()
    page = tablet().post(at(*PREVIEW), {"good": "20"}, headers=HTMX)
    drawn = {draw["lot"]: draw["quantity"] for line in page.context["lines"] for draw in line["draws"]}
    assert drawn == {"F-4471": "0.25", "X-101": "20", "E-77": "20"}
    assert page.context["reasons"] == []
    assert OperationReport.objects.count() == before


def test_the_preview_says_what_is_missing_and_leads_to_staging(tablet):
    page = tablet().post(at(*PREVIEW), {"good": "31"}, headers=HTMX)
    assert [one["code"] for one in page.context["reasons"]] == ["short"]
    assert page.context["reasons"][0]["url"] == at("stage", "WO-7012")


def test_an_empty_form_previews_nothing_and_a_wrong_figure_is_told(tablet):
    client = tablet()
    assert client.post(at(*PREVIEW), {"good": ""}, headers=HTMX).context["empty"]
    page = client.post(at(*PREVIEW), {"good": "1.2.3"}, headers=HTMX)
    assert said(page) == ["Good units: that is no quantity."]


def test_a_report_is_taken_once_posts_and_shows_its_number(tablet):
    client = tablet()
    answer = send(client, good="20")
    assert answer.url == reverse("report-sent", args=[the_report().event_id])
    waiting = client.get(reverse("report-answer", args=[the_report().event_id]), headers=HTMX).content.decode()
    assert 'hx-trigger="every 300ms"' in waiting
    post_reports()
    page = client.get(reverse("report-answer", args=[the_report().event_id]), headers=HTMX).content.decode()
    number = f"P-{Posting.objects.get(report_id=the_report().pk).number:06d}"
    assert f"Posted as {number}." in page
    assert reverse("posting", args=[number]) in page
    assert "hx-trigger" not in page


def test_a_report_with_scrap_rework_and_setup_carries_all_of_it(tablet):
    client = tablet()
    answer = send(client, good="10", rework="2", setup_events="1", **{"scrap-JAM": "3", "scrap-SAMPLE": "1"})
    page = client.get(answer.url).content.decode()
    assert "10 pcs good, 3 scrap (JAM), 1 scrap (SAMPLE), 2 rework, 1 setup" in page


def test_pressing_twice_is_one_report(tablet):
    client = tablet()
    form = {**hidden(client.get(at(*REPORT))), "good": "20"}
    first, second = client.post(at(*REPORT), form), client.post(at(*REPORT), form)
    assert first.url == second.url
    assert OperationReport.objects.filter(event_id=form["event_id"]).count() == 1


def test_the_same_form_with_other_figures_is_refused_and_the_next_press_is_a_new_report(tablet):
    client = tablet()
    form = {**hidden(client.get(at(*REPORT))), "good": "20"}
    client.post(at(*REPORT), form)
    page = client.post(at(*REPORT), {**form, "good": "25"})
    assert page.status_code == 422
    assert said(page) == ["This form was sent before, with other figures. Only the first ones are recorded."]
    assert 'value="25"' in page.content.decode()
    assert hidden(page)["event_id"] != form["event_id"]


def test_somebody_elses_event_is_not_taken_for_ones_own(tablet):
    form = {**hidden(tablet().get(at(*REPORT))), "good": "20"}
    tablet().post(at(*REPORT), form)
    assert tablet("checker").post(at(*REPORT), form).status_code == 422


def test_a_blocked_report_shows_every_reason_with_the_screen_where_it_is_mended(tablet):
    client = tablet()
    answer = send(client, good="100")
    post_reports()
    page = client.get(answer.url)
    assert page.context["state"] == "blocked"
    assert [one["url"] for one in page.context["reasons"]] == [at("stage", "WO-7012")]
    assert "Nothing is lost" in page.content.decode()


def test_nothing_entered_is_refused_and_keeps_the_form(tablet):
    page = send(tablet(), good="")
    assert page.status_code == 422
    assert said(page) == ["Good units: nothing is entered."]


def test_a_supervisor_confirms_an_unusual_quantity_by_badge_and_pin(tablet):
    client = tablet()
    preview = client.post(at(*PREVIEW), {"good": "490"}, headers=HTMX)
    assert preview.context["supervisor"]
    page = send(client, good="490", confirmed_by="B-supervisor", confirmed_pin="0000")
    assert said(page) == ["Badge and PIN of the second person were not accepted."]
    send(client, good="490", confirmed_by="B-supervisor", confirmed_pin=plant.PIN)
    post_reports()
    codes = {one["code"] for one in client.get(reverse("report-sent", args=[the_report().event_id])).context["reasons"]}
    assert codes == {"short"}


@pytest.mark.parametrize("who", ["qa", "finance", "auditor"])
def test_only_the_floor_reports(tablet, who):
    assert tablet(who).get(at(*REPORT)).status_code == 403


@pytest.mark.parametrize("screen", ["report", "preview", "weigh", "weigh/bar", "assemble", "assemble/state"])
def test_an_operation_with_a_control_character_is_not_there(tablet, screen):
    page = tablet().get(at(*REPORT).replace("/10/report", f"/%00/{screen}"))
    assert page.status_code == 404


def test_an_operation_that_the_order_does_not_have_is_not_there(tablet):
    assert tablet().get(at("report", "WO-7012", "99")).status_code == 404


def test_a_thousand_with_a_comma_is_refused_in_words_before_and_when_it_is_sent(tablet):
    client = tablet()
    preview = client.post(at(*PREVIEW), {"good": "1,000", "scrap-JAM": "٣"}, headers=HTMX)
    assert said(preview) == [
        "Good units: “1,000” can be read in two ways.",
        "Reason JAM: “٣” has digits of another script.",
    ]
    page = send(client, good="1,000")
    assert page.status_code == 422
    assert page.context["refusals"][0]["remedy"].startswith("Write 1000 or 1.000:")
    assert 'value="1,000"' in page.content.decode()


def test_what_is_missing_is_said_once_for_each_item_with_one_button_for_all(tablet):
    client = tablet()
    page = client.post(at("report-preview", "WO-7010", "10"), {"good": "5"}, headers=HTMX)
    (material,) = [one for one in page.context["reasons"] if one.get("lines")]
    assert material["sentence"] == "Of 3 items material is missing at the line."
    assert [one["code"] for one in material["lines"]] == ["not_staged"] * 3
    assert page.content.decode().count(f'href="{at("stage", "WO-7010")}"') == 1
