"""Each governed record is due in its time, is signed as it stands, and is due again after its process has changed."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from masterdata.actions.review_record import next_day, review_record
from masterdata.models import PeriodicReview, Signature
from masterdata.queries import signature_stands
from masterdata.queries.reviews import overdue_counts, review_content, review_of, reviews_due
from masterdata.queries.signature_check import breaks_of, named
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import plant
from tests.changing import change_item

pytestmark = pytest.mark.django_db
NOW = plant.NOW
DAY = timedelta(days=1)


@pytest.fixture
def kit():
    made = plant.product("KIT")
    plant.item("PART", unit="KGM")
    plant.factor(plant.item("PART"), "LTR", "KGM", "1.1")
    plant.approved_bom(made, [LineDraft("PART", "1")])
    plant.reason("SPILL", "scrap", loss="avoidable")
    plant.supplier()
    plant.place("store")
    return made


def later() -> datetime:
    """After the real time at which histories say that the records were made."""
    return (timezone.now() + 30 * DAY).replace(hour=12)


def signed(kind, key, *, outcome="confirmed", remark="", by="qa", now=NOW + 100 * DAY):
    found = review_of(kind, key, now)
    content = review_content(found, outcome=outcome, remark=remark, next_on=next_day(found, now))
    ticket = plant.ticket(getattr(plant.people(), by), content, at=now)
    return review_record(kind=kind, key=key, outcome=outcome, remark=remark, ticket=ticket, now=now)


def due_of(kind, key, now) -> tuple[date, str]:
    found = review_of(kind, key, now)
    return found.due, found.because


def test_every_kind_of_record_has_a_next_review(kit):
    found = reviews_due(NOW + DAY)
    assert {one.kind for one in found} == {
        "item", "bom_version", "unit_factor", "trigger_definition", "operation", "bin", "reason_code", "supplier",
    }  # fmt: skip
    assert [one.due for one in found] == sorted(one.due for one in found)
    owners = {one.kind: one.owner for one in found}
    assert (owners["bom_version"], owners["supplier"], owners["reason_code"]) == (
        "Ede Engineer",
        "Quality",
        "Production",
    )


def test_the_first_version_of_a_bom_is_no_process_change(kit):
    version = kit.bom_versions.get()
    assert due_of("bom_version", version.pk, NOW + DAY) == (NOW.date() + 91 * DAY, "")


def test_a_review_is_signed_and_the_next_one_is_a_quarter_later(kit):
    now = NOW + 100 * DAY
    version = kit.bom_versions.get()
    assert review_of("bom_version", version.pk, now).urgency == "overdue"
    made = signed("bom_version", version.pk)
    assert (made.person, made.outcome, made.next_on) == (plant.people().qa, "confirmed", now.date() + 91 * DAY)
    assert signature_stands(made.signature)
    assert made.signature.content["says"]["item"] == "KIT"
    found = review_of("bom_version", version.pk, now)
    assert (found.due, found.urgency, found.last) == (made.next_on, "later", made)


@pytest.mark.parametrize("kind", ["item", "operation", "trigger_definition", "bom_version"])
def test_a_new_version_in_force_makes_everything_of_the_product_due_at_once(kit, kind):
    now = later()
    keys = {
        "item": kit.pk,
        "operation": kit.operations.get().pk,
        "trigger_definition": kit.trigger_definitions.get().pk,
        "bom_version": plant.approved_bom(kit, [LineDraft("PART", "2")], at=now).pk,
    }
    assert due_of(kind, keys[kind], now + DAY) == (now.date(), "BOM version 2 is in force")
    signed(kind, keys[kind], now=now + 2 * DAY)
    assert due_of(kind, keys[kind], now + 3 * DAY) == (now.date() + 93 * DAY, "")


def test_a_version_that_is_effective_later_makes_nothing_due_before(kit):
    approved, effective = later(), later() + 10 * DAY
    plant.approved_bom(kit, [LineDraft("PART", "2")], at=approved, effective_from=effective)
    assert due_of("item", kit.pk, approved + 5 * DAY)[1] == ""
    assert due_of("item", kit.pk, effective + DAY) == (effective.date(), "BOM version 2 is in force")


def test_another_trigger_definition_or_operation_is_a_process_change(kit):
    now = later()
    plant.trigger(kit, "10", at=now)
    assert due_of("item", kit.pk, now + DAY) == (
        now.date(),
        "version 2 of the trigger definition of operation 10 is in force",
    )


def test_other_products_are_not_touched_by_it(kit):
    plant.approved_bom(kit, [LineDraft("PART", "2")], at=later())
    assert due_of("item", plant.item("PART").pk, later() + DAY)[1] == ""


def test_what_changed_since_it_was_read_is_not_signed(kit):
    now = NOW + 100 * DAY
    found = review_of("item", kit.pk, now)
    content = review_content(found, outcome="confirmed", remark="", next_on=next_day(found, now))
    ticket = plant.ticket(plant.people().qa, content, at=now)
    change_item(item=kit, actor=plant.people().engineer, reason="New name.", now=now, name="Kit, large")
    before = Signature.objects.count()
    with pytest.raises(Refused) as refused:
        review_record(kind="item", key=kit.pk, outcome="confirmed", remark="", ticket=ticket, now=now)
    assert refused.value.codes == ["content_changed"]
    assert (PeriodicReview.objects.count(), Signature.objects.count()) == (0, before)


def test_a_needed_change_says_which(kit):
    with pytest.raises(Refused) as refused:
        signed("item", kit.pk, outcome="change_needed", remark="  ")
    assert refused.value.codes == ["remark_missing"]
    assert signed("item", kit.pk, outcome="change_needed", remark="Decimals.").remark == "Decimals."


def test_an_author_does_not_review_what_they_wrote(kit):
    with pytest.raises(Refused) as refused:
        signed("bom_version", kit.bom_versions.get().pk, by="engineer")
    assert refused.value.codes == ["author_is_reviewer"]
    assert signed("bom_version", kit.bom_versions.get().pk, by="second_engineer").outcome == "confirmed"


@pytest.mark.parametrize("who", ["auditor", "operator", "finance", "admin"])
def test_not_everybody_reviews(kit, who):
    with pytest.raises(Refused) as refused:
        signed("item", kit.pk, by=who)
    assert refused.value.codes == ["not_your_duty"]


def test_a_replaced_version_is_not_reviewed(kit):
    old = kit.bom_versions.get()
    plant.approved_bom(kit, [LineDraft("PART", "2")], at=NOW + 30 * DAY)
    assert review_of("bom_version", old.pk, NOW + 31 * DAY) is None
    assert review_of("nothing", 1, NOW) is None


def test_overdue_ones_are_counted_and_escalate(kit):
    assert overdue_counts(NOW + 10 * DAY) == (0, 0)
    version = kit.bom_versions.get()
    everything = len(reviews_due(NOW + 95 * DAY))
    before = overdue_counts(NOW + 95 * DAY)
    assert before[0] > 0
    assert before[0] <= everything
    signed("bom_version", version.pk, now=NOW + 95 * DAY)
    assert overdue_counts(NOW + 95 * DAY) == (before[0] - 1, before[1])
    assert overdue_counts(NOW + 110 * DAY)[1] > 0


def test_a_signed_review_stands_after_its_record_has_changed_and_is_told_in_words(kit):
    foil = plant.item("PART")
    made = signed("item", foil.pk, outcome="change_needed", remark="The price is old.")
    change_item(item=foil, actor=plant.people().engineer, reason="a new price", now=NOW, standard_cost="9")
    assert breaks_of(made.signature, kind="review", key=f"item {foil.pk}") == []
    assert named(made.signature) == "review of item PART"
