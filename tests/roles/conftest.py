"""A plant with one of everything, built once; every role walks through a copy of its own."""

import pytest
from django.test import Client

from masterdata.models import Person
from tests import databases
from tests.roles.everything import everything


@pytest.fixture(scope="session")
def everything_template(django_db_setup, django_db_blocker):
    name = databases.unique("everything")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        everything()
    yield name
    databases.drop(name)


@pytest.fixture
def whole_plant(everything_template, django_db_blocker, settings):
    """A copy with real commits. Nobody waits here: a whole walk comes from one caller."""
    name = databases.unique("walk")
    databases.clone(name, everything_template)
    with django_db_blocker.unblock(), databases.connected_to(name):
        yield name
    databases.drop(name)


@pytest.fixture
def walker(whole_plant):
    """`walker("qa")`: one of the cast, signed in; what breaks is a 500, as people would see it."""

    def signed_in(username: str) -> Client:
        client = Client(raise_request_exception=False)
        person = Person.objects.get(username=username)
        client.force_login(person, backend="masterdata.actions.authentication.PasswordBackend")
        return client

    return signed_in
