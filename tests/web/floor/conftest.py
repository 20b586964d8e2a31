"""The workshop, built once; every test gets a copy of its own, and tablets at which one of the cast is signed in."""

import pytest
from django.test import Client

from masterdata.models import Person
from tests import databases, workshop
from tests.processes import RealDatabase


@pytest.fixture(scope="session")
def workshop_template(django_db_setup, django_db_blocker):
    """The name of a database with the workshop in it."""
    name = databases.unique("workshop")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        workshop.workshop()
    yield name
    databases.drop(name)


@pytest.fixture
def plant_floor(workshop_template, django_db_blocker):
    """A copy of the workshop with real commits."""
    name = databases.unique("copy")
    databases.clone(name, workshop_template)
    database = RealDatabase(name)
    database.empty_broker()
    with django_db_blocker.unblock(), databases.connected_to(name):
        yield database
    databases.drop(name)


@pytest.fixture
def tablet(plant_floor):
    """`tablet("operator")`: a tablet at which this one of the cast is signed in."""

    def signed_in(username: str = "operator") -> Client:
        client = Client()
        client.force_login(
            Person.objects.get(username=username), backend="masterdata.actions.authentication.BadgeBackend"
        )
        return client

    return signed_in
