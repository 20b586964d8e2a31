"""Impact replays on screen: started from a proposal's page, followed, cancelled, read as table, chart and file."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from backflush.actions.run_impact_replays import run_impact_replays
from backflush.models import ImpactReplay
from masterdata.models import BomVersion, Item, UnitFactor
from masterdata.rules.bom import LineDraft
from tests import changing, plant


def proposed():
    """The syrup's effective BOM with a fifth more of its first component."""
    version = BomVersion.objects.filter(item__code="FG-ELD-200", state="approved").order_by("-number").first()
    lines = [
        LineDraft(
            item=line.item.code,
            quantity=line.quantity + (line.quantity / 5).quantize(Decimal("0.001")) * (place == 0),
            unit=line.unit.code,
            operation=line.operation_number,
            identity=line.identity,
            method=line.method,
            tolerance=line.tolerance,
        )
        for place, line in enumerate(version.lines.select_related("item", "unit").order_by("position"))
    ]
    return plant.drafted_bom(version.item, lines, at=timezone.now(), base_quantity=version.base_quantity)


def start(client, version, days="30"):
    return client.post(
        reverse("impact-replays"), {"kind": "bom_version", "record": version.pk, "days": days}, follow=True
    )


def run():
    while run_impact_replays(now=timezone.now()):
        pass


def test_a_replay_is_started_followed_and_read(as_):
    client = as_("engineer")
    version = proposed()
    assert "Replay past reports" in client.get(reverse("bom", args=[version.pk])).content.decode()

    page = start(client, version)
    replay = ImpactReplay.objects.get()
    assert "waiting for a worker" in page.content.decode()
    state = client.get(reverse("impact-replay-progress", args=[replay.pk]))
    assert "HX-Refresh" not in state
    run()
    assert client.get(reverse("impact-replay-progress", args=[replay.pk]))["HX-Refresh"] == "true"

    page = client.get(reverse("impact-replay", args=[replay.pk])).content.decode()
    assert "Difference in cost by component" in page
    assert "more" in page
    assert "Orders that weigh most" in page
    beside = client.get(reverse("bom", args=[version.pk])).content.decode()
    assert reverse("impact-replay", args=[replay.pk]) in beside


def test_the_change_request_shows_chart_and_components_of_the_latest_replay_that_is_of_it(as_):
    client, version = as_("qa"), proposed()
    request = changing.proposed(version, now=timezone.now())
    here = reverse("change", args=[request.number])
    assert "Nobody has replayed it yet." in client.get(here).content.decode()
    start(client, version)
    run()
    shown = client.get(here).content.decode()
    assert "Difference in cost by component" in shown
    first = BomVersion.objects.get(pk=version.pk).lines.order_by("position").first().item
    assert f'<td><a href="{reverse("item", args=[first.pk])}" class="code">{first.code}</a></td>' in shown
    for column in ("By the figures then", "By the proposal", "Cost difference", "Orders short"):
        assert column in shown
    version.reason = "weighed again"
    version.save()
    outdated = client.get(here).content.decode()
    assert "the proposal has changed since" in outdated
    assert "Difference in cost by component" not in outdated


def test_the_file_adds_up_to_the_total(as_):
    client = as_("finance")
    start(client, proposed())
    run()
    address = reverse("impact-replay", args=[ImpactReplay.objects.get().pk])

    answer = client.get(address, {"format": "csv"})
    *rows, total = csv.DictReader(io.StringIO(answer.content.decode()))

    assert rows
    column = next(name for name in total if name.startswith("Cost difference"))
    assert sum(Decimal(row[column]) for row in rows) == Decimal(total[column]) != 0
    for of in ("orders", "reports"):
        assert client.get(address, {"format": "csv", "of": of}).content.decode().count("\n") > 1


def test_a_result_says_that_its_proposal_has_changed(as_):
    client = as_("qa")
    version = proposed()
    start(client, version)
    run()
    version.reason = "weighed again"
    version.save()

    page = client.get(reverse("impact-replay", args=[ImpactReplay.objects.get().pk])).content.decode()

    assert "The proposal has changed since" in page
    assert "the proposal has changed since" in client.get(reverse("bom", args=[version.pk])).content.decode()


def test_it_is_cancelled_once_and_says_by_whom(as_):
    client = as_("engineer")
    start(client, proposed())
    replay = ImpactReplay.objects.get()

    page = client.post(reverse("impact-replay-cancel", args=[replay.pk]), follow=True).content.decode()
    assert "Ede Engineer cancelled it" in page
    again = client.post(reverse("impact-replay-cancel", args=[replay.pk]))
    assert again.status_code == 422
    assert "cancelled already" in again.content.decode()


def test_what_cannot_be_replayed_is_said(as_):
    client = as_("engineer")
    version = proposed()

    for days, words in (("0", "0 days cannot be replayed"), ("many", "no number of days"), ("", "no number of days")):
        answer = start(client, version, days)
        assert (answer.status_code, words in answer.content.decode()) == (422, True), days
    answer = client.post(reverse("impact-replays"), {"kind": "spell", "record": "x", "days": "3"})
    assert (answer.status_code, "There is no such record" in answer.content.decode()) == (422, True)


def test_the_auditor_looks_and_does_not_start(as_):
    version = proposed()
    start(as_("engineer"), version)
    run()
    auditor = as_("auditor")

    assert auditor.get(reverse("impact-replays")).status_code == 200
    assert auditor.get(reverse("impact-replay", args=[ImpactReplay.objects.get().pk])).status_code == 200
    assert "Replay past reports" not in auditor.get(reverse("bom", args=[version.pk])).content.decode()
    assert start(auditor, version).status_code == 403
    assert as_("operator").get(reverse("impact-replays")).status_code == 403


def test_a_unit_factor_shows_its_replays(as_):
    client = as_("engineer")
    sugar = Item.objects.get(code="RM-SUG-025")
    plant.factor(sugar, "LTR", "KGM", "0.85", at=timezone.now() - timedelta(days=1))
    approved = UnitFactor.objects.get(item=sugar)
    assert "Impact on past reports" not in client.get(reverse("unit-factor", args=[approved.pk])).content.decode()

    draft = plant.draft_unit_factor(
        item=sugar,
        from_unit="LTR",
        to_unit="KGM",
        numerator=9,
        denominator=10,
        author=plant.people().engineer,
        now=timezone.now(),
    )
    assert "Replay past reports" in client.get(reverse("unit-factor", args=[draft.pk])).content.decode()
    answer = client.post(
        reverse("impact-replays"), {"kind": "unit_factor", "record": draft.pk, "days": "30"}, follow=True
    )
    run()
    page = client.get(reverse("impact-replay", args=[ImpactReplay.objects.get().pk]))
    assert (answer.status_code, page.status_code) == (200, 200)
    assert "No component changes what these reports cost" in page.content.decode()
