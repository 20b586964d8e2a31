"""Orders: planned, released, followed and closed, with everything that stands in the way listed at once."""

from django.urls import reverse
from django.utils import timezone

from masterdata.actions.define_operation import define_operation
from masterdata.models import Bin, DeviceClock
from masterdata.rules.bom import LineDraft
from tests import floor, plant
from tests.web.forms import fields_of
from tests.web.scene import item
from traceability.actions.return_to_stock import return_to_stock
from traceability.models import MaterialLot, StockBalance, WorkOrder


def order(number: str) -> WorkOrder:
    return WorkOrder.objects.get(number=number)


def page(client, number: str) -> str:
    return client.get(reverse("order", args=[order(number).pk])).content.decode()


def test_the_page_shows_operations_readiness_lots_postings_and_reports(look):
    shown = page(look("auditor"), "WO-20418")
    for words in ("Fill and cap", "Would the next report post?", "1,000", "B-214", "P-000003", "operation complete"):
        assert words in shown
    assert "PK-SET-024 v1" in shown
    assert "At the present pace that lasts" in shown


def test_a_blocked_operation_names_what_is_missing_and_what_to_do(look):
    shown = page(look("supervisor"), "WO-20421")
    assert "are needed; none is staged to order WO-20421." in shown
    assert "Stage" in shown


def test_findings_before_the_close_are_listed_all_at_once(look):
    shown = page(look("supervisor"), "WO-20418")
    for code in ("B-214", "C-0077", "C-0101", "L-5512", "K-90", "WO-20400"):
        assert f"lot {code}, are still bound" in shown


def test_an_order_is_planned_and_released_in_one_go(as_):
    client = as_("supervisor")
    form = fields_of(client.get(reverse("order-new")))
    sent = {
        **form,
        "number": "WO-30000",
        "item": "FG-ELD-200",
        "quantity": "250",
        "due": "2027-01-04T06:00",
        "release": "on",
    }
    answer = client.post(reverse("order-new"), sent)
    made = order("WO-30000")
    assert answer.url == reverse("order", args=[made.pk])
    assert (made.state, str(made.quantity), made.unit.code) == ("released", "250.000000000", "C62")
    assert made.due_at.isoformat() == "2027-01-04T05:00:00+00:00"


def test_sent_twice_it_is_planned_once(as_):
    client = as_("supervisor")
    form = fields_of(client.get(reverse("order-new")))
    sent = {**form, "number": "WO-30001", "item": "FG-ELD-200", "quantity": "250"}
    assert client.post(reverse("order-new"), sent).status_code == 302
    again = client.post(reverse("order-new"), sent)
    assert again.status_code == 422
    assert "recorded once" in again.content.decode()
    assert WorkOrder.objects.filter(number="WO-30001").count() == 1


def test_what_is_wrong_stands_above_the_form_and_nothing_typed_is_lost(as_):
    client = as_("supervisor")
    form = fields_of(client.get(reverse("order-new")))
    answer = client.post(reverse("order-new"), {**form, "number": "WO-20418", "item": "FG-ELD-200", "quantity": "many"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="many"' in shown
    taken = client.post(reverse("order-new"), {**form, "number": "WO-20418", "item": "FG-ELD-200", "quantity": "5"})
    assert "has an order WO-20418 already" in taken.content.decode()


def test_an_order_that_cannot_be_released_stays_planned_and_says_why(as_):
    client = as_("supervisor")
    bare = plant.item("BARE", kind="finished")
    define_operation(item=bare, number="10", name="Somewhere", actor=plant.people().engineer)
    plant.approved_bom(bare, [LineDraft("RM-SUG-025", "1")])
    form = fields_of(client.get(reverse("order-new")))
    sent = {**form, "number": "WO-30002", "item": "BARE", "quantity": "1", "release": "on"}
    shown = client.post(reverse("order-new"), sent, follow=True).content.decode()
    assert "Not released" in shown
    assert order("WO-30002").state == "planned"


def test_a_planned_order_is_released_at_the_line_chosen(as_):
    client, planned = as_("supervisor"), order("WO-20425")
    release = reverse("order-release", args=[planned.pk])
    form = fields_of(client.get(reverse("order", args=[planned.pk])), release)
    client.post(release, {**form, "line-20": plant.line("MIX-1").pk})
    planned.refresh_from_db()
    assert planned.state == "released"
    assert planned.operations.get(number="20").line.code == "MIX-1"
    assert client.post(release, form).status_code == 422


def test_who_plans_no_orders_is_told_so(as_):
    client = as_("qa")
    assert client.get(reverse("order-new")).status_code == 403
    answer = client.post(reverse("order-release", args=[order("WO-20425").pk]))
    assert answer.status_code == 403
    assert "Quinn Quality may not create and release work orders" in answer.content.decode()


def test_a_close_is_refused_with_every_finding(as_):
    client = as_("supervisor")
    answer = client.post(reverse("order-close", args=[order("WO-20418").pk]))
    assert answer.status_code == 422
    assert answer.content.decode().count("are still bound to the order") >= 6
    assert order("WO-20418").state == "released"


def test_a_clean_order_closes_and_accepted_findings_keep_their_reason(as_):
    client, bulk = as_("supervisor"), order("WO-20400")
    for balance in StockBalance.objects.filter(order_id=bulk.pk, quantity__gt=0):
        return_to_stock(
            order=bulk,
            lot=MaterialLot.objects.get(pk=balance.lot_id),
            from_bin=Bin.objects.get(pk=balance.bin_id),
            to_bin=plant.place("store"),
            quantity=balance.quantity,
            reason=plant.reason("LEFT-OVER", "return"),
            exposed=False,
            actor=plant.people().operator,
            now=floor.NOW,
        )
    close = reverse("order-close", args=[bulk.pk])
    form = fields_of(client.get(reverse("order", args=[bulk.pk])), close)
    sent = {name: "Agreed with QA." if name.startswith("accept-") else value for name, value in form.items()}
    answer = client.post(close, sent)
    assert answer.status_code == 302
    assert order("WO-20400").state == "closed"
    assert "Closed by Sam Supervisor" in page(client, "WO-20400")
    assert client.post(close, sent).status_code == 422


def test_an_operator_may_not_close(as_):
    answer = as_("operator").post(reverse("order-close", args=[order("WO-20418").pk]))
    assert answer.status_code == 403
    assert "Olga Operator may not close a work order" in answer.content.decode()


def test_the_list_is_found_by_number_product_state_and_line(look):
    client = look("auditor")
    assert "WO-20418" in client.get(reverse("orders"), {"q": "20418"}).content.decode()
    assert "WO-20418" not in client.get(reverse("orders"), {"state": "planned"}).content.decode()
    assert "WO-20400" not in client.get(reverse("orders"), {"line": plant.line("FILL-1").pk}).content.decode()
    assert "No order fits." in client.get(reverse("orders"), {"q": "nothing"}).content.decode()
    sorted_by_number = client.get(reverse("orders"), {"sort": "number"}).content.decode()
    assert sorted_by_number.index("WO-20400") < sorted_by_number.index("WO-20425")


def test_the_board_renews_itself_and_shows_lines_blocked_reports_and_what_waits(look):
    client = look("supervisor")
    shown = client.get(reverse("today")).content.decode()
    assert f'hx-get="{reverse("today-board")}"' in shown
    part = client.get(reverse("today-board")).content.decode()
    assert "<html" not in part
    for words in ("Filling line 1", "Mixing room", "WO-20421", "One reversal waits", "Order WO-20999 is not known."):
        assert words in part
    assert item("FG-ELD-200").name in part


def test_the_board_shows_a_device_that_is_out_of_step(as_):
    DeviceClock.objects.update_or_create(
        device=plant.device("MES-1"), defaults={"offset_ms": 95_000, "measured_at": timezone.now()}
    )
    assert "The clock of MES-1 is 95.0 s ahead" in as_("supervisor").get(reverse("today-board")).content.decode()
