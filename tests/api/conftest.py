"""Fixtures over tests.api.shop."""

import pytest

from tests import plant
from tests.api.shop import device_client, person_client, small_plant


@pytest.fixture
def shop(db):
    return small_plant()


@pytest.fixture
def device(shop):
    return device_client()


@pytest.fixture
def bare_device(db):
    """A device at a plant where nothing else is; for what goes wrong before anything is looked at."""
    plant.device()
    return device_client()


@pytest.fixture
def supervisor(shop):
    return person_client(shop.cast.supervisor)
