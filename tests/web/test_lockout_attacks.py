"""Guessing shuts the guesser out, never the person: not their known browser or tablet, not their session, not for long."""

import pytest
from django.test import Client
from django.urls import reverse

from masterdata.models import CredentialEvent
from tests import plant
from tests.web.forms import fields_of

pytestmark = pytest.mark.usefixtures("syrup")
BADGE = {"by": "badge", "badge": "B-operator", "pin": plant.PIN}
PASSWORD = {"by": "password", "username": "qa", "password": plant.PASSWORD}
PLANT = "10.0.0.1"  # the one address that a whole plant has behind its router


def came_in(client: Client, how: dict[str, str]) -> bool:
    return client.post(reverse("sign-in"), how).status_code == 302


def known(how: dict[str, str], address: str = PLANT) -> Client:
    """A browser in which this person signed in before, and out again."""
    client = Client(REMOTE_ADDR=address)
    assert came_in(client, how)
    client.post(reverse("sign-out"))
    return client


def guess(how: dict[str, str], times: int = 5, address: str = PLANT) -> Client:
    stranger = Client(REMOTE_ADDR=address)
    wrong = {**how, "pin" if "pin" in how else "password": "0000"}
    for _ in range(times):
        last = stranger.post(reverse("sign-in"), wrong)
    assert last.status_code in (422, 429)
    return stranger


@pytest.mark.parametrize("how", [BADGE, PASSWORD])
def test_a_stranger_at_the_same_address_shuts_out_only_strangers(how):
    own = known(how)
    stranger = guess(how)
    assert stranger.post(reverse("sign-in"), how).status_code == 429
    assert came_in(own, how)


@pytest.mark.parametrize("how", [BADGE, PASSWORD])
def test_guessing_from_many_addresses_reaches_the_ceiling_and_still_not_the_person(how, settings):
    settings.SIGN_IN_FAILURE_CEILING = 6
    own = known(how)
    for last in range(6):
        guess(how, times=1, address=f"10.0.1.{last}")
    assert Client(REMOTE_ADDR="10.0.2.1").post(reverse("sign-in"), how).status_code == 429
    assert came_in(own, how)


def test_a_stranger_who_is_known_in_his_own_browser_is_a_stranger_to_others():
    own, insider = known(PASSWORD), known({**PASSWORD, "username": "engineer"})
    for _ in range(5):
        insider.post(reverse("sign-in"), {**PASSWORD, "password": "0000"})
    assert insider.post(reverse("sign-in"), PASSWORD).status_code == 429
    assert came_in(own, PASSWORD)


def test_a_made_up_cookie_makes_nobody_known():
    stranger = Client(REMOTE_ADDR=PLANT)
    stranger.cookies["known_here"] = "eyJicm93c2VyIjoiYSIsInBlb3BsZSI6WzFdfQ:1x:forged"
    for _ in range(5):
        stranger.post(reverse("sign-in"), {**BADGE, "pin": "0000"})
    assert Client(REMOTE_ADDR=PLANT).post(reverse("sign-in"), BADGE).status_code == 429


def test_a_known_browser_that_guesses_rests_as_well():
    own = known(BADGE)
    for _ in range(5):
        own.post(reverse("sign-in"), {**BADGE, "pin": "0000"})
    assert own.post(reverse("sign-in"), BADGE).status_code == 429
    assert came_in(Client(REMOTE_ADDR=PLANT), BADGE)


def test_who_is_signed_in_goes_on_and_signs_while_strangers_guess(as_):
    qa = as_("qa")
    guess(PASSWORD, address="127.0.0.1")
    page = qa.get(reverse("own-password"))
    assert page.status_code == 200
    sent = {
        **fields_of(page),
        "present": plant.PASSWORD,
        "new": "harbour-cobalt-window-7",
        "again": "harbour-cobalt-window-7",
    }
    assert qa.post(reverse("own-password"), sent).status_code == 302


def test_an_admin_sees_what_rests_and_lifts_it(as_):
    admin, operator = as_("admin"), plant.people().operator
    guess(BADGE)
    shown = admin.get(reverse("person", args=[operator.pk])).content.decode()
    assert "Failed sign-ins" in shown
    assert "rests until" in shown
    lift = reverse("person-lift", args=[operator.pk])
    assert admin.post(lift, {**fields_of(admin.get(lift)), "reason": ""}).status_code == 422
    admin.post(lift, {**fields_of(admin.get(lift)), "reason": "She stood beside me."})
    assert came_in(Client(REMOTE_ADDR=PLANT), BADGE)
    event = CredentialEvent.objects.get(step="lockout_lifted")
    assert (event.person, event.by.username, event.why) == (operator, "admin", "She stood beside me.")
    assert "She stood beside me." in admin.get(reverse("person", args=[operator.pk])).content.decode()


def test_others_do_not_lift_it(as_):
    guess(BADGE)
    answer = as_("supervisor").post(reverse("person-lift", args=[plant.people().operator.pk]), {"reason": "x"})
    assert answer.status_code == 403
