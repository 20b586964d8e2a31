"""Every page and every form, by every role: who may not gets a 403 whatever is sent, who may gets in."""

import pytest
from django.test import Client

from masterdata.models import Person
from masterdata.pages.rights import Rights, duties_of
from masterdata.rules.duties import MAY, READING
from masterdata.rules.vocabulary import Role
from tests.roles.addresses import OPEN_TO_THE_WORLD, Address, addresses, is_api, patterns
from tests.roles.offers import offered_by

CAST = [role.value for role in Role]
SHUT = {403, 404, 405}
#: Addresses that only take what is sent, and show nothing.
ONLY_SENT = {"import-step", "import-batch-ask"}
#: What an auditor may not open, though it is no form.
NOT_FOR_AUDITORS = {
    "report-sent": "the wait after one's own report; the report itself is an exception or a posting",
    "report-answer": "part of report-sent",
    "assemble-state": "part of the assembly form",
    "badges": "the way to the form that marks a badge as lost; people and their badges are under People",
    "bom-copy": "begins a draft",
}


def rights_of(address: Address) -> Rights:
    return address.view.rights


def may(person: Person, needed, address: Address) -> bool:
    duties = duties_of(needed, person, address.arguments)
    return not duties or any(MAY[duty] & set(person.roles) for duty in duties)


def test_every_address_declares_who_may():
    silent = [
        one.name
        for one in patterns()
        if one.name not in OPEN_TO_THE_WORLD and not is_api(one.callback) and not hasattr(one.callback, "rights")
    ]
    assert silent == []
    assert set(OPEN_TO_THE_WORLD) <= {one.name for one in patterns()}


@pytest.mark.parametrize("username", CAST)
def test_every_page_opens_for_whoever_may_and_offers_nothing_that_its_reader_is_refused(walker, username):
    client, person, wrong, offers = walker(username), Person.objects.get(username=username), [], 0
    for one in addresses(api=False):
        if one.name in ONLY_SENT:
            continue
        answer, allowed = client.get(one.path), may(person, rights_of(one).opens, one)
        code = answer.status_code
        if (code in SHUT or code >= 500) if allowed else code != 403:
            wrong.append(f"{one}: {code}, {'may' if allowed else 'may not'} open it")
        found = offered_by(answer)
        offers += len(found)
        wrong += [f"{one}: it offers {offer}, which is refused" for offer in found if offer.refused_to(person)]
    assert offers > 100
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("username", CAST)
def test_every_form_is_taken_from_whoever_may_and_from_nobody_else(walker, username):
    client, person, wrong = walker(username), Person.objects.get(username=username), []
    for one in addresses(api=False):
        rights = rights_of(one)
        opens = may(person, rights.opens, one)
        if rights.sends is None:
            wanted = {405} if opens else {403}
        elif opens and may(person, rights.sends, one):
            wanted = set(range(200, 500)) - SHUT
        else:
            wanted = {403}
        code = client.post(one.path, {"status": "held"}).status_code
        if code not in wanted:
            wrong.append(f"{one}: {code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("username", ["engineer"])
@pytest.mark.parametrize("method", ["put", "delete"])
def test_pages_are_opened_and_sent_and_nothing_else(walker, username, method):
    client, person, wrong = walker(username), Person.objects.get(username=username), []
    for one in addresses(api=False):
        code = getattr(client, method)(one.path).status_code
        if code != (405 if may(person, rights_of(one).opens, one) else 403):
            wrong.append(f"{one}: {code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_is_not_signed_in_is_sent_to_sign_in(whole_plant, method):
    client = Client(raise_request_exception=False)
    wrong = []
    for one in addresses(api=False):
        answer = getattr(client, method)(one.path)
        part = getattr(client, method)(one.path, headers={"HX-Request": "true"})
        if answer.status_code != 302 or not answer["Location"].startswith("/sign-in?"):
            wrong.append(f"{one}: {answer.status_code}")
        if part.status_code not in (302, 401):
            wrong.append(f"{one}: {part.status_code} for a part of it")
    assert not wrong, "\n".join(wrong)


def test_an_auditor_opens_every_page_that_is_no_form(whole_plant):
    auditor = Person.objects.get(username="auditor")
    shut = {
        one.name
        for one in addresses(api=False)
        if not set(duties_of(rights_of(one).opens, auditor, one.arguments)) <= READING and rights_of(one).sends is None
    }
    forms = {
        one.name
        for one in addresses(api=False)
        if not may(auditor, rights_of(one).opens, one) and rights_of(one).sends is not None
    }
    assert shut == set()
    assert set(NOT_FOR_AUDITORS) <= forms
