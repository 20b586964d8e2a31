"""Impact replays: asked for, gone on with, cancelled; what they find on real postings."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backflush.actions import run_impact_replays as running
from backflush.actions.cancel_impact_replay import cancel_impact_replay
from backflush.actions.request_impact_replay import request_impact_replay
from backflush.actions.run_impact_replays import run_impact_replays
from backflush.models import ImpactReplay
from backflush.rules.impact_totals import read_impact
from masterdata.actions.draft_unit_factor import draft_unit_factor
from masterdata.rules.bom import AlternateDraft, LineDraft, ScrapDraft
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting
from traceability.models import LedgerLine

pytestmark = pytest.mark.django_db
LATER = floor.NOW + timedelta(days=1)


def asked(record, *, days=30, by="engineer", at=LATER):
    kind = "bom_version" if record._meta.model_name == "bomversion" else "unit_factor"
    return request_impact_replay(
        kind=kind, record_id=record.pk, days=days, site=plant.site(), actor=getattr(plant.people(), by), now=at
    )


def found(record, **fields):
    """What a replay of the record finds."""
    replay = asked(record, **fields)
    while run_impact_replays(now=replay.requested_at):
        pass
    replay.refresh_from_db()
    assert (replay.state, replay.failure) == ("done", "")
    return read_impact(replay.result)


def kit_and_foil(**lines):
    """A kit of half a kilogram of foil, in whole grams, and an order for a hundred."""
    kit = plant.product("KIT")
    foil = plant.item("FOIL", unit="KGM", decimals=3, cost="4.00")
    version = plant.approved_bom(kit, [LineDraft("FOIL", "0.5", **lines)])
    return kit, foil, version, floor.released_order(kit, "100")


def copied(version, *, more=(), **changes):
    """A draft of the same lines, each with its identity, and these changes to the first."""
    first, *others = version.lines.select_related("item", "unit").order_by("position")
    given = {"quantity": first.quantity, "identity": first.identity, "unit": first.unit.code, **changes}
    lines = [LineDraft(item=first.item.code, **given)]
    lines += [
        LineDraft(item=one.item.code, quantity=one.quantity, identity=one.identity, unit=one.unit.code)
        for one in others
    ]
    return plant.drafted_bom(version.item, [*lines, *more], at=LATER)


def test_a_proposal_is_replayed_over_what_was_reported():
    _, foil, version, order = kit_and_foil()
    floor.staged(order, foil, "11")
    for _ in range(4):
        reporting.posted(order, good="5")

    impact = found(copied(version, quantity=Decimal("0.6")))

    assert (impact.reports, impact.orders) == (4, 1)
    row = impact.components[foil.pk]
    assert (row.then, row.proposed, row.price, row.cost) == (10, 12, 4, 8)
    assert (row.short, row.short_reports, row.short_orders) == (1, 1, 1)
    assert impact.versions == {version.pk: 4}
    assert [(one.name, one.cost, one.short) for one in impact.heaviest_orders] == [(order.number, 8, 1)]


def test_the_unchanged_version_makes_no_difference_and_the_same_as_the_ledger():
    kit = plant.product("KIT", basis="good_and_scrap", operations=("10", "20"))
    foil = plant.item("FOIL", unit="KGM", decimals=1, cost="4.00")
    ink = plant.item("INK", unit="KGM", decimals=3, cost="9.00")
    plant.factor(ink, "LTR", "KGM", "1.12")
    scrap = ScrapDraft(percent=3)
    version = plant.approved_bom(
        kit,
        [
            LineDraft("FOIL", "0.333", operation="10", scrap=scrap),
            LineDraft("INK", "0.01", unit="LTR", operation="20"),
        ],
    )
    order = floor.released_order(kit, "100")
    floor.staged(order, foil, "50")
    floor.staged(order, ink, "5")
    for good in ("7", "11", "2"):
        reporting.posted(order, "10", good=good)
    reporting.posted(order, "20", good="13")
    first, second = version.lines.order_by("position")
    same = [
        LineDraft("FOIL", "0.333", operation="10", identity=first.identity, scrap=scrap),
        LineDraft("INK", "0.01", unit="LTR", operation="20", identity=second.identity),
    ]

    impact = found(plant.drafted_bom(kit, same, at=LATER))

    issued = {item: Fraction(0) for item in (foil.pk, ink.pk)}
    for line in LedgerLine.objects.filter(order_id=order.pk, item_id__in=issued, component__isnull=False):
        issued[line.item_id] += Fraction(line.quantity)
    assert {item: row.then for item, row in impact.components.items()} == issued
    assert all(row.difference == 0 and row.short == 0 for row in impact.components.values())
    assert (impact.reports, impact.refused_reports, impact.left_out, impact.heaviest_orders) == (4, 0, 0, [])


def test_what_a_posting_did_not_draw_is_looked_up_in_the_ledger():
    """A hundredth of a piece of glue for each unit rounds to none; proposed, it is a tenth, and half of it was staged late."""
    kit, foil = plant.product("KIT"), plant.item("FOIL", unit="KGM", cost="4.00")
    glue = plant.item("GLUE", decimals=0, cost="1.00")
    version = plant.approved_bom(kit, [LineDraft("FOIL", "0.5"), LineDraft("GLUE", "0.01")])
    order = floor.released_order(kit, "100")
    floor.staged(order, foil, "50")
    reporting.posted(order, good="10")
    floor.staged(order, glue, "1")
    reporting.posted(order, good="10")
    first, second = version.lines.order_by("position")
    lines = [
        LineDraft("FOIL", "0.5", identity=first.identity),
        LineDraft("GLUE", "0.1", identity=second.identity),
    ]

    row = found(plant.drafted_bom(kit, lines, at=LATER)).components[glue.pk]

    assert (row.then, row.proposed) == (0, 2)
    assert (row.short, row.short_reports) == (1, 1)


def test_a_new_component_from_the_supermarket_is_there():
    _, foil, version, order = kit_and_foil()
    tape = plant.item("TAPE", supermarket=True)
    floor.staged(order, foil, "50")
    floor.in_supermarket(tape, "100")
    reporting.posted(order, good="10")

    impact = found(copied(version, more=[LineDraft("TAPE", "2")]))

    assert (impact.components[tape.pk].proposed, impact.components[tape.pk].short) == (20, 0)


def test_reversed_reports_and_those_before_the_days_are_not_counted():
    _, foil, version, order = kit_and_foil()
    floor.staged(order, foil, "50")
    reporting.posted(order, good="10")
    wrong = reporting.posted(order, good="30")
    reporting.reversed_by_qa(wrong)
    reporting.posted(order, good="20", at=floor.NOW + timedelta(hours=12), received=floor.NOW + timedelta(hours=12))

    impact = found(copied(version, quantity=Decimal(1)), days=1, at=floor.NOW + timedelta(days=1, hours=6))

    assert impact.reports == 1
    assert (impact.components[foil.pk].then, impact.components[foil.pk].proposed) == (10, 20)


def test_a_proposed_unit_factor_is_replayed_where_its_item_is_dosed_by_it():
    kit = plant.product("KIT")
    ink = plant.item("INK", unit="KGM", decimals=3, cost="10.00")
    plant.factor(ink, "LTR", "KGM", "1.1")
    plant.approved_bom(kit, [LineDraft("INK", "2", unit="LTR")])
    order = floor.released_order(kit, "100")
    floor.staged(order, ink, "50")
    reporting.posted(order, good="10")
    proposed = draft_unit_factor(
        item=ink, from_unit="LTR", to_unit="KGM", numerator=6, denominator=5, author=plant.people().engineer, now=LATER
    )

    impact = found(proposed)

    row = impact.components[ink.pk]
    assert (row.then, row.proposed, row.cost) == (22, 24, 20)


def test_a_proposed_phantom_is_replayed_where_it_is_used():
    kit, core = plant.product("KIT"), plant.item("CORE", kind="intermediate")
    foil = plant.item("FOIL", unit="KGM", cost="4.00")
    plant.route(core)
    inner = plant.approved_bom(core, [LineDraft("FOIL", "0.25")], phantom=True)
    plant.approved_bom(kit, [LineDraft("CORE", "2")])
    order = floor.released_order(kit, "100")
    floor.staged(order, foil, "50")
    reporting.posted(order, good="10")

    impact = found(
        plant.drafted_bom(core, [LineDraft("FOIL", "0.5", identity=inner.lines.get().identity)], phantom=True)
    )

    assert (impact.components[foil.pk].then, impact.components[foil.pk].proposed) == (5, 10)


def test_a_proposal_without_a_conversion_would_refuse_every_report():
    _, foil, version, order = kit_and_foil()
    floor.staged(order, foil, "50")
    reporting.posted(order, good="10")

    impact = found(copied(version, unit="LTR"))

    assert (impact.reports, impact.refused_reports, impact.components) == (1, 1, {})
    assert [one.code for one in impact.refused.values()] == ["no_conversion"]


def test_an_alternate_that_was_staged_is_drawn():
    film = plant.item("FILM", unit="KGM", cost="3.00")
    line = {"alternates": (AlternateDraft(item="FILM", factor=Decimal(1)),), "strategy": "mix"}
    _, foil, version, order = kit_and_foil(**line)
    floor.staged(order, foil, "5")
    floor.staged(order, film, "50")
    reporting.posted(order, good="10")

    impact = found(copied(version, quantity=Decimal(1), **line))

    assert {item: row.proposed for item, row in impact.components.items()} == {foil.pk: 5, film.pk: 5}
    assert impact.short_reports == 0


def test_a_replay_goes_on_where_it_stopped(monkeypatch):
    _, foil, version, _ = kit_and_foil()
    for _ in range(3):
        order = floor.released_order(version.item, "100")
        floor.staged(order, foil, "50")
        reporting.posted(order, good="10")
        reporting.posted(order, good="10")
    whole = found(copied(version, quantity=Decimal(1)))
    monkeypatch.setattr("backflush.queries.impact_cases.AT_ONCE", 1)
    replay = asked(copied(version, quantity=Decimal(1)))
    steps = []
    while run_impact_replays(now=LATER, budget=0.000001 if steps else 0):
        replay.refresh_from_db()
        steps.append((replay.state, replay.done, replay.held_until))
        if len(steps) == 3:
            break
    assert steps[-1] == ("running", 0, None)
    while run_impact_replays(now=LATER):
        pass
    replay.refresh_from_db()
    assert read_impact(replay.result) == whole
    assert (replay.state, replay.done, replay.total) == ("done", 6, 6)


def test_the_same_replay_is_asked_for_once():
    _, _, version, _ = kit_and_foil()
    draft = copied(version)
    replay = asked(draft)

    assert asked(draft, by="qa") == replay
    with pytest.raises(Refused) as refused:
        asked(draft, days=60, by="qa")
    assert [one.code for one in refused.value.refusals] == ["replay_under_way"]
    assert ImpactReplay.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"days": 0}, "days_out_of_range"), ({"days": 401}, "days_out_of_range"), ({"by": "operator"}, "not_your_duty")],
)
def test_who_may_ask_and_for_how_long(fields, code):
    _, _, version, _ = kit_and_foil()
    draft = copied(version)

    with pytest.raises(Refused) as refused:
        asked(draft, **fields)
    assert [one.code for one in refused.value.refusals] == [code]


def test_what_is_decided_already_is_not_replayed():
    _, _, version, _ = kit_and_foil()

    with pytest.raises(Refused) as refused:
        asked(version)
    assert [one.code for one in refused.value.refusals] == ["not_proposed"]


def test_a_cancelled_replay_is_not_gone_on_with():
    _, _, version, _ = kit_and_foil()
    replay = asked(copied(version))

    cancel_impact_replay(replay=replay, actor=plant.people().qa, now=LATER)

    assert run_impact_replays(now=LATER) is False
    replay.refresh_from_db()
    assert (replay.state, replay.cancelled_by, replay.result) == ("cancelled", plant.people().qa, {})
    with pytest.raises(Refused) as refused:
        cancel_impact_replay(replay=replay, actor=plant.people().qa, now=LATER)
    assert [one.code for one in refused.value.refusals] == ["replay_ended"]


def test_a_replay_that_was_cancelled_in_mid_batch_stays_cancelled(monkeypatch):
    _, foil, version, order = kit_and_foil()
    floor.staged(order, foil, "50")
    reporting.posted(order, good="10")
    replay = asked(copied(version, quantity=Decimal(1)))
    reading = running.CaseReader.cases

    def cancelled_meanwhile(self, orders):
        cancel_impact_replay(replay=replay, actor=plant.people().qa, now=LATER)
        return reading(self, orders)

    monkeypatch.setattr(running.CaseReader, "cases", cancelled_meanwhile)
    run_impact_replays(now=LATER)

    replay.refresh_from_db()
    assert (replay.state, replay.result) == ("cancelled", {})


def test_a_proposal_that_changes_while_its_replay_waits_fails_in_words():
    _, _, version, _ = kit_and_foil()
    draft = copied(version)
    replay = asked(draft)
    type(draft).objects.filter(pk=draft.pk).update(reason="another reason")

    run_impact_replays(now=LATER)

    replay.refresh_from_db()
    assert (replay.state, "was changed" in replay.failure) == ("failed", True)


def test_a_worker_that_died_is_followed_by_another_and_after_three_by_none():
    _, foil, version, order = kit_and_foil()
    floor.staged(order, foil, "50")
    reporting.posted(order, good="10")
    replay = asked(copied(version))
    for died in range(3):
        at = LATER + timedelta(minutes=died)
        ImpactReplay.objects.filter(pk=replay.pk).update(state="running", held_until=at + running.HOLD)
        assert run_impact_replays(now=at) is False
        replay.refresh_from_db()
        assert replay.state == "running"
        ImpactReplay.objects.filter(pk=replay.pk).update(lost=died)
    run_impact_replays(now=LATER + timedelta(hours=1))

    replay.refresh_from_db()
    assert (replay.state, replay.lost) == ("failed", 3)
    assert "3 workers died" in replay.failure


def test_a_fault_of_its_own_ends_a_replay_and_is_told():
    _, foil, version, order = kit_and_foil()
    floor.staged(order, foil, "50")
    reporting.posted(order, good="10")
    replay = asked(copied(version))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("backflush.queries.impact_cases.read_facts", lambda text: {}["no facts"])
        assert run_impact_replays(now=LATER) is False

    replay.refresh_from_db()
    assert (replay.state, "KeyError" in replay.failure) == ("failed", True)
