"""A pilot measures beside the ledger and never in it; what it found becomes a draft with the pilot as its source."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from backflush.actions.measure_usage import mark_order, measure_usage, take_back_measurement
from backflush.actions.propose_factors import propose_factors
from backflush.actions.run_pilot import end_pilot, start_pilot
from backflush.models import Pilot, PilotMeasurement, PilotProposal
from backflush.queries.pilot_proposals import proposable
from backflush.queries.pilots import components_found, order_readings, running_pilot
from backflush.rules.pilot_figures import Proposal
from masterdata.actions.submit_bom import submit_bom
from masterdata.rules.bom import AlternateDraft, LineDraft, ScrapDraft
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting
from traceability.models import LedgerLine, StockBalance, WorkOrder

pytestmark = pytest.mark.django_db
NOW = floor.NOW


@pytest.fixture
def kit():
    """A kit of half a kilogram of PART (2 % lost) and one BOX."""
    made = plant.product("KIT", cost="3")
    plant.item("PART", unit="KGM", decimals=3, cost="4.00")
    plant.item("BOX", decimals=0, cost="0.20")
    plant.approved_bom(
        made,
        [LineDraft("PART", "0.5", scrap=ScrapDraft(percent="2")), LineDraft("BOX", "1")],
    )
    return made


def started(kit, **fields) -> Pilot:
    fields.setdefault("why", "The spoon takes more than the study said.")
    fields.setdefault("now", NOW)
    return start_pilot(site=plant.site(), item=kit, operation="10", actor=plant.people().engineer, **fields)


def component(order: WorkOrder, code: str) -> str:
    [line] = order.pins.get().bom_version.lines.filter(item__code=code)
    return str(line.identity)


def made_order(kit, number: str = "") -> WorkOrder:
    order = floor.released_order(kit, "100", number=number)
    floor.staged(order, plant.item("PART"), "60")
    floor.staged(order, plant.item("BOX"), "110")
    return order


def measured(pilot, order, quantity, code="PART", **fields):
    lot = order.site.materiallot_set.filter(item__code=code).order_by("-id").first()
    return measure_usage(
        pilot=pilot,
        event_id=fields.pop("event_id", None) or uuid.uuid4(),
        order=order,
        component=fields.pop("component", None) or component(order, code),
        lot=fields.pop("lot", lot),
        quantity=Decimal(quantity),
        actor=fields.pop("actor", plant.people().operator),
        now=NOW,
        **fields,
    )


def completed(pilot, order, completed=True):
    return mark_order(pilot=pilot, order=order, completed=completed, actor=plant.people().operator, now=NOW)


def piloted(kit, quantities) -> Pilot:
    """An order of a hundred good kits for each measured quantity of PART."""
    pilot = started(kit)
    for quantity in quantities:
        order = made_order(kit)
        reporting.posted(order, good="100")
        measured(pilot, order, quantity)
        completed(pilot, order)
    return pilot


def test_what_is_measured_moves_no_stock(kit):
    pilot, order = started(kit), made_order(kit)
    reporting.posted(order, good="100")
    stock, lines = list(StockBalance.objects.order_by("id").values()), LedgerLine.objects.count()
    measured(pilot, order, "53.4")
    completed(pilot, order)
    assert list(StockBalance.objects.order_by("id").values()) == stock
    assert LedgerLine.objects.count() == lines


def test_an_order_stands_beside_what_backflush_computed(kit):
    pilot = piloted(kit, ["53"])
    [reading] = order_readings(pilot, NOW)
    part, box = reading.components.values()
    assert (reading.left_out, reading.units) == ("", 100)
    assert (part.measured, part.computed, part.running) == (53, 51, 51)
    assert (box.measured, box.computed) == (None, 100)
    [found, without] = components_found(pilot, [reading])
    assert (found.found.difference, found.found.enough, without.found) == (Fraction("0.02"), False, None)


def test_several_scans_of_an_order_add_up_and_one_may_be_taken_back(kit):
    pilot, order = started(kit), made_order(kit)
    reporting.posted(order, good="100")
    measured(pilot, order, "30")
    wrong = measured(pilot, order, "99")
    measured(pilot, order, "22.5")
    take_back_measurement(measurement=wrong, reason="Read the tare.", actor=plant.people().operator, now=NOW)
    completed(pilot, order)
    assert next(iter(order_readings(pilot, NOW)[0].components.values())).measured == Fraction("52.5")
    with pytest.raises(Refused) as refused:
        take_back_measurement(measurement=wrong, reason="Again.", actor=plant.people().operator, now=NOW)
    assert "taken_back_already" in refused.value.codes


def test_a_substitute_counts_by_its_factor(kit):
    other = plant.item("OTHER", unit="KGM", decimals=3)
    plant.approved_bom(kit, [LineDraft("PART", "0.5", strategy="priority", alternates=(AlternateDraft("OTHER", "2"),))])
    pilot = started(kit, now=NOW)
    order = floor.released_order(kit, "100")
    floor.staged(order, plant.item("PART"), "60")
    reporting.posted(order, good="100")
    lot = floor.received_lot(other, "10")
    measured(pilot, order, "50")
    measured(pilot, order, "4", component=component(order, "PART"), lot=lot)
    [part] = order_readings(pilot, NOW)[0].components.values()
    assert part.measured == 52


def test_what_is_posted_by_scan_is_measured_by_its_scans(kit):
    plant.approved_bom(kit, [LineDraft("PART", "0.5", method="scan", tolerance="10"), LineDraft("BOX", "1")])
    pilot, order = started(kit), made_order(kit)
    reporting.posted(order, kind="scan_issue", item="PART", lot="PART-1", quantity="52")
    reporting.posted(order, good="100")
    measured(pilot, order, "101", code="BOX")
    completed(pilot, order)
    part, box = order_readings(pilot, NOW)[0].components.values()
    assert (part.measured, part.computed, box.measured) == (52, 50, 101)
    completed(pilot, order, False)
    with pytest.raises(Refused) as refused:
        measured(pilot, order, "3")
    assert refused.value.codes == ["posted_by_scan"]


def test_a_second_pilot_at_the_same_operation_is_refused(kit):
    pilot = started(kit)
    with pytest.raises(Refused) as refused:
        started(kit)
    assert refused.value.codes == ["pilot_runs_already"]
    assert f"Pilot {pilot.pk} runs there already" in str(refused.value)


def test_a_pilot_wants_a_reason_an_operation_and_five_orders(kit):
    with pytest.raises(Refused) as refused:
        start_pilot(
            site=plant.site(),
            item=kit,
            operation="70",
            why=" ",
            fewest_orders=4,
            actor=plant.people().engineer,
            now=NOW,
        )
    assert refused.value.codes == ["reason_missing", "operation_unknown", "too_few_orders"]


@pytest.mark.parametrize("cancel", [False, True])
def test_an_ended_pilot_takes_nothing_any_more(kit, cancel):
    pilot, order = started(kit), made_order(kit)
    ended = end_pilot(pilot=pilot, reason="Enough.", actor=plant.people().engineer, now=NOW, cancel=cancel)
    assert (ended.state, ended.end_reason) == ("cancelled" if cancel else "ended", "Enough.")
    assert running_pilot(order, "10") is None
    for again in (
        lambda: measured(pilot, order, "1"),
        lambda: completed(pilot, order),
        lambda: end_pilot(pilot=pilot, reason="Again.", actor=plant.people().engineer, now=NOW),
    ):
        with pytest.raises(Refused) as refused:
            again()
        assert "pilot_is_over" in refused.value.codes
    assert started(kit).pk != pilot.pk


def test_an_order_with_output_from_before_is_not_measured(kit):
    order = made_order(kit)
    reporting.posted(order, good="10")
    pilot = started(kit, now=NOW + timedelta(days=400))
    Pilot.objects.get(pk=pilot.pk)
    with pytest.raises(Refused) as refused:
        measured(pilot, order, "1")
    assert refused.value.codes == ["order_began_earlier"]


def test_every_reason_comes_at_once(kit):
    pilot = started(kit)
    order = floor.planned_order(plant.product("CUP"), "10")
    with pytest.raises(Refused) as refused:
        measured(pilot, order, "-1", component=str(uuid.uuid4()), lot=floor.received_lot(plant.item("PART"), "1"))
    assert refused.value.codes == [
        "other_product",
        "operation_unknown",
        "order_not_open",
        "quantity_missing",
        "component_unknown",
    ]


def test_a_lot_of_something_else_is_refused(kit):
    pilot, order = started(kit), made_order(kit)
    with pytest.raises(Refused) as refused:
        measured(pilot, order, "1", code="BOX", component=component(order, "PART"))
    assert refused.value.codes == ["other_item"]


def test_the_same_event_is_measured_once(kit):
    pilot, order, event = started(kit), made_order(kit), uuid.uuid4()
    first = measured(pilot, order, "5", event_id=event)
    assert measured(pilot, order, "5", event_id=event).pk == first.pk
    with pytest.raises(Refused) as refused:
        measured(pilot, order, "6", event_id=event)
    assert refused.value.codes == ["event_id_used"]
    assert PilotMeasurement.objects.count() == 1


def test_an_order_is_completed_once_it_has_output_and_measurements(kit):
    pilot, order = started(kit), made_order(kit)
    with pytest.raises(Refused) as refused:
        completed(pilot, order)
    assert refused.value.codes == ["nothing_reported", "nothing_measured"]
    reporting.posted(order, good="100")
    measured(pilot, order, "51")
    completed(pilot, order)
    with pytest.raises(Refused) as refused:
        measured(pilot, order, "1")
    assert refused.value.codes == ["measuring_completed"]
    with pytest.raises(Refused) as refused:
        completed(pilot, order)
    assert refused.value.codes == ["nothing_to_change"]


def test_output_after_completion_leaves_the_order_out_until_it_is_measured_on(kit):
    pilot, order = started(kit), made_order(kit)
    reporting.posted(order, good="50")
    measured(pilot, order, "26")
    completed(pilot, order)
    reporting.posted(order, good="50")
    [reading] = order_readings(pilot, NOW)
    assert reading.left_out == "output changed since"
    assert all(one.found is None for one in components_found(pilot, [reading]))
    completed(pilot, order, False)
    measured(pilot, order, "26.5")
    completed(pilot, order)
    [reading] = order_readings(pilot, NOW)
    assert (reading.left_out, reading.units) == ("", 100)


def test_five_orders_make_a_draft_with_the_pilot_as_source(kit):
    pilot = piloted(kit, ["52", "52.5", "53", "53.5", "54"])
    [offered] = proposable(pilot, NOW)
    # 1.02 × 53 ÷ 51 = 1.06
    assert isinstance(offered.proposal, Proposal)
    assert offered.proposal.percent == Decimal("6.0")
    version = propose_factors(
        pilot=pilot, components=[offered.component], actor=plant.people().engineer, now=NOW, seen=offered.text
    )
    assert (version.state, version.number) == ("draft", 2)
    [factor] = version.scrap_factors.all()
    assert (factor.percent, factor.source, factor.line.item.code) == (6, "pilot", "PART")
    assert factor.source_note == f"Pilot {pilot.pk} of KIT, operation 10: 5 orders, 95 % limits 4.0 to 8.0 %"
    assert version.lines.get(item__code="BOX").quantity == 1
    assert PilotProposal.objects.get().version == version
    # the draft is whole: nothing keeps it from being submitted
    assert submit_bom(version=version, actor=plant.people().engineer, now=NOW).state == "submitted"


def test_nothing_is_proposed_of_too_few_orders(kit):
    pilot = piloted(kit, ["52", "53"])
    with pytest.raises(Refused) as refused:
        propose_factors(
            pilot=pilot, components=[proposable(pilot, NOW)[0].component], actor=plant.people().engineer, now=NOW
        )
    assert refused.value.codes == ["not_enough_orders"]


def test_nothing_is_proposed_of_figures_that_changed_meanwhile(kit):
    pilot = piloted(kit, ["52", "52.5", "53", "53.5", "54"])
    [offered] = proposable(pilot, NOW)
    with pytest.raises(Refused) as refused:
        propose_factors(
            pilot=pilot, components=[offered.component], actor=plant.people().engineer, now=NOW, seen="PART: 5 %"
        )
    assert refused.value.codes == ["changed_meanwhile"]


def test_what_was_found_of_one_version_is_not_drafted_upon_another(kit):
    pilot = piloted(kit, ["52", "52.5", "53", "53.5", "54"])
    plant.approved_bom(kit, [LineDraft("PART", "0.6"), LineDraft("BOX", "1")])
    [offered] = proposable(pilot, NOW + timedelta(days=1))
    assert offered.proposal.code == "pilot_is_of_another_version"


def test_a_cancelled_pilot_proposes_nothing(kit):
    pilot = piloted(kit, ["52", "52.5", "53", "53.5", "54"])
    end_pilot(pilot=pilot, reason="The scale was broken.", actor=plant.people().engineer, now=NOW, cancel=True)
    with pytest.raises(Refused) as refused:
        propose_factors(pilot=pilot, components=["x"], actor=plant.people().engineer, now=NOW)
    assert refused.value.codes == ["pilot_is_over"]


@pytest.mark.parametrize("who", ["auditor", "operator", "supervisor", "qa"])
def test_only_an_engineer_runs_pilots(kit, who):
    with pytest.raises(Refused) as refused:
        start_pilot(site=plant.site(), item=kit, operation="10", why="x", actor=getattr(plant.people(), who), now=NOW)
    assert refused.value.codes == ["not_your_duty"]


def test_an_auditor_measures_nothing(kit):
    pilot, order = started(kit), made_order(kit)
    with pytest.raises(Refused) as refused:
        measured(pilot, order, "1", actor=plant.people().auditor)
    assert refused.value.codes == ["not_your_duty"]
