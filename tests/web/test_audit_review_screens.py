"""A review of the audit trail: drawn by a seed, each event marked, signed over exactly that; then nothing of it changes."""

import csv
import io
from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.review_audit import start_review
from masterdata.models import AuditEvent, AuditReview, ReviewedEvent
from masterdata.queries.audit_samples import overdue_since, sample_again
from masterdata.queries.signature_check import breaks_of
from masterdata.rules.vocabulary import ReviewTarget
from tests import databases, plant
from tests.web.forms import fields_of, signed

REVIEWS = "/audit-reviews"


@pytest.fixture
def qa(as_):
    return as_("qa")


def started(client, **asked) -> AuditReview:
    new = reverse("audit-review-new")
    answer = client.post(new, {**fields_of(client.get(new)), "size": 4, "seed": "blue", **asked})
    assert answer.status_code == 302, answer.content.decode()
    return AuditReview.objects.latest("pk")


def page(review: AuditReview) -> str:
    return reverse("audit-review", args=[review.pk])


def marked(client, review: AuditReview, **other) -> None:
    given = {f"verdict-{position}": "in_order" for position in range(1, review.size + 1)}
    client.post(page(review), {**fields_of(client.get(page(review)), page(review)), **given, **other})


def signed_by(client, review: AuditReview, username: str = "qa", conclusion: str = "All changes are explained."):
    sign = reverse("audit-review-sign", args=[review.pk])
    shown = client.post(sign, {"conclusion": conclusion})
    return client.post(sign, signed(fields_of(shown, sign, "digest"), username))


def test_a_review_goes_from_the_sample_to_the_signature(qa):
    review = started(qa)
    assert (review.size, review.events.count()) == (4, 4)
    shown = qa.get(page(review)).content.decode()
    assert "4 events not marked" in shown
    assert "the same events" in shown
    marked(qa, review, **{"verdict-2": "question", "remark-2": "Why at night?"})
    assert signed_by(qa, review).status_code == 302
    review.refresh_from_db()
    assert review.signature.meaning == "audit trail reviewed"
    assert [one["verdict"] for one in review.signature.content["events"]] == [
        "in_order",
        "question",
        "in_order",
        "in_order",
    ]
    assert breaks_of(review.signature, kind="audit_review", key=str(review.pk)) == []
    shown = qa.get(page(review)).content.decode()
    assert "Why at night?" in shown
    assert "Quinn Quality" in shown
    assert "All changes are explained." in shown


def test_the_same_seed_draws_the_same_events_however_many_follow(qa):
    first = started(qa, seed="blue")
    second = started(qa, seed="blue", until=(timezone.localdate()).isoformat())
    third = started(qa, seed="green")
    drawn = [list(one.events.order_by("position").values_list("event_id", flat=True)) for one in (first, third)]
    assert sample_again(first) == drawn[0]
    assert drawn[0] != drawn[1]
    assert second.population > first.population  # the first review itself left events


def test_a_question_needs_words_and_every_fault_is_told(qa):
    review = started(qa)
    sent = fields_of(qa.get(page(review)), page(review))
    answer = qa.post(page(review), {**sent, "verdict-1": "question", "verdict-2": "question", "remark-2": " "})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "The question about event 1 has no words." in shown
    assert "The question about event 2 has no words." in shown
    assert not ReviewedEvent.objects.exclude(verdict="").exists()


def test_it_is_signed_only_when_every_event_is_marked(qa):
    review = started(qa)
    answer = qa.post(reverse("audit-review-sign", args=[review.pk]), {"conclusion": "Fine."})
    assert answer.status_code == 422
    assert "4 of 4 events are not marked yet." in answer.content.decode()


def test_what_was_marked_otherwise_between_reading_and_signing_is_refused_in_words(qa):
    review = started(qa)
    marked(qa, review)
    sign = reverse("audit-review-sign", args=[review.pk])
    shown = qa.post(sign, {"conclusion": "Fine."})
    marked(qa, review, **{"verdict-1": "question", "remark-1": "Who was this?"})
    answer = qa.post(sign, signed(fields_of(shown, sign, "digest"), "qa"))
    assert answer.status_code == 422
    assert "no longer what was shown" in answer.content.decode()
    review.refresh_from_db()
    assert review.signature is None


def test_what_somebody_else_marked_meanwhile_is_not_written_over(qa, as_):
    admin, person = as_("admin"), plant.people().checker
    change = reverse("person-change", args=[person.pk])
    admin.post(change, {**fields_of(admin.get(change)), "roles": ["qa"], "reason": "Moved to quality."})
    review, second = started(qa), as_("checker")
    seen = fields_of(second.get(page(review)), page(review))
    marked(qa, review)
    answer = second.post(page(review), {**seen, "verdict-1": "question", "remark-1": "Why?"})
    assert answer.status_code == 422
    assert "Quinn Quality marked event 1 while you looked at it." in answer.content.decode()
    assert review.events.get(position=1).verdict == "in_order"
    again = fields_of(second.get(page(review)), page(review))
    second.post(page(review), {**again, "verdict-1": "question", "remark-1": "Why?"})
    assert review.events.get(position=1).verdict == "question"


@pytest.mark.parametrize("target", [one.value for one in ReviewTarget if one != ReviewTarget.DELETIONS])
def test_every_aim_draws_something_and_only_that(qa, syrup, target, settings):
    with psycopg.connect(databases.owner_address(syrup.name)) as owner:
        owner.execute("SELECT set_config('backflush.actor', 'service:by-hand', true)")
        owner.execute("UPDATE masterdata_site SET name = 'Nobody'")
    settings.WORKING_HOURS = "1-7 00:00-00:01"
    plant.people()
    review = started(qa, target=target, size=25)
    for event in AuditEvent.objects.filter(pk__in=review.events.values("event_id")):
        assert {
            "any": True,
            "outside_hours": True,
            "credentials": event.tbl in ("masterdata_person", "masterdata_device", "masterdata_persontoken"),
            "other_hands": event.actor == "service:by-hand",
        }[target]


def test_where_nothing_fits_there_is_nothing_to_review(qa, settings):
    settings.WORKING_HOURS = "1-7 00:00-24:00"
    new = reverse("audit-review-new")
    answer = qa.post(new, {**fields_of(qa.get(new)), "target": "outside_hours", "seed": "a"})
    assert answer.status_code == 422
    assert "No event fits" in answer.content.decode()


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE masterdata_reviewedevent SET verdict = 'in_order', remark = 'x'", "signed_review_never_changes"),
        ("UPDATE masterdata_auditreview SET conclusion = 'x'", "signed_review_never_changes"),
        ("UPDATE masterdata_auditreview SET signature_id = NULL", "signed_review_never_changes"),
        ("DELETE FROM masterdata_reviewedevent", "nothing_is_deleted"),
        ("DELETE FROM masterdata_auditreview", "nothing_is_deleted"),
    ],
)
def test_a_signed_review_never_changes_not_even_for_the_owner(qa, syrup, statement, law):
    review = started(qa)
    marked(qa, review)
    signed_by(qa, review)
    with psycopg.connect(databases.owner_address(syrup.name)) as owner:
        owner.execute("SELECT set_config('backflush.actor', 'service:tests', true)")
        with pytest.raises(psycopg.IntegrityError) as refused:
            owner.execute(statement)
    assert refused.value.diag.constraint_name == law


def test_the_sample_of_an_open_review_stays_and_it_is_not_signed_half_marked(qa):
    review = started(qa)
    first = review.events.get(position=1)
    for change in ({"event_id": 1}, {"position": 9}):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            ReviewedEvent.objects.filter(pk=first.pk).update(**change)
        assert refused.value.__cause__.diag.constraint_name == "review_keeps_its_sample"
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        ReviewedEvent.objects.create(review=review, position=5, event_id=1)
    assert refused.value.__cause__.diag.constraint_name == "review_keeps_its_sample"
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        AuditReview.objects.filter(pk=review.pk).update(seed="other")
    assert refused.value.__cause__.diag.constraint_name == "review_keeps_its_sample"


def test_it_is_overdue_until_one_is_signed(qa, settings):
    now = timezone.now()
    assert overdue_since(plant.site(), now) is None
    later = now + timedelta(days=settings.AUDIT_REVIEW_DAYS + 1)
    assert overdue_since(plant.site(), later) is not None
    settings.AUDIT_REVIEW_DAYS = 0
    assert overdue_since(plant.site(), later) is None


def test_the_list_says_what_is_overdue_and_exports(qa, monkeypatch, settings):
    review = started(qa)
    rows = list(csv.DictReader(io.StringIO(qa.get(REVIEWS, {"format": "csv"}).content.decode())))
    assert [(row["No."], row["Seed"], row["State"]) for row in rows] == [
        (str(review.pk), "blue", "4 events not marked")
    ]
    events = list(csv.DictReader(io.StringIO(qa.get(page(review), {"format": "csv"}).content.decode())))
    assert [row["No."] for row in events] == ["1", "2", "3", "4"]
    assert all(row["Old → new"] for row in events)


def test_the_auditor_reads_and_changes_nothing(qa, as_):
    review, auditor = started(qa), as_("auditor")
    assert auditor.get(REVIEWS).status_code == 200
    assert "Keep what is marked" not in auditor.get(page(review)).content.decode()
    assert auditor.post(page(review), {"verdict-1": "in_order"}).status_code == 403
    assert auditor.get(reverse("audit-review-new")).status_code == 403
    assert as_("operator").get(REVIEWS).status_code == 403


@pytest.mark.django_db
def test_an_admin_does_not_review_the_trail_of_their_own_work():
    from masterdata.rules.refusal import Refused

    now = timezone.now()
    with pytest.raises(Refused, match="may not review"):
        start_review(
            site=plant.site(),
            since=now - timedelta(days=1),
            until=now,
            target=ReviewTarget.ANY,
            size=1,
            seed="a",
            actor=plant.people().admin,
            now=now,
        )
