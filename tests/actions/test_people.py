"""People: enrolled once, found by user name or badge, never locked out of their own plant."""

import pytest

from masterdata.actions.change_person import change_person
from masterdata.actions.enrol_person import enrol_person
from masterdata.actions.give_person_token import give_person_token, revoke_person_token
from masterdata.models import PersonToken
from masterdata.queries import find_person, person_by_badge, person_by_token
from masterdata.rules.refusal import Refused
from tests import plant

pytestmark = pytest.mark.django_db
NEW = {
    "username": "nora",
    "name": "Nora New",
    "badge": "B-100",
    "pin": "1357",
    "password": "quiet-harbour-violet-3",
    "roles": ["operator"],
    "site": None,
}


def test_the_first_person_enrols_alone_and_the_second_needs_an_admin():
    first = enrol_person(**{**NEW, "roles": ["admin"]}, actor=None)
    assert first.has_role("admin")
    with pytest.raises(Refused, match="Only the first person"):
        enrol_person(**{**NEW, "username": "other", "badge": "B-101"}, actor=None)


def test_credentials_are_kept_as_hashes_only():
    person = enrol_person(**NEW, actor=plant.people().admin)
    assert NEW["password"] not in person.password
    assert NEW["pin"] not in person.pin
    assert not hasattr(person.history.get(), "password")
    assert not hasattr(person.history.get(), "pin")


@pytest.mark.parametrize(
    "changes",
    [
        {"username": "QA"},
        {"badge": "B-qa"},
        {"badge": "qa"},
        {"username": "b-qa"},
    ],
)
def test_a_name_or_badge_means_one_person_only(changes):
    with pytest.raises(Refused) as refused:
        enrol_person(**{**NEW, **changes}, actor=plant.people().admin)
    assert "name_or_badge_taken" in refused.value.codes


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pin": "12"}, "pin_invalid"),
        ({"pin": "abcd"}, "pin_invalid"),
        ({"password": "short"}, "password_too_short"),
        ({"password": "493827165038"}, "password_entirely_numeric"),
        ({"roles": []}, "blank"),
        ({"roles": ["king"]}, "item_invalid"),
        ({"name": ""}, "blank"),
        ({"badge": ""}, "blank"),
    ],
)
def test_an_enrolment_that_will_not_do_is_refused(changes, code):
    with pytest.raises(Refused) as refused:
        enrol_person(**{**NEW, **changes}, actor=plant.people().admin)
    assert code in refused.value.codes


def test_only_an_admin_enrols_people():
    with pytest.raises(Refused) as refused:
        enrol_person(**NEW, actor=plant.people().supervisor)
    assert refused.value.codes == ["not_your_duty"]


def test_user_names_are_found_in_any_case_and_badges_exactly():
    people = plant.people()
    assert find_person("QA") == people.qa
    assert find_person(" B-qa ") == people.qa
    assert person_by_badge("B-qa") == people.qa
    assert person_by_badge("qa") is None
    assert find_person("") is None
    assert find_person("a\x00") is None


def test_a_closed_account_is_not_found_and_may_do_nothing():
    people = plant.people()
    change_person(person=people.qa, actor=people.admin, reason="left", is_active=False)
    assert find_person("qa") is None
    with pytest.raises(Refused) as refused:
        plant.ticket(people.qa, {"a": "b"})
    assert refused.value.codes == ["credentials_refused"]


def test_the_last_admin_stays():
    admin = plant.people().admin
    for change in ({"is_active": False}, {"roles": ["operator"]}):
        with pytest.raises(Refused) as refused:
            change_person(person=admin, actor=admin, reason="x", **change)
        assert refused.value.codes == ["last_admin"]


def test_a_change_of_roles_says_who_and_why():
    people = plant.people()
    changed = change_person(person=people.operator, actor=people.admin, reason="promoted", roles=["supervisor"])
    newest = changed.history.first()
    assert (newest.roles, newest.history_user, newest.history_change_reason) == (
        ["supervisor"],
        people.admin,
        "promoted",
    )


def test_a_token_of_a_person_works_until_it_is_revoked():
    people = plant.people()
    row, token = give_person_token(person=people.finance, name="export", actor=people.finance, now=plant.NOW)
    assert person_by_token(token) == people.finance
    assert token not in str(PersonToken.objects.values().get())
    revoke_person_token(token=row, actor=people.admin, now=plant.NOW)
    assert person_by_token(token) is None


def test_nobody_makes_a_token_for_somebody_else():
    people = plant.people()
    with pytest.raises(Refused):
        give_person_token(person=people.qa, name="x", actor=people.operator, now=plant.NOW)
