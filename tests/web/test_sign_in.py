"""Signing in on a tablet and at a desk, handing over, and what happens after wrong attempts."""

import pytest
from django.test import Client
from django.urls import reverse

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


def test_five_wrong_pins_let_the_account_rest_even_for_the_right_password(browser):
    for _ in range(5):
        answer = send(browser, "sign-in", **{**BADGE, "pin": "0000"})
    assert answer.status_code == 429
    assert "The account rests" in answer.content.decode()
    again = send(browser, "sign-in", by="password", username="operator", password=plant.PASSWORD)
    assert again.status_code == 429
    other = send(browser, "sign-in", **{**BADGE, "badge": "B-checker"})
    assert other.status_code == 302


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
