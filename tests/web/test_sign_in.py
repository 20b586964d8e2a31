"""Signing in on a tablet and at a desk, handing over, and what happens after wrong attempts."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.failed_attempts import client_address
from tests import plant

BADGE = {"by": "badge", "badge": "B-operator", "pin": plant.PIN}


@pytest.fixture
def browser(real_database):
    """A browser with cookies, at a plant with the cast; forms need their token as in life."""
    plant.people()
    return Client(enforce_csrf_checks=True)


def send(client, name, **data):
    """Fill in what the page holds and send it."""
    token = client.get(reverse("sign-in")).context["csrf_token"]
    return client.post(reverse(name), {**data, "csrfmiddlewaretoken": str(token)})


def signed_in(client):
    return client.session.get("_auth_user_id")


def test_a_badge_and_its_pin_open_the_line_board_for_an_operator(browser):
    answer = send(browser, "sign-in", **BADGE)
    assert (answer.status_code, answer.url) == (302, "/")
    assert signed_in(browser) == str(plant.people().operator.pk)


def test_after_the_badge_the_pin_is_asked_for_and_no_name_is_shown(browser):
    page = send(browser, "sign-in", by="badge", badge="B-operator").content.decode()
    assert 'name="pin"' in page
    assert 'value="B-operator"' in page
    assert "Olga" not in page


def test_user_name_and_password_open_the_desk(browser):
    send(browser, "sign-in", by="password", username="Finance", password=plant.PASSWORD)
    assert signed_in(browser) == str(plant.people().finance.pk)


def test_a_wrong_pin_is_refused_in_words_and_the_badge_need_not_be_scanned_again(browser):
    answer = send(browser, "sign-in", **{**BADGE, "pin": "0000"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Badge and PIN do not fit together." in page
    assert 'value="B-operator"' in page
    assert signed_in(browser) is None


def test_an_unknown_user_is_answered_like_a_wrong_password(browser):
    unknown = send(browser, "sign-in", by="password", username="nobody", password="x" * 12)
    wrong = send(browser, "sign-in", by="password", username="finance", password="x" * 12)
    assert unknown.status_code == wrong.status_code == 422
    assert unknown.content.decode().count("do not fit together") == wrong.content.decode().count("do not fit together")


def test_five_wrong_pins_let_that_pin_rest_at_that_tablet_and_nothing_else(browser):
    for _ in range(5):
        answer = send(browser, "sign-in", **{**BADGE, "pin": "0000"})
    assert answer.status_code == 429
    assert "The account rests" in answer.content.decode()
    assert 14 * 60 < int(answer["Retry-After"]) <= 15 * 60 + 1
    assert "Wait 15 minutes" in answer.content.decode()
    right = send(browser, "sign-in", **BADGE)
    assert right.status_code == 429
    assert send(browser, "sign-in", **{**BADGE, "badge": "B-checker"}).status_code == 302
    assert send(browser, "sign-in", by="password", username="operator", password=plant.PASSWORD).status_code == 302
    elsewhere = Client(enforce_csrf_checks=True, REMOTE_ADDR="10.0.0.7")
    assert send(elsewhere, "sign-in", **BADGE).status_code == 302


def test_five_wrong_passwords_let_the_password_rest_there_and_the_pin_opens(browser):
    for _ in range(5):
        answer = send(browser, "sign-in", by="password", username="B-operator", password="x" * 12)
    assert answer.status_code == 429
    assert send(browser, "sign-in", by="password", username="operator", password=plant.PASSWORD).status_code == 429
    assert send(browser, "sign-in", **BADGE).status_code == 302


def test_failures_at_the_records_sign_in_shut_nobody_out_elsewhere(browser):
    at_records = Client(REMOTE_ADDR="10.0.0.8")
    for _ in range(5):
        answer = at_records.post("/admin/login/", {"username": "admin", "password": "x" * 12})
    assert (answer.status_code, "Retry-After" in answer) == (429, True)
    assert send(browser, "sign-in", by="password", username="admin", password=plant.PASSWORD).status_code == 302


def test_signing_in_forgets_what_failed_before(browser):
    for _ in range(2):
        for _ in range(4):
            assert send(browser, "sign-in", **{**BADGE, "pin": "0000"}).status_code == 422
        assert send(browser, "sign-in", **BADGE).status_code == 302


def test_going_on_while_the_account_rests_does_not_prolong_it(browser):
    for _ in range(5):
        send(browser, "sign-in", **{**BADGE, "pin": "0000"})
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14, seconds=30))
    answer = send(browser, "sign-in", **{**BADGE, "pin": "0000"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= 31


def test_guessing_from_many_addresses_meets_a_ceiling_and_a_short_delay(browser, settings):
    settings.SIGN_IN_FAILURE_CEILING = 6
    for last in range(6):
        guesser = Client(enforce_csrf_checks=True, REMOTE_ADDR=f"10.0.1.{last}")
        assert send(guesser, "sign-in", **{**BADGE, "pin": "0000"}).status_code == 422
    answer = send(browser, "sign-in", **BADGE)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 61
    assert send(browser, "sign-in", by="password", username="operator", password=plant.PASSWORD).status_code == 302
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(seconds=61))
    assert send(browser, "sign-in", **BADGE).status_code == 302


def test_behind_a_proxy_of_ours_the_address_is_what_the_proxy_put_down(rf, settings):
    asked = rf.get("/", REMOTE_ADDR="10.9.9.9", HTTP_X_FORWARDED_FOR="1.2.3.4, 10.0.0.7")
    assert client_address(asked) == "10.9.9.9"
    settings.BEHIND_TLS_PROXY = True
    assert client_address(asked) == "10.0.0.7"
    assert client_address(rf.get("/", REMOTE_ADDR="10.9.9.9", HTTP_X_FORWARDED_FOR="x")) is None


def test_switching_signs_out_at_once_and_the_next_person_goes_on_at_the_same_place(browser):
    send(browser, "sign-in", **BADGE)
    answer = send(browser, "switch-user", next="/find?code=B-214")
    assert signed_in(browser) is None
    assert answer.url == "/sign-in?by=badge&next=%2Ffind%3Fcode%3DB-214"
    assert 'name="next" value="/find?code=B-214"' in browser.get(answer.url).content.decode()
    answer = send(browser, "sign-in", **{**BADGE, "badge": "B-checker", "next": "/find?code=B-214"})
    assert answer.url == "/find?code=B-214"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(browser, target):
    assert send(browser, "sign-in", **BADGE, next=target).url == "/"


def test_a_screen_that_nobody_touched_says_why_it_is_locked(browser):
    send(browser, "sign-in", **BADGE)
    answer = send(browser, "switch-user", next="/", idle="1")
    assert "Nobody touched this screen for 10 minutes" in browser.get(answer.url).content.decode()


def test_signing_out_leads_to_the_sign_in(browser):
    send(browser, "sign-in", **BADGE)
    assert send(browser, "sign-out").url == reverse("sign-in")
    assert signed_in(browser) is None


def test_a_form_from_before_the_last_sign_in_is_refused_in_words(browser):
    answer = browser.post(reverse("sign-in"), BADGE)
    assert answer.status_code == 403
    assert "opened before the last sign-in" in answer.content.decode()


def test_an_inactive_person_does_not_come_in(browser):
    from masterdata.actions.change_person import change_person

    cast = plant.people()
    change_person(person=cast.operator, actor=cast.admin, reason="left", is_active=False)
    assert send(browser, "sign-in", **BADGE).status_code == 422
