"""A pilot on screens: started by an engineer, measured at the line, read with its limits, drafted; never a move of stock."""

import re
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from backflush.actions.measure_usage import mark_order, measure_usage
from backflush.actions.post_reports import post_reports
from backflush.models import Pilot, PilotMeasurement
from masterdata.models import BomVersion
from masterdata.rules.bom import LineDraft, ScrapDraft
from tests import floor, plant
from tests.web.forms import fields_of
from tests.web.scene import report
from traceability.models import LedgerLine, WorkOrder


def product():
    made = plant.product("JAR", cost="3")
    plant.item("JAM", unit="KGM", decimals=3, cost="4.00")
    plant.item("LID", decimals=0)
    plant.approved_bom(made, [LineDraft("JAM", "0.5", scrap=ScrapDraft(percent="2")), LineDraft("LID", "1")])
    return made


def order_of(jar, number: str, good: str = "") -> WorkOrder:
    now = timezone.now()
    order = floor.released_order(jar, "100", number=number, at=now)
    for code, quantity in (("JAM", "60"), ("LID", "110")):
        lot = floor.received_lot(plant.item(code), quantity, code=f"{code}-{number}", at=now)
        floor.staged_lot(order, lot, quantity, at=now)
    if good:
        report(number, good, timezone.now())
        post_reports()
    return order


def measured(pilot: Pilot, order: WorkOrder, quantity: str, **others: str) -> None:
    """So much JAM, and so much of other components; then the order is completed."""
    for code, used in {"JAM": quantity, **others}.items():
        [line] = order.pins.get().bom_version.lines.filter(item__code=code)
        measure_usage(
            pilot=pilot,
            event_id=uuid.uuid4(),
            order=order,
            component=str(line.identity),
            lot=order.site.materiallot_set.get(code=f"{code}-{order.number}"),
            quantity=Decimal(used),
            actor=plant.people().operator,
            now=timezone.now(),
        )
    mark_order(pilot=pilot, order=order, completed=True, actor=plant.people().operator, now=timezone.now())


@pytest.fixture
def pilot(as_):
    """Started by the engineer on the screen."""
    product()
    client = as_("engineer")
    address = f"{reverse('pilot-new')}?item=JAR"
    sent = fields_of(client.get(address), holds="why") | {"why": "The spoon takes more than the study said."}
    assert sent["operation"] == "10"
    answer = client.post(address, sent, follow=True)
    assert "runs. Operators find “Measure” at every order of it." in answer.content.decode()
    return Pilot.objects.get()


def test_it_stands_on_the_page_of_the_product_from_beginning_to_end(as_, pilot):
    client = as_("engineer")
    shown = client.get(reverse("product", args=[pilot.item_id])).content.decode()
    assert f"Pilot {pilot.pk}, operation 10" in shown
    assert "The spoon takes more than the study said." in shown
    address = reverse("pilot-end", args=[pilot.pk])
    client.post(address, fields_of(client.get(address), holds="reason") | {"reason": "Enough orders."})
    pilot.refresh_from_db()
    assert pilot.state == "ended"
    assert "Enough orders." in client.get(reverse("product", args=[pilot.item_id])).content.decode()
    again = client.post(address, fields_of(client.get(address), holds="reason") | {"reason": "Again."})
    assert again.status_code == 422
    assert "is ended: it stays as it was found." in again.content.decode()


def test_a_second_one_is_refused_in_words(as_, pilot):
    client = as_("engineer")
    address = f"{reverse('pilot-new')}?item=JAR"
    answer = client.post(address, fields_of(client.get(address), holds="why") | {"why": "Once more."})
    assert answer.status_code == 422
    assert f"Pilot {pilot.pk} runs there already" in answer.content.decode()


def test_an_operator_scans_enters_takes_back_and_completes(as_, pilot):
    order = order_of(pilot.item, "WO-1", "100")
    client, lines = as_("operator"), LedgerLine.objects.count()
    address = reverse("measure", args=[order.pk, "10"])
    assert address in client.get(reverse("report", args=[order.pk, "10"])).content.decode()
    first = client.get(address)
    assert "not measured" in first.content.decode()
    at_lot = client.post(address, fields_of(first, address, holds="code") | {"code": "JAM-WO-1"}, follow=True)
    shown = at_lot.content.decode()
    assert "Really used of this lot, in kg" in shown
    seen = re.sub(r"<[^>]+>", " ", shown.split("<main")[1])  # addresses and identities hold any digits
    assert "51" not in seen  # blind: what was computed would be copied
    sent = fields_of(at_lot, address, holds="quantity") | {"quantity": "53.25"}
    for _ in range(2):  # pressed twice, noted once
        answer = client.post(address, sent, follow=True)
    assert "53.25 kg of lot JAM-WO-1 are noted." in answer.content.decode()
    [row] = PilotMeasurement.objects.all()
    back = reverse("measure-take-back", args=[order.pk, "10", row.pk])
    assert "Taken back by Olga Operator: Wrong scale" in (
        client.post(back, {"reason": "Wrong scale"}, follow=True).content.decode()
    )
    client.post(address, sent | {"event_id": str(uuid.uuid4()), "quantity": "53"})
    done = client.post(reverse("measure-mark", args=[order.pk, "10"]), {"completed": "yes"}, follow=True)
    assert "Measuring of this order is completed" in done.content.decode()
    assert LedgerLine.objects.count() == lines
    on = client.post(reverse("measure-mark", args=[order.pk, "10"]), {"completed": "no"}, follow=True)
    assert "Measuring goes on." in on.content.decode()


@pytest.mark.parametrize(
    ("code", "said"),
    [("B-214", "This operation takes no PK-BTL-200"), ("STORE-1", "STORE-1 is a bin."), ("?", "No lot or bin")],
)
def test_a_wrong_scan_is_refused_in_words(as_, pilot, code, said):
    order = order_of(pilot.item, "WO-1")
    answer = as_("operator").post(reverse("measure", args=[order.pk, "10"]), {"code": code})
    assert answer.status_code == 422
    assert said in answer.content.decode()


@pytest.mark.parametrize("typed", ["", "0", "1,000", "much", "-3", "9999999999999999", "1.0000000001"])
def test_a_wrong_quantity_is_refused_in_words(as_, pilot, typed):
    order = order_of(pilot.item, "WO-1")
    client = as_("operator")
    address = reverse("measure", args=[order.pk, "10"])
    at_lot = client.post(address, {"code": "JAM-WO-1"}, follow=True)
    answer = client.post(address, fields_of(at_lot, address, holds="quantity") | {"quantity": typed})
    assert answer.status_code == 422
    assert PilotMeasurement.objects.count() == 0


def test_without_a_pilot_nothing_is_offered(as_):
    order = order_of(product(), "WO-1")
    client = as_("operator")
    address = reverse("measure", args=[order.pk, "10"])
    assert address not in client.get(reverse("report", args=[order.pk, "10"])).content.decode()
    assert "No pilot runs at this operation." in client.get(address).content.decode()


def test_too_few_orders_say_so_and_offer_no_draft(as_, pilot):
    measured(pilot, order_of(pilot.item, "WO-1", "100"), "53")
    shown = as_("engineer").get(reverse("pilot", args=[pilot.pk])).content.decode()
    assert "not enough orders yet (1 of 5)" in shown
    assert "Draft a BOM version" not in shown


def test_five_orders_are_read_exported_and_drafted(as_, pilot):
    for number, quantity in enumerate(("52", "52.5", "53", "53.5", "54"), start=1):
        measured(pilot, order_of(pilot.item, f"WO-{number}", "100"), quantity)
    client, address = as_("engineer"), reverse("pilot", args=[pilot.pk])
    page = client.get(address)
    shown = page.content.decode()
    # mean 0.020 per jar; 2.776 × 0.0079 ÷ √5 = 0.0098
    assert "+0.02" in shown
    assert "+0.0102 to +0.0298" in shown
    assert "takes more than computed" in shown
    assert "<b>6 %</b>" in shown
    file = client.get(address, {"format": "csv"}).content.decode()
    assert file.splitlines()[0].startswith("Order,Counts?,Good (")
    assert len(file.splitlines()) == 6
    form = fields_of(page, reverse("pilot-propose", args=[pilot.pk]))
    answer = client.post(reverse("pilot-propose", args=[pilot.pk]), form, follow=True)
    assert "is drafted with what the pilot found" in answer.content.decode()
    version = BomVersion.objects.get(item=pilot.item, number=2)
    assert version.scrap_factors.get().source == "pilot"
    assert reverse("bom", args=[version.pk]) in client.get(address).content.decode()
    stale = client.post(reverse("pilot-propose", args=[pilot.pk]), form | {"seen": "other"})
    assert stale.status_code == 422
    assert "Something was measured or reported meanwhile" in stale.content.decode()


def test_an_order_counts_only_for_the_components_that_were_measured_there(as_, pilot):
    for number, quantity in enumerate(("52", "52.5", "53", "53.5", "54"), start=1):
        lids = {"LID": "101"} if number <= 2 else {}
        measured(pilot, order_of(pilot.item, f"WO-{number}", "100"), quantity, **lids)
    client, address = as_("engineer"), reverse("pilot", args=[pilot.pk])
    shown = client.get(address).content.decode()
    assert "JAM 5, LID 2; 5 are wanted of each" in shown
    assert "n = 5, t for 4" in shown
    assert "5 of 5" in shown
    assert "2 of 5" in shown
    assert "not enough orders yet (2 of 5)" in shown
    assert shown.count(", t for ") == 1  # no limits for what was measured at two orders
    rows = client.get(address, {"format": "csv"}).content.decode("utf-8-sig").splitlines()[1:]
    assert len(rows) == 10
    assert sum("not measured here" in row for row in rows) == 3


def test_a_component_that_nobody_measured_says_so_and_its_orders_do_not_count(as_, pilot):
    measured(pilot, order_of(pilot.item, "WO-1", "100"), "53")
    shown = as_("engineer").get(reverse("pilot", args=[pilot.pk])).content.decode()
    assert "JAM 1, LID 0; 5 are wanted of each" in shown
    assert "not measured in any of 1 order; 5 are wanted" in shown


def test_whoever_completes_an_order_is_told_what_it_does_not_count_for(as_, pilot):
    order = order_of(pilot.item, "WO-1", "100")
    measured(pilot, order, "53")
    client, mark = as_("operator"), reverse("measure-mark", args=[order.pk, "10"])
    client.post(mark, {"completed": "no"})
    answer = client.post(mark, {"completed": "yes"}, follow=True).content.decode()
    assert "Not measured, so it does not count for: LID." in answer


def test_an_auditor_reads_everything_and_changes_nothing(as_, pilot):
    order = order_of(pilot.item, "WO-1", "100")
    measured(pilot, order, "53")
    client = as_("auditor")
    for address in (
        reverse("pilots"),
        reverse("pilot", args=[pilot.pk]),
        reverse("measure", args=[order.pk, "10"]),
        f"{reverse('pilots')}?format=csv&state=running&q=jar",
    ):
        assert client.get(address).status_code == 200, address
    for address in (
        reverse("pilot-new"),
        reverse("pilot-end", args=[pilot.pk]),
        reverse("pilot-propose", args=[pilot.pk]),
        reverse("measure", args=[order.pk, "10"]),
        reverse("measure-mark", args=[order.pk, "10"]),
        reverse("measure-take-back", args=[order.pk, "10", 1]),
    ):
        assert client.post(address).status_code == 403, address


def test_what_is_not_there_is_a_404(as_, pilot):
    client = as_("engineer")
    order = WorkOrder.objects.first()
    assert client.get("/pilots/999999").status_code == 404
    take_back = reverse("measure-take-back", args=[order.pk, "10", 999999])
    assert client.post(take_back, {"reason": "x"}).status_code == 404
