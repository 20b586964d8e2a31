"""Every row that a page may name says what it is: nowhere does a reader meet “BomLine object (62)”."""

import pytest
from django.apps import apps
from django.db import models

OURS = ("masterdata", "traceability", "backflush", "variance")


def tables() -> list[type[models.Model]]:
    return [
        one for name in OURS for one in apps.get_app_config(name).get_models() if not hasattr(one, "history_object")
    ]


@pytest.mark.parametrize("table", tables(), ids=lambda one: one.__name__)
def test_a_row_says_what_it_is(table):
    assert table.__str__ is not models.Model.__str__
