"""Every desk page opens for whoever may read it, and says so in words to whoever may not."""

import pytest
from django.urls import reverse

from backflush.models import OperationReport, Posting, ReversalRequest
from masterdata.models import BomVersion, Device, Item, Person, TriggerDefinition, UnitFactor
from traceability.models import MaterialLot, WorkOrder

LISTS = (
    "today",
    "today-board",
    "orders",
    "exceptions",
    "postings",
    "reversals",
    "quality-records",
    "lots",
    "products",
    "items",
    "unit-factors",
    "units",
    "triggers",
    "reasons",
    "bins",
    "lines",
    "suppliers",
    "pilots",
    "reviews",
    "bom-audits",
    "devices",
    "people",
)
FORMS = {
    "engineer": (
        "pilot-new",
        "order-new",
        "item-new",
        "unit-factor-new",
        "trigger-new",
        "reason-new",
        "bin-new",
        "bin-serve",
    ),
    "admin": ("line-new", "supplier-new", "device-new", "person-new"),
}


@pytest.mark.parametrize("username", ["auditor", "operator", "admin"])
def test_lists_open(look, username):
    client = look(username)
    lists = [name for name in LISTS if name != "people" or username != "operator"]
    assert {name: client.get(reverse(name)).status_code for name in lists} == dict.fromkeys(lists, 200)


def test_lists_export(look):
    client = look("auditor")
    for name in LISTS:
        if not name.startswith("today"):
            answer = client.get(reverse(name), {"format": "csv"})
            assert answer["Content-Type"].startswith("text/csv"), name
            assert answer.content.decode().count("\n") >= 1, name


@pytest.mark.parametrize("username", FORMS)
def test_forms_open(look, username):
    client = look(username)
    assert {name: client.get(reverse(name)).status_code for name in FORMS[username]} == dict.fromkeys(
        FORMS[username], 200
    )


def test_an_auditor_may_open_no_form(look):
    client = look("auditor")
    for name in (name for names in FORMS.values() for name in names):
        answer = client.get(reverse(name))
        assert answer.status_code == 403, name
        assert "Aude Auditor may not" in answer.content.decode()


def pages(*, people: bool) -> list[str]:
    found = []
    for name, model in (
        ("order", WorkOrder),
        ("reversal", ReversalRequest),
        ("lot", MaterialLot),
        ("item", Item),
        ("item-units", Item),
        ("bom", BomVersion),
        ("unit-factor", UnitFactor),
        ("trigger", TriggerDefinition),
        *([("person", Person)] if people else []),
        ("device", Device),
    ):
        found += [reverse(name, args=[pk]) for pk in model.objects.values_list("pk", flat=True)]
    found += [reverse("product", args=[pk]) for pk in BomVersion.objects.values_list("item_id", flat=True).distinct()]
    found += [
        reverse("posting", args=[f"P-{number:06d}"]) for number in Posting.objects.values_list("number", flat=True)
    ]
    found += [reverse("exception", args=[one]) for one in OperationReport.objects.values_list("event_id", flat=True)]
    for pk in MaterialLot.objects.values_list("pk", flat=True):
        for direction in ("back", "forward"):
            address = reverse("lot-tree", args=[pk, direction])
            found += [address, f"{address}?whole=1"]
    return found


@pytest.mark.parametrize("username", ["auditor", "engineer", "qa", "supervisor"])
def test_every_record_opens(look, username):
    client = look(username)
    failed = {address: client.get(address).status_code for address in pages(people=username == "auditor")}
    assert {address: code for address, code in failed.items() if code != 200} == {}


def test_nothing_opens_without_signing_in(syrup, client):
    assert {name: client.get(reverse(name)).status_code for name in LISTS} == dict.fromkeys(LISTS, 302)


def test_what_is_not_there_is_a_404(look):
    client = look("auditor")
    for address in (
        "/orders/999999",
        "/lots/999999",
        "/postings/P-999999",
        "/postings/nothing",
        "/boms/999999",
        "/items/999999",
        "/reversals/999999",
        "/exceptions/00000000-0000-0000-0000-000000000000",
        "/lots/1/tree/sideways",
        "/history/nothing/1",
    ):
        assert client.get(address).status_code == 404, address
