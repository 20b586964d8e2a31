"""Quality records over the API: read by scripts and devices of the site, filtered by what they are about."""

import pytest

from tests import floor, plant, quality
from tests.api.shop import person_client

ADDRESS = "/api/v1/quality-records"


@pytest.fixture
def auditor(db):
    return person_client(plant.people().auditor)


def test_each_says_what_is_wrong_with_what_and_who_has_it(auditor):
    plant.place("quarantine")
    lot = floor.received_lot(plant.item("FOIL", unit="KGM"), "10", code="FOIL-7")
    made = quality.in_review(quality.ncmr(lot, "Torn"))
    quality.deviation()
    (row,) = auditor.get(ADDRESS, {"lot": "FOIL-7"}).json()["results"]
    assert (row["number"], row["state"], row["owner"], row["title"]) == (made.number, "in_review", "qa", "Torn")
    assert row["about"] == [{"lot": "FOIL-7", "lot_id": lot.pk, "order": None, "event_id": None, "posting": None}]
    assert row["opened_by"] == "operator"
    assert [one["kind"] for one in auditor.get(ADDRESS).json()["results"]] == ["deviation", "ncmr"]


def test_records_of_another_site_are_not_shown(auditor):
    quality.deviation()
    made = plant.people().auditor
    made.site = plant.site("OTHER")
    made.save()
    assert person_client(made).get(ADDRESS).json()["results"] == []


def test_it_is_only_read(auditor):
    assert auditor.post(ADDRESS, {}).status_code == 405


def test_queries_do_not_grow_with_the_rows(auditor, django_assert_max_num_queries):
    for _ in range(4):
        quality.deviation()
    with django_assert_max_num_queries(9):
        assert len(auditor.get(ADDRESS).json()["results"]) == 4
