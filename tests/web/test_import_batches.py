"""All requests of an import at once: submitted or withdrawn by one button, with what was refused; and failed imports shown."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from masterdata.actions.claim_import import LEASE, claim_import
from masterdata.models import ChangeRequest, DataImport, RequestBatch
from masterdata.rules.bom import LineDraft
from masterdata.tasks import work_on_import
from tests import changing, plant
from tests.importing import received
from tests.web.forms import fields_of
from tests.web.test_import_screens import as_csv, exported, rows_of, step, upload


def proposed_import(client, count: int = 3) -> DataImport:
    """A file that changes the price of so many items, with its draft requests made."""
    rows = rows_of(exported(client, "items"))
    for row in rows[:count]:
        row["standard_cost"] = "7.77"
    upload(client, as_csv(rows))
    one = DataImport.objects.latest("pk")
    step(client, one, "propose")
    one.refresh_from_db()
    assert one.state == "proposed", one.faults
    return one


def ask(client, one: DataImport, name: str, **sent: str):
    address = reverse("import-batch-ask", args=[one.pk, name])
    form = fields_of(client.get(reverse("import", args=[one.pk])), address)
    return client.post(address, {**form, **sent}, follow=True)


def test_all_drafts_of_an_import_are_submitted_by_one_button(as_):
    client = as_("engineer")
    one = proposed_import(client)
    page = client.get(reverse("import", args=[one.pk])).content.decode()
    assert "Submit all 3 drafts" in page
    assert f"?import={one.pk}&amp;state=draft" in page
    shown = ask(client, one, "submit").content.decode()
    assert "3 requests are submitted." in shown
    assert set(one.change_requests.values_list("state", flat=True)) == {"submitted"}
    assert f"?import={one.pk}&amp;state=submitted" in shown
    assert "Submit all" not in shown
    listed = client.get(reverse("changes"), {"import": one.pk, "state": "submitted"}).content.decode()
    assert all(str(request) in listed for request in one.change_requests.all())


def test_all_requests_are_withdrawn_by_one_button_and_a_reason(as_):
    client = as_("engineer")
    one = proposed_import(client)
    ask(client, one, "submit")
    assert "Say why they are withdrawn." in ask(client, one, "withdraw", reason=" ").content.decode()
    assert "3 requests are withdrawn." in ask(client, one, "withdraw", reason="The wrong file").content.decode()
    assert set(one.change_requests.values_list("state", "decision_reason")) == {("withdrawn", "The wrong file")}
    page = client.get(reverse("import", args=[one.pk])).content.decode()
    assert "Submit all" not in page
    assert "Withdraw" not in page


def test_what_is_refused_is_told_request_by_request_and_as_csv_and_does_not_hold_up_the_others(as_):
    client = as_("engineer")
    plant.approved_bom(plant.product("KIT"), [LineDraft("PK-BTL-200", "1")])
    rows = [row for row in rows_of(exported(client, "boms")) if row["item"] == "KIT"]
    first, second = ([{**row, "version": number, "effective_from": ""} for row in rows] for number in ("2", "3"))
    first[1]["quantity"], second[1]["quantity"] = "1.75", "2.75"
    upload(client, as_csv([*rows, *first, *second]), "boms.csv")
    boms = DataImport.objects.latest("pk")
    step(client, boms, "propose")
    shown = ask(client, boms, "submit").content.decode()
    assert "comes first" in shown
    assert "1 request is submitted; 1 could not be submitted." in shown
    made = RequestBatch.objects.latest("pk")
    assert (made.state, made.total, [row["code"] for row in made.refused]) == ("done", 2, ["earlier_waits"])
    as_file = client.get(reverse("import-batch", args=[made.pk]) + "?format=csv").content.decode()
    assert f"CR-{made.refused[0]['number']}" in as_file
    assert sorted(boms.change_requests.values_list("state", flat=True)) == ["draft", "submitted"]


def test_only_the_author_goes_on_and_only_once_at_a_time(as_):
    client = as_("engineer")
    one = proposed_import(client)
    address = reverse("import-batch-ask", args=[one.pk, "submit"])
    form = fields_of(client.get(reverse("import", args=[one.pk])), address)
    second = as_("second_engineer")
    theirs = second.get(reverse("import", args=[one.pk])).content.decode()
    assert "Submit all" not in theirs
    sent = {**fields_of(second.get(reverse("imports"))), "reason": ""}
    answer = second.post(address, sent)
    assert (answer.status_code, RequestBatch.objects.count()) == (422, 0)
    assert "Ask the author to do it." in answer.content.decode()
    assert as_("qa").post(address, {}).status_code == 403
    client.post(address, form)
    again = client.post(address, form)
    assert (again.status_code, RequestBatch.objects.count()) == (422, 1)


def test_many_requests_are_left_to_a_worker_and_their_page_says_so(as_, monkeypatch):
    client = as_("engineer")
    one = proposed_import(client)
    monkeypatch.setattr("masterdata.web.import_batches.AT_ONCE", 1)
    shown = ask(client, one, "submit").content.decode()
    made = RequestBatch.objects.get()
    assert made.state == "waiting"
    assert "You may leave this page; it goes on." in shown
    assert "Submit all" not in client.get(reverse("import", args=[one.pk])).content.decode()
    progress = client.get(reverse("import-batch-progress", args=[made.pk]))
    assert progress.status_code == 200
    assert "HX-Refresh" not in progress


def test_a_request_that_was_signed_meanwhile_is_not_withdrawn(as_):
    client = as_("engineer")
    one = proposed_import(client)
    ask(client, one, "submit")
    signed = one.change_requests.order_by("number").first()
    changing.signed(ChangeRequest.objects.select_related("author").get(pk=signed.pk), timezone.now())
    ask(client, one, "withdraw", reason="The rest is wrong")
    assert sorted(one.change_requests.values_list("state", flat=True)) == ["effective", "withdrawn", "withdrawn"]


def test_a_failed_import_is_shown_in_list_and_page_and_checked_again(as_):
    client = as_("engineer")
    content = exported(client, "items")
    one = received(content, "prices.csv")
    now = timezone.now() - 9 * LEASE
    for _ in range(4):
        claim_import(now=now, pk=one.pk)
        now += LEASE + timedelta(seconds=1)
    listed = client.get(reverse("imports"), {"state": "failed"}).content.decode()
    assert "prices.csv" in listed
    page = client.get(reverse("import", args=[one.pk])).content.decode()
    one.refresh_from_db()
    assert one.trace in page
    assert "3 workers died" in page
    assert "Nothing was imported, and nothing was changed." in page
    step(client, one, "check")
    one.refresh_from_db()
    assert (one.state, one.failure) == ("ready", "")


def test_a_check_that_crashes_while_the_browser_waits_shows_a_page_and_no_error(as_):
    """The database is the product's own; what is broken is a time zone that this machine does not know."""
    client = as_("engineer")
    content = exported(client, "items")
    one = received(content, "prices.csv", zone="No/Where")
    work_on_import(one.pk)
    page = client.get(reverse("import", args=[one.pk]))
    assert page.status_code == 200
    assert "being read" in page.content.decode()
    work_on_import(one.pk)
    work_on_import(one.pk)
    shown = step(client, one, "check")
    assert shown.status_code == 200
