"""Fixtures over tests.api.shop."""

import pytest

from tests.api.shop import device_client, person_client, small_plant


@pytest.fixture
def shop(db):
    return small_plant()


@pytest.fixture
def device(shop):
    return device_client()


@pytest.fixture
def supervisor(shop):
    return person_client(shop.cast.supervisor)
