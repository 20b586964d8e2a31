"""Real data at size: an order for a finished bicycle posts through all levels of its imported BOM."""

from collections import Counter
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from masterdata.models import Item
from tests import floor, plant, reporting
from tests.actions.test_import_bom_csv import bicycles
from traceability.models import LedgerLine
from traceability.queries.pinned_boms import resolve


def _parts_of(order):
    """Purchased parts of one bicycle and how many, worked out by walking the imported levels, not by the engine."""
    pin = order.pins.select_related("bom_version").get()
    facts = resolve(pin.bom_version, order.released_at)
    found: Counter = Counter()

    def walk(bom, times):
        for line in bom.lines:
            inner = facts.bom_of(line.item)
            if inner is not None and inner.phantom:
                walk(inner, times * line.quantity / inner.base)
            else:
                found[line.item] += times * line.quantity

    walk(facts.bom, 1 / facts.bom.base)
    return found


@pytest.mark.skipif(bicycles() is None, reason="the bicycle data set is not here (BACKFLUSH_BICYCLES)")
def test_an_order_for_a_finished_bicycle_posts_through_all_levels(real_database, monkeypatch):
    people = plant.people()
    line = plant.line()
    plant.place("staging")
    monkeypatch.setenv("APPROVER_PASSWORD", plant.PASSWORD)
    call_command(
        "import_bom_csv",
        str(bicycles()),
        author=people.engineer.username,
        approver=people.qa.username,
        line=f"{line.site.code}/{line.code}",
    )
    now = timezone.now()
    bicycle = Item.objects.get(code="BK-R93R-62")
    order = floor.released_order(bicycle, "10", at=now)
    parts = _parts_of(order)
    for item_id, quantity in parts.items():
        item = Item.objects.select_related("stock_unit").get(pk=item_id)
        floor.staged(
            order, item, str(Decimal((quantity * 10).numerator) / Decimal((quantity * 10).denominator)), at=now
        )

    posting = reporting.posted(order, good="4", at=now)
    reporting.posted(order, good="6", at=now)

    issued = LedgerLine.objects.filter(entry_id=posting.entry_id, component__isnull=False)
    assert {line.item_id for line in issued} == set(parts)
    assert len(parts) == 48
    assert sum(line.quantity for line in issued) == 4 * sum(parts.values()) == 4 * 421
    assert real_database.manage("replay_postings").returncode == 0
    assert real_database.manage("check_ledger").returncode == 0
