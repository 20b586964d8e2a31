"""Lists: pages by cursor that never repeat or skip, filters that are checked, queries that do not grow with the rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backflush.actions.post_reports import post_reports
from masterdata.rules.bom import LineDraft
from tests import changing, floor, plant
from tests.api.shop import REPORTS, faults, person_client, report

LISTS = [
    "operation-reports",
    "lots",
    "work-orders",
    "postings",
    "items",
    "boms",
    "variances",
    "quality-records",
    "change-requests",
    "unit-factors",
    "trigger-definitions",
]


@pytest.fixture
def finance(db):
    return person_client(plant.people().finance)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"colour": "red"}, ("colour", "unknown_parameter")),
        ({"page_size": "0"}, ("page_size", "not_a_whole_number")),
        ({"page_size": "501"}, ("page_size", "not_a_whole_number")),
        ({"cursor": "nonsense"}, ("cursor", "not_a_cursor")),
        ({"cursor": "cD1hYmM="}, ("cursor", "not_a_cursor")),  # p=abc
        ({"cursor": "cD0="}, ("cursor", "not_a_cursor")),  # p=
        ({"cursor": "eD0x"}, ("cursor", "not_a_cursor")),  # x=1
        ({"cursor": "cD0xJnA9Mg=="}, ("cursor", "not_a_cursor")),  # p=1&p=2
        ({"cursor": "bz0xcD0x"}, ("cursor", "not_a_cursor")),  # o=1p=1
        ({"cursor": ""}, ("cursor", "not_a_cursor")),
        ({"cursor": "====="}, ("cursor", "not_a_cursor")),
        ({"cursor": "cD0x\n"}, ("cursor", "not_a_cursor")),  # p=1 with something behind it
        ({"cursor": "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk="}, ("cursor", "not_a_cursor")),  # p=9…9
    ],
)
def test_parameter_that_is_wrong_is_a_400_that_names_it(finance, name, query, fault):
    answer = finance.get(f"/api/v1/{name}", query)
    assert (answer.status_code, faults(answer)) == (400, [fault])


def test_filter_with_an_unknown_word_names_the_known_ones(bare_device):
    answer = bare_device.get(REPORTS, {"state": "lost"})
    assert faults(answer) == [("state", "unknown_word")]
    assert "blocked" in answer.json()["detail"]


def test_every_parameter_that_is_wrong_is_named_at_once(bare_device):
    answer = bare_device.get(f"{REPORTS}?kind=abc&state=abc&foo=1&page_size=0&cursor=x")
    assert sorted(field for field, _ in faults(answer)) == ["cursor", "foo", "kind", "page_size", "state"]


def test_every_parameter_of_a_genealogy_that_is_wrong_is_named_at_once(shop, device):
    answer = device.get(f"/api/v1/lots/{shop.lot.pk}/genealogy?depth=a&direction=b&x=1")
    assert sorted(faults(answer)) == [
        ("depth", "not_a_whole_number"),
        ("direction", "unknown_word"),
        ("x", "unknown_parameter"),
    ]


def test_a_page_of_one_thing_takes_no_parameters(shop, device, finance):
    sent = report()
    device.send(REPORTS, sent)
    post_reports()
    number = device.get(f"{REPORTS}/{sent['event_id']}").json()["posting"]["number"]
    bom = shop.kit.bom_versions.get().pk
    for one in (f"operation-reports/{sent['event_id']}", f"postings/{number}", "work-orders/WO-1", f"boms/{bom}"):
        assert finance.get(f"/api/v1/{one}").status_code == 200
        assert faults(finance.get(f"/api/v1/{one}?fields=all")) == [("fields", "unknown_parameter")], one
    assert faults(finance.get(f"/api/v1/lots/{shop.lot.pk}?fields=all")) == [("fields", "unknown_parameter")]


def test_filter_given_twice_or_with_nul_is_refused(bare_device):
    assert faults(bare_device.get(f"{REPORTS}?order=a&order=b")) == [("order", "given_twice")]
    assert faults(bare_device.get(f"{REPORTS}?order=%00")) == [("order", "not_text")]


def test_pages_follow_one_another_without_gap_while_rows_are_added(shop, device):
    for number in range(2, 8):
        floor.planned_order(shop.kit, "5", number=f"WO-{number}")
    page = device.get("/api/v1/work-orders", {"page_size": "3"}).json()
    assert page["previous"] is None
    numbers = [row["number"] for row in page["results"]]
    floor.planned_order(shop.kit, "5", number="WO-8")
    while page["next"]:
        page = device.get(page["next"]).json()
        numbers += [row["number"] for row in page["results"]]
    assert numbers == [f"WO-{number}" for number in range(7, 0, -1)]


def test_queries_do_not_grow_with_the_rows(shop, device, finance, django_assert_max_num_queries):
    for number in range(2, 6):
        changing.proposed(shop.foil, standard_cost=str(number + 4))
        order = floor.released_order(shop.kit, "10", number=f"WO-{number}")
        floor.staged(order, shop.foil, "5", code=f"F/{number}")
        assert device.send(REPORTS, report(order=f"WO-{number}", good="1")).status_code == 202
        device.send(REPORTS, report(order=f"WO-{number}", operation="99"))
        plant.factor(shop.foil, "KGM", ("MTK", "MTR", "LTR", "H87")[number - 2], "20")
        plant.approved_bom(plant.product(f"KIT-{number}"), lines=[LineDraft("FOIL", "1")])
    post_reports()
    most = {
        "operation-reports": 7,
        "lots": 4,
        "work-orders": 2,
        "postings": 3,
        "items": 2,
        "boms": 2,
        "change-requests": 2,
        "unit-factors": 2,
        "trigger-definitions": 2,
    }
    for name, queries in most.items():
        with django_assert_max_num_queries(queries, info=name):
            rows = finance.get(f"/api/v1/{name}").json()["results"]
        assert len(rows) >= 4, name


def test_variances_of_many_orders_take_as_many_queries_as_of_one(shop, finance, django_assert_num_queries):
    finance.get("/api/v1/variances")  # compiles the recipe, once in a process
    with CaptureQueriesContext(connection) as one:
        assert len(finance.get("/api/v1/variances").json()["results"]) == 1
    queries = len(one)
    for number in range(2, 6):
        floor.released_order(shop.kit, "10", number=f"WO-{number}")
    finance.get("/api/v1/variances")
    with django_assert_num_queries(queries):
        assert len(finance.get("/api/v1/variances").json()["results"]) == 5
