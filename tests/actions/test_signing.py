"""Signing: credentials first and by themselves, then one signature for exactly what was shown."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.test import override_settings

from masterdata.actions.acting import acting
from masterdata.actions.sign import sign
from masterdata.actions.verify_credentials import verify_credentials
from masterdata.models import Person, Signature
from masterdata.queries import signature_stands
from masterdata.rules.refusal import Refused
from masterdata.rules.signatures import content_digest
from tests import plant

pytestmark = pytest.mark.django_db
CONTENT = {"record": "test", "figure": "1.5"}


def signed(ticket, content=CONTENT, now=plant.NOW):
    return sign(ticket=ticket, meaning="approved", subject_kind="test", subject_key="1", content=content, now=now)


def request():
    made = HttpRequest()
    made.META["REMOTE_ADDR"] = "10.0.0.1"
    return made


def test_a_signature_shows_name_meaning_time_and_fits_its_content():
    qa = plant.people().qa
    signature = signed(plant.ticket(qa, CONTENT))
    assert (signature.person, signature.printed_name, signature.meaning) == (qa, "Quinn Quality", "approved")
    assert signature.site_time == "2026-01-05 09:00:00 CET (UTC+0100)"
    assert signature.components == "user name and password"
    assert signature_stands(Signature.objects.get())


def test_a_badge_may_stand_for_the_user_name():
    qa = plant.people().qa
    given = verify_credentials(
        user="B-qa", password=plant.PASSWORD, content_digest=content_digest(CONTENT), now=plant.NOW
    )
    assert given.person == qa


def test_a_pin_does_not_sign():
    plant.people()
    with pytest.raises(Refused):
        verify_credentials(user="qa", password=plant.PIN, content_digest="x", now=plant.NOW)


def test_a_refusal_does_not_say_which_part_was_wrong():
    plant.people()
    said = []
    for user, password in (("qa", "wrong"), ("nobody", plant.PASSWORD), ("", ""), ("a\x00", "x")):
        with pytest.raises(Refused) as refused:
            verify_credentials(user=user, password=password, content_digest="x", now=plant.NOW)
        said.append(refused.value.refusals)
    assert len(set(said)) == 1
    assert said[0][0].code == "credentials_refused"


def test_a_ticket_is_used_once():
    ticket = plant.ticket(plant.people().qa, CONTENT)
    signed(ticket)
    with pytest.raises(Refused) as refused:
        signed(ticket)
    assert refused.value.codes == ["ticket_used"]
    assert Signature.objects.count() == 1


def test_a_ticket_signs_only_what_was_shown():
    with pytest.raises(Refused) as refused:
        signed(plant.ticket(plant.people().qa, CONTENT), content={**CONTENT, "figure": "15"})
    assert refused.value.codes == ["content_changed"]


def test_a_ticket_ends_after_five_minutes():
    with pytest.raises(Refused) as refused:
        signed(plant.ticket(plant.people().qa, CONTENT), now=plant.NOW + timedelta(minutes=5, seconds=1))
    assert refused.value.codes == ["ticket_expired"]


def test_credentials_are_not_verified_inside_an_action():
    people = plant.people()
    with pytest.raises(RuntimeError, match="before the action"), acting(people.qa):
        plant.ticket(people.qa, CONTENT)


def test_five_failures_let_the_password_rest_by_badge_and_user_name_alike_and_not_the_pin():
    qa = plant.people().qa
    for user in ("qa", "QA", "B-qa", "qa", "B-qa"):
        with pytest.raises(Refused):
            verify_credentials(user=user, password="wrong", content_digest="x", now=plant.NOW)
    with pytest.raises(Refused):
        plant.ticket(qa, CONTENT)
    here = request()
    here.META["REMOTE_ADDR"] = "127.0.0.1"
    assert authenticate(here, username="B-qa", password=plant.PASSWORD) is None
    assert authenticate(here, badge="B-qa", pin=plant.PIN) == qa
    assert plant.ticket(plant.people().engineer, CONTENT)


def test_a_success_clears_the_count():
    qa = plant.people().qa
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(Refused):
                verify_credentials(user="qa", password="wrong", content_digest="x", now=plant.NOW)
        assert plant.ticket(qa, CONTENT)


def test_a_tablet_opens_by_badge_and_pin_and_a_browser_by_user_name_and_password():
    qa = plant.people().qa
    assert authenticate(request(), badge="B-qa", pin=plant.PIN) == qa
    assert authenticate(request(), username="Qa", password=plant.PASSWORD) == qa
    assert authenticate(request(), badge="B-qa", pin="0000") is None
    assert authenticate(request(), badge="B-qa", password=plant.PASSWORD) is None
    assert authenticate(request(), badge="", pin="") is None


def test_an_empty_pin_opens_nothing():
    qa = plant.people().qa
    with acting("service:tests"):
        Person.objects.filter(pk=qa.pk).update(pin="")
    assert authenticate(request(), badge="B-qa", pin="") is None


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher", "tests.plant.QuickHasher"])
def test_an_old_hash_is_renewed_by_an_action_at_sign_in():
    qa = plant.people().qa
    with acting("service:tests"):
        Person.objects.filter(pk=qa.pk).update(password=make_password(plant.PASSWORD, hasher="pbkdf2_sha256"))
    assert authenticate(request(), username="qa", password=plant.PASSWORD) == qa
    qa.refresh_from_db()
    assert qa.password.startswith("argon2")
    assert qa.history.first().history_change_reason == "hash renewed"


def test_an_altered_signature_shows():
    signature = signed(plant.ticket(plant.people().qa, CONTENT))
    signature.meaning = "reviewed"
    assert not signature_stands(signature)


@pytest.mark.parametrize(
    "statement", ["UPDATE masterdata_signature SET meaning = 'x'", "DELETE FROM masterdata_signature"]
)
def test_the_application_can_only_add_signatures(statement):
    signed(plant.ticket(plant.people().qa, CONTENT))
    with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("change", ["used_at = NULL", "content_digest = 'y'", "person_id = person_id + 1"])
def test_a_used_ticket_is_never_made_new(change):
    signed(plant.ticket(plant.people().qa, CONTENT))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE masterdata_signingticket SET {change}")
