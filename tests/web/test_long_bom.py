"""A BOM of 150 lines in the editor: it opens and is saved whole, and quickly enough to work with."""

import time

import pytest
from django.urls import reverse

from masterdata.models import BomVersion
from masterdata.rules.bom import AlternateDraft, LineDraft, ScrapDraft
from tests import plant
from tests.web.forms import fields_of

LINES = 150
SECONDS = 1.0


@pytest.fixture
def long_bom(as_):
    """A product of 150 lines over three operations, some with a phantom, alternates, losses and setup."""
    codes = [f"PART-{number:03d}" for number in range(LINES)]
    for code in codes:
        plant.item(code, cost="0.0137")
    plant.approved_bom(
        plant.item("SUBSET"), [LineDraft("PART-001", "2"), LineDraft("PART-002", "1")], phantom=True, reason="Set."
    )
    plant.route(plant.item("LONG", kind="finished"), ("10", "20", "30"))
    lines = [
        LineDraft(
            "SUBSET" if place % 10 == 9 else code,
            "1.25",
            operation=("10", "20", "30")[place // 50],
            scrap=ScrapDraft(percent="1.5"),
            setup=ScrapDraft(quantity="1") if place % 7 == 0 else None,
            strategy="priority" if place % 5 == 0 else "",
            alternates=(AlternateDraft(f"PART-{(place + 1) % LINES:03d}", "1"),) if place % 5 == 0 else (),
        )
        for place, code in enumerate(codes)
    ]
    return plant.approved_bom(plant.item("LONG"), lines, reason="Long.")


def quickest(ask) -> tuple[float, object]:
    """The best of three: what else runs on the machine is not what is measured."""
    best, answer = 99.0, None
    for _ in range(3):
        begun = time.perf_counter()
        answer = ask()
        best = min(best, time.perf_counter() - begun)
    return best, answer


def test_a_long_bom_opens_checks_and_is_costed_within_a_second_and_is_saved_whole(long_bom, as_):
    client = as_("engineer")
    address = reverse("bom-draft", args=[long_bom.item_id])
    opened, page = quickest(lambda: client.get(address))
    fields = fields_of(page) | {"lines-149-quantity": "9.5", "reason": "Longer."}
    costed, _ = quickest(lambda: client.post(address, {**fields, "do": "cost"}))
    checked, answer = quickest(lambda: client.post(address, {**fields, "do": "check"}))

    print(f"opened {opened:.3f} s, costed {costed:.3f} s, checked {checked:.3f} s, {len(page.content) // 1024} KiB")
    assert "Checked: no fault." in answer.content.decode()
    assert opened < SECONDS
    assert costed < SECONDS
    assert checked < 2 * SECONDS
    assert client.post(address, {**fields, "do": "save"}).status_code == 302
    made = BomVersion.objects.get(item__code="LONG", number=2)
    assert made.lines.count() == LINES
    assert sorted(made.lines.values_list("identity", flat=True)) == sorted(
        long_bom.lines.values_list("identity", flat=True)
    )
