"""Own passwords, one-time passwords, passwords that got too old, and lost badges: what each opens, and what no longer."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.acting import acting
from masterdata.actions.give_person_token import give_person_token
from masterdata.actions.verify_credentials import verify_credentials
from masterdata.models import CredentialEvent, Person
from masterdata.rules.refusal import Refused
from tests import plant
from tests.web.forms import fields_of

pytestmark = pytest.mark.usefixtures("syrup")
NEW = "harbour-cobalt-window-7"
OWN = "/password"


def signed_in(username: str, password: str = plant.PASSWORD) -> Client:
    client = Client()
    client.post(reverse("sign-in"), {"by": "password", "username": username, "password": password})
    return client


def changed(client: Client, present: str = plant.PASSWORD, new: str = NEW, again: str | None = None):
    return client.post(
        OWN, {**fields_of(client.get(OWN)), "present": present, "new": new, "again": new if again is None else again}
    )


def signs(username: str, password: str) -> str:
    """`ok`, or the code of what is refused."""
    try:
        verify_credentials(user=username, password=password, content_digest="x", now=timezone.now())
    except Refused as refused:
        return refused.codes[0]
    return "ok"


def aged(username: str, days: int) -> None:
    with acting("service:tests"):
        Person.objects.filter(username=username).update(password_set_at=timezone.now() - timedelta(days=days))


def test_people_change_their_own_password_and_go_on():
    client, other = signed_in("qa"), signed_in("qa")
    assert changed(client).status_code == 302
    assert client.get("/reversals").status_code == 200
    assert other.get("/reversals").status_code == 302
    assert (signs("qa", plant.PASSWORD), signs("qa", NEW)) == ("credentials_refused", "ok")
    assert CredentialEvent.objects.get(step="password_changed").person.username == "qa"


def test_every_fault_of_a_password_is_told_at_once():
    answer = changed(signed_in("qa"), new="123456", again="other")
    shown = answer.content.decode()
    assert answer.status_code == 422
    for words in ("typed in two ways", "too short", "too common", "entirely numeric"):
        assert words in shown
    assert "123456" not in shown


@pytest.mark.parametrize("new", ["Quinn Quality", "quinn-quality-1", plant.PASSWORD])
def test_neither_the_name_nor_the_present_password_will_do(new):
    assert changed(signed_in("qa"), new=new).status_code == 422


def test_none_of_the_last_passwords_is_taken_again(settings):
    settings.PASSWORD_HISTORY = 2
    client = signed_in("qa")
    changed(client)
    answer = changed(client, present=NEW, new=plant.PASSWORD)
    assert "one of the last 2" in answer.content.decode()
    assert changed(client, present=NEW, new="meadow-copper-lantern-3").status_code == 302
    assert changed(client, present="meadow-copper-lantern-3", new=plant.PASSWORD).status_code == 302


def test_a_wrong_present_password_counts_as_a_failure():
    client = signed_in("qa")
    for _ in range(5):
        answer = changed(client, present="wrong")
    assert answer.status_code == 429
    assert changed(client).status_code == 429


def test_a_password_that_got_too_old_opens_only_the_page_to_change_it_and_signs_nothing(settings):
    settings.PASSWORD_AGE_DAYS = 90
    aged("qa", 91)
    client = signed_in("qa")
    answer = client.get("/reversals")
    assert (answer.status_code, answer.url) == (302, OWN)
    assert client.post("/reversals/1", {"password": plant.PASSWORD}).status_code == 403
    assert client.get("/api/v1/postings").status_code == 403
    assert "older than 90 days" in client.get(OWN).content.decode()
    assert signs("qa", plant.PASSWORD) == "password_too_old"
    changed(client)
    assert client.get("/reversals").status_code == 200
    assert signs("qa", NEW) == "ok"


def test_a_password_is_good_until_its_last_day(settings):
    settings.PASSWORD_AGE_DAYS = 90
    aged("qa", 89)
    assert signed_in("qa").get("/reversals").status_code == 200
    settings.PASSWORD_AGE_DAYS = 0
    aged("qa", 4000)
    assert signs("qa", plant.PASSWORD) == "ok"


def test_a_one_time_password_is_shown_once_and_has_to_be_changed(as_):
    admin, before, person = as_("admin"), signed_in("qa"), plant.people().qa
    reset = reverse("person-reset-password", args=[person.pk])
    answer = admin.post(reset, {**fields_of(admin.get(reset)), "reason": "Forgotten."})
    one_time = re.search(r"<code[^>]*>([a-z2-9-]{19})</code>", answer.content.decode())[1]
    assert answer["Cache-Control"] == "no-store"
    assert before.get("/reversals").url.startswith("/sign-in")
    assert one_time not in admin.get(reverse("person", args=[person.pk])).content.decode()
    assert signs("qa", one_time) == "password_is_for_one_use"
    client = signed_in("qa", one_time)
    assert client.get("/reversals").url == OWN
    assert changed(client, present=one_time).status_code == 302
    assert signs("qa", NEW) == "ok"


def test_who_is_enrolled_on_a_page_chooses_a_password_first(as_):
    admin, new = as_("admin"), reverse("person-new")
    filled = {
        "username": "nina",
        "name": "Nina New",
        "badge": "B-77",
        "roles": ["qa"],
        "password": "copper-meadow-window-4",
    }
    admin.post(new, {**fields_of(admin.get(new)), **filled})
    assert signed_in("nina", "copper-meadow-window-4").get("/reversals").url == OWN


def test_a_lost_badge_ends_every_session_and_tablet_and_token_at_the_next_request(as_):
    tablet, desk, person = Client(), signed_in("operator"), plant.people().operator
    tablet.post(reverse("sign-in"), {"by": "badge", "badge": "B-operator", "pin": plant.PIN})
    _, token = give_person_token(person=person, name="script", actor=person, now=timezone.now())
    script = {"HTTP_AUTHORIZATION": f"Token {token}"}
    assert tablet.get("/exceptions").status_code == desk.get("/exceptions").status_code == 200
    assert Client().get("/api/v1/lots", **script).status_code == 200
    supervisor, lost = as_("supervisor"), reverse("person-badge-lost", args=[person.pk])
    assert "Olga Operator" in supervisor.get(reverse("badges")).content.decode()
    assert "B-operator" not in supervisor.get(reverse("badges")).content.decode()
    supervisor.post(lost, {**fields_of(supervisor.get(lost)), "reason": "Left on the bus."})
    assert tablet.get("/exceptions").status_code == desk.get("/exceptions").status_code == 302
    assert Client().get("/api/v1/lots", **script).status_code == 401
    again = Client().post(reverse("sign-in"), {"by": "badge", "badge": "B-operator", "pin": plant.PIN})
    assert again.status_code == 422
    assert signs("B-operator", plant.PASSWORD) == "credentials_refused"
    assert signed_in("operator").get("/exceptions").status_code == 200
    event = CredentialEvent.objects.get(step="badge_lost")
    assert (event.badge, event.by.username, event.why) == ("B-operator", "supervisor", "Left on the bus.")


def test_tokens_stay_where_the_plant_says_so(as_, settings):
    settings.BADGE_LOST_REVOKES_TOKENS = False
    person, admin = plant.people().operator, as_("admin")
    _, token = give_person_token(person=person, name="script", actor=person, now=timezone.now())
    lost = reverse("person-badge-lost", args=[person.pk])
    admin.post(lost, {**fields_of(admin.get(lost)), "reason": "Lost."})
    assert Client().get("/api/v1/lots", HTTP_AUTHORIZATION=f"Token {token}").status_code == 200


def test_a_new_badge_opens_and_the_lost_number_is_never_given_again(as_):
    admin, person, other = as_("admin"), plant.people().operator, plant.people().checker
    lost, give = (reverse(name, args=[person.pk]) for name in ("person-badge-lost", "person-badge-given"))
    admin.post(lost, {**fields_of(admin.get(lost)), "reason": "Lost."})
    for badge in ("B-operator", "B-checker"):
        sent = {**fields_of(admin.get(give)), "badge": badge, "pin": "1357", "reason": "Found?"}
        assert admin.post(give, sent).status_code == 422
    admin.post(
        give, {**fields_of(admin.get(give)), "badge": "B-500", "pin": "1357", "reason": "In place of the lost one."}
    )
    opened = Client().post(reverse("sign-in"), {"by": "badge", "badge": "B-500", "pin": "1357"})
    assert opened.status_code == 302
    theirs = reverse("person-badge-given", args=[other.pk])
    answer = admin.post(theirs, {**fields_of(admin.get(theirs)), "badge": "b-operator", "pin": "1357", "reason": "x"})
    assert "was given before" in answer.content.decode()
    shown = admin.get(reverse("person", args=[person.pk])).content.decode()
    assert "badge lost B-operator" in shown
    assert "badge given B-500" in shown


def test_a_user_name_is_never_another_persons(as_):
    person = plant.people().operator
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Person.objects.filter(pk=person.pk).update(username="somebody")
    assert refused.value.__cause__.diag.constraint_name == "some_columns_never_change"
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM masterdata_person WHERE id = %s", [person.pk])
    assert refused.value.__cause__.diag.constraint_name == "nothing_is_deleted"


@pytest.mark.parametrize("name", ["person-reset-password", "person-badge-given", "person-lift"])
def test_only_admins_may(as_, name):
    assert as_("supervisor").get(reverse(name, args=[plant.people().operator.pk])).status_code == 403
