"""QA reads what, why, who asked, what it will move and where the output went; then signs, or declines."""

from django.urls import reverse

from backflush.models import Posting, ReversalRequest
from masterdata.models import Person, SigningTicket
from tests.web.forms import fields_of, signed
from tests.web.scene import item
from traceability.models import MaterialLot, StockBalance


def request() -> ReversalRequest:
    return ReversalRequest.objects.get()


def test_the_worklist_shows_what_waits(look):
    client = look("qa")
    shown = client.get(reverse("reversals")).content.decode()
    assert "waiting for QA" in shown
    assert "The counter ran while the line was rinsed." in shown
    assert "No reversal fits." in client.get(reverse("reversals"), {"state": "signed"}).content.decode()


def test_it_says_that_only_what_waits_is_shown_and_exported_and_leads_to_all(as_):
    client, asked = as_("qa"), request()
    shown = client.get(reverse("reversals"))
    assert "Only those that wait for QA are shown and exported" in shown.content.decode()
    assert 'href="?state="' in shown.content.decode()
    export = client.get(reverse("reversals"), {"format": "csv"})
    assert 'filename="reversals-waiting-for-QA.csv"' in export["Content-Disposition"]
    client.post(reverse("reversal-decline", args=[asked.pk]), {"note": "The count was right."})
    everything = client.get(reverse("reversals"), {"state": "", "format": "csv"})
    assert 'filename="reversals.csv"' in everything["Content-Disposition"]
    assert "The counter ran while the line was rinsed." in everything.content.decode()
    assert "Only those" not in client.get(reverse("reversals"), {"state": ""}).content.decode()


def test_lots_and_items_lead_to_their_pages_and_people_have_their_names(look):
    shown = look("qa").get(reverse("reversal", args=[request().pk])).content.decode()
    bottles = MaterialLot.objects.get(item=item("PK-BTL-200"), code="B-214")
    assert reverse("lot", args=[bottles.pk]) in shown
    assert reverse("item", args=[bottles.item_id]) in shown
    assert "Sam Supervisor (supervisor)" in shown


def test_the_page_shows_every_line_that_will_move(look):
    shown = look("qa").get(reverse("reversal", args=[request().pk])).content.decode()
    for words in ("Sam Supervisor", "38.735", "WO-20400", "FILL-1-WIP", "B-214", "reversal approved"):
        assert words in shown


def test_a_signature_reverses_line_by_line(as_):
    client, asked = as_("qa"), request()
    here = reverse("reversal", args=[asked.pk])
    bottles = MaterialLot.objects.get(item=item("PK-BTL-200"), code="B-214")
    before = StockBalance.objects.get(lot_id=bottles.pk, order_id__gt=0).quantity
    answer = client.post(here, signed(fields_of(client.get(here), here, "digest"), "qa"))
    reversal = Posting.objects.get(reversal_of=asked.posting_id)
    assert answer.url == reverse("posting", args=[f"P-{reversal.number:06d}"])
    assert StockBalance.objects.get(lot_id=bottles.pk, order_id__gt=0).quantity == before + 156
    page = client.get(answer.url).content.decode()
    assert "mirrors its posting line by line" in page
    assert "<b>Quinn Quality</b>: reversal approved" in page
    assert "BROKEN" not in page
    original = client.get(reverse("posting", args=[f"P-{asked.posting.number:06d}"])).content.decode()
    assert "reversed" in original


def test_a_wrong_password_signs_nothing_and_gives_no_hint(as_):
    client, asked = as_("qa"), request()
    here = reverse("reversal", args=[asked.pk])
    answer = client.post(here, signed(fields_of(client.get(here), here, "digest"), "qa", password="wrong"))
    assert answer.status_code == 422
    assert "The signature was not accepted." in answer.content.decode()
    assert not Posting.objects.filter(reversal_of=asked.posting_id).exists()


def test_nobody_signs_in_the_session_of_somebody_else(as_):
    client, asked = as_("qa"), request()
    here = reverse("reversal", args=[asked.pk])
    answer = client.post(here, signed(fields_of(client.get(here), here, "digest"), "second_engineer"))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "You are signed in as Quinn Quality; Sefa Engineer signs in their own session." in shown
    assert "Switch user" in shown
    assert not Posting.objects.filter(reversal_of=asked.posting_id).exists()
    assert not SigningTicket.objects.exclude(used_at__isnull=False).exists()


def test_whose_password_it_is_is_not_told_to_who_does_not_know_it(as_):
    client, asked = as_("qa"), request()
    here = reverse("reversal", args=[asked.pk])
    form = fields_of(client.get(here), here, "digest")
    answer = client.post(here, signed(form, "second_engineer", password="wrong"))
    assert "The signature was not accepted." in answer.content.decode()
    assert "Sefa" not in answer.content.decode()


def test_an_empty_signature_is_told_apart_from_a_wrong_one(as_):
    client, asked = as_("qa"), request()
    answer = client.post(reverse("reversal", args=[asked.pk]), {"signer": "qa"})
    assert answer.status_code == 422
    assert "A signature needs user name or badge, and password." in answer.content.decode()


def test_who_may_not_sign_is_told_who_does_and_is_refused_in_words(as_):
    client, asked = as_("supervisor"), request()
    here = reverse("reversal", args=[asked.pk])
    looked = client.get(here).content.decode()
    assert "QA signs or declines it" in looked
    assert "My signature means" not in looked
    form = fields_of(as_("qa").get(here), here, "digest")
    answer = client.post(here, signed(form, "supervisor"))
    assert answer.status_code == 403
    assert "Sam Supervisor may not sign or decline a reversal" in answer.content.decode()


def test_a_record_that_changed_since_it_was_shown_is_not_signed(as_):
    client, asked = as_("qa"), request()
    here = reverse("reversal", args=[asked.pk])
    form = {**fields_of(client.get(here), here, "digest"), "digest": "0" * 64}
    answer = client.post(here, signed(form, "qa"))
    assert answer.status_code == 422
    assert "no longer what was shown" in answer.content.decode()


def test_signing_twice_reverses_once(as_):
    client, asked = as_("qa"), request()
    here = reverse("reversal", args=[asked.pk])
    form = signed(fields_of(client.get(here), here, "digest"), "qa")
    client.post(here, form)
    assert client.post(here, form).status_code == 422
    assert Posting.objects.filter(reversal_of=asked.posting_id).count() == 1


def test_qa_declines_with_a_reason(as_):
    client, asked = as_("qa"), request()
    decline = reverse("reversal-decline", args=[asked.pk])
    assert client.post(decline, {"note": ""}).status_code == 422
    assert client.post(decline, {"note": "The count was right."}).url == reverse("reversals")
    asked.refresh_from_db()
    assert asked.declined_by.username == "qa"
    assert "The count was right." in client.get(reverse("reversal", args=[asked.pk])).content.decode()


def test_others_may_not_decline(as_):
    assert as_("engineer").post(reverse("reversal-decline", args=[request().pk]), {"note": "no"}).status_code == 403
    assert request().declined_at is None


def test_whoever_asked_is_told_that_somebody_else_signs(as_):
    client = as_("qa")
    last = Posting.objects.filter(operation_number="20").get()
    ask = reverse("posting-reverse", args=[f"P-{last.number:06d}"])
    here = client.post(ask, {"reason": "WRONG-COUNT", "note": "Counted twice."}).url
    shown = client.get(here)
    assert "Quinn Quality asked for the reversal" in shown.content.decode()
    answer = client.post(here, signed(fields_of(shown, here, "digest"), "qa"))
    assert answer.status_code == 422
    assert not Posting.objects.filter(reversal_of=last.pk).exists()


def test_a_hash_that_is_renewed_while_signing_does_not_end_the_session(as_, settings):
    asked = request()
    client = as_("qa")
    here = reverse("reversal", args=[asked.pk])
    form = fields_of(client.get(here), here, "digest")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", *settings.PASSWORD_HASHERS]
    client.post(here, signed(form, "qa"))
    assert Person.objects.get(username="qa").password.startswith("scrypt")
    assert client.get(reverse("reversals")).status_code == 200
