"""The frame of every page: where each role begins, what stands in its rail, and the box that finds any code."""

import pytest
from django.urls import reverse

from masterdata.models import Person
from tests.web.scene import item
from variance.web.navigation import HOMES


def labels(page):
    return [entry["label"] for entry in page.context["navigation"]]


def test_whoever_is_not_signed_in_is_asked_to(client):
    assert client.get("/").url == "/sign-in?next=/"


@pytest.mark.parametrize(("role", "name"), HOMES)
def test_every_role_begins_at_its_own_page(as_, role, name):
    answer = as_(role).get("/")
    assert answer.url == reverse(name)


def test_an_operator_sees_the_floor_and_no_desk(as_):
    rail = labels(as_("operator").get(reverse("find")))
    assert rail[:3] == ["Line", "Receive", "Move stock"]
    assert "Variance" not in rail
    assert "People" not in rail


def test_the_rail_counts_what_waits(as_):
    page = as_("qa").get(reverse("find"))
    badges = {entry["label"]: entry["badge"] for entry in page.context["navigation"]}
    assert badges["Exceptions"] == 2
    assert badges["Reversals"] == 1


def test_the_header_says_who_is_signed_in_and_as_what(as_):
    page = as_("qa").get(reverse("find")).content.decode()
    assert "<b>Quinn Quality</b>" in page
    assert "<span>Quality assurance</span>" in page


def test_one_hit_opens_at_once(as_):
    from traceability.models import MaterialLot, WorkOrder

    made = MaterialLot.objects.values("code")
    order = WorkOrder.objects.exclude(number__in=made).earliest("pk")
    answer = as_("supervisor").get(reverse("find"), {"code": order.number.lower()})
    assert answer.url == reverse("order", args=[order.pk])


def test_an_order_and_the_lot_that_is_called_like_it_are_both_offered(as_):
    answer = as_("supervisor").get(reverse("find"), {"code": "wo-20418"})
    assert answer.status_code == 200
    assert answer.content.decode().count("WO-20418") >= 2


def test_a_gs1_label_opens_its_lot(as_):
    from tests import plant
    from tests.changing import change_item
    from traceability.models import MaterialLot

    change_item(
        item=item("PK-BTL-200"),
        actor=Person.objects.get(username="engineer"),
        reason="GTIN.",
        now=plant.NOW,
        gtin="09501101530003",
    )
    lot = MaterialLot.objects.get(code="B-214")
    answer = as_("operator").get(reverse("find"), {"code": "]d2010950110153000310B-214"})
    assert answer.url == reverse("lot", args=[lot.pk])


def test_a_posting_is_found_by_its_number_and_one_that_does_not_exist_is_not(as_):
    client = as_("supervisor")
    assert client.get(reverse("find"), {"code": "p-1"}).url == reverse("posting", args=["P-000001"])
    assert client.get(reverse("find"), {"code": "P-999999"}).status_code == 404


def test_a_device_is_found_by_its_code(as_):
    from masterdata.models import Device

    device = Device.objects.get(code="MES-1")
    assert as_("engineer").get(reverse("find"), {"code": "mes-1"}).url == reverse("device", args=[device.pk])


@pytest.mark.parametrize(
    ("code", "page", "others"),
    [
        ("fill-1", "lines", "MIX-1"),
        ("SUP-1", "suppliers", "SUP-2"),
        ("SPILL", "reasons", "PURGE"),
    ],
)
def test_what_has_no_page_of_its_own_opens_its_list_filtered_to_it(as_, code, page, others):
    from tests import plant

    plant.supplier("SUP-2")
    client = as_("engineer")
    answer = client.get(reverse("find"), {"code": code}, follow=True)
    assert answer.redirect_chain[0][0].startswith(reverse(page))
    table = answer.content.decode().partition("<tbody>")[2]
    assert code.upper() in table
    assert others not in table


def test_somebody_is_found_by_name(as_):
    from masterdata.models import Person

    answer = as_("admin").get(reverse("find"), {"code": "Quinn Quality"})
    assert answer.url == reverse("person", args=[Person.objects.get(username="qa").pk])


def test_several_hits_are_listed(as_):
    from tests import floor

    floor.received_lot(item("PK-CAP-024"), "5", code="B-214")
    page = as_("operator").get(reverse("find"), {"code": "B-214"})
    assert page.status_code == 200
    assert len(page.context["hits"]) == 2


def test_nothing_found_says_what_was_tried(as_):
    page = as_("operator").get(reverse("find"), {"code": "<nothing>"})
    assert page.status_code == 404
    text = page.content.decode()
    assert "Nothing is called &lt;nothing&gt;" in text
    assert "supplier&#x27;s lot, order, SSCC" in text


def test_a_label_that_cannot_be_read_is_told_so(as_):
    page = as_("operator").get(reverse("find"), {"code": "]d2019501101530004910X"})
    assert page.status_code == 404
    assert page.context["refusals"]
