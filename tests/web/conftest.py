"""A plant in the middle of its day, built once; every test that asks for `syrup` gets a copy of its own."""

import pytest
from django.test import Client

from masterdata.models import Person
from tests import databases
from tests.processes import RealDatabase
from tests.web.scene import plant_of_syrup


@pytest.fixture(scope="session")
def syrup_template(django_db_setup, django_db_blocker):
    """The name of a database with the syrup plant in it."""
    name = databases.unique("syrup")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        plant_of_syrup()
    yield name
    databases.drop(name)


@pytest.fixture
def syrup(syrup_template, django_db_blocker):
    """A copy of the syrup plant with real commits."""
    name = databases.unique("copy")
    databases.clone(name, syrup_template)
    with django_db_blocker.unblock(), databases.connected_to(name):
        yield RealDatabase(name)
    databases.drop(name)


@pytest.fixture(scope="session")
def _shown_to_all(syrup_template):
    """A copy that tests only look at."""
    name = databases.unique("shown")
    databases.clone(name, syrup_template)
    yield name
    databases.drop(name)


@pytest.fixture
def as_(syrup):
    """`as_("qa")`: a browser in which this one of the cast is signed in, on a plant of this test's own."""
    return _signed_in


@pytest.fixture
def look(_shown_to_all, django_db_blocker):
    """As `as_`, for tests that change nothing: they share one plant."""
    with django_db_blocker.unblock(), databases.connected_to(_shown_to_all):
        yield _signed_in


def _signed_in(username: str) -> Client:
    client = Client()
    client.force_login(
        Person.objects.get(username=username), backend="masterdata.actions.authentication.PasswordBackend"
    )
    return client
