"""Quality records: an NCMR stops its lot at once, QA decides on it, and each record is closed under signature."""

import uuid
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from masterdata.queries import signature_stands
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, quality, reporting
from traceability.actions.dispose_of_material import dispose_of_material
from traceability.actions.open_quality_record import About, open_quality_record
from traceability.actions.review_quality_record import note_quality_record, review_quality_record
from traceability.actions.set_lot_status import set_lot_status
from traceability.models import LedgerEntry, QualityNote, QualityRecord, StockBalance
from traceability.queries.quality import disposition_content
from traceability.rules.quality_flow import QUALITY_TRANSITIONS
from traceability.rules.vocabulary import QualityKind, QualityState

pytestmark = pytest.mark.django_db


@pytest.fixture
def foil():
    plant.product("KIT")
    foil = plant.item("FOIL", unit="KGM")
    plant.approved_bom(plant.item("KIT"), [LineDraft("FOIL", "0.5")])
    plant.place("quarantine")
    return foil


@pytest.fixture
def lot(foil):
    return floor.received_lot(foil, "60", code="FOIL-7")


def there(lot, place, order_id=0) -> Decimal:
    row = StockBalance.objects.filter(lot_id=lot.pk, bin_id=place.pk, order_id=order_id).first()
    return row.quantity if row else Decimal(0)


def test_an_ncmr_holds_the_lot_and_brings_what_is_loose_to_quarantine(lot):
    made = quality.ncmr(lot)
    lot.refresh_from_db()
    assert (made.number, made.state, lot.status) == ("NCMR-000001", "open", "held")
    assert there(lot, plant.place("store")) == 0
    assert there(lot, plant.place("quarantine")) == 60
    assert [note.step for note in made.notes.all()] == ["opened"]


def test_what_is_bound_stays_with_its_order_and_is_not_drawn_from_that_second(lot):
    order = floor.released_order(plant.item("KIT"))
    floor.staged_lot(order, lot, "20")
    reporting.posted(order, good="10")
    quality.ncmr(lot)
    assert there(lot, plant.place("staging"), order.pk) == 15
    assert there(lot, plant.place("quarantine")) == 40
    report = reporting.drained(order, good="10")
    assert report.state == "blocked"
    assert "not_released" in reporting.reasons(report)


def test_an_ncmr_on_a_lot_that_is_stopped_already_leaves_its_status(lot):
    set_lot_status(lot=lot, status="rejected", actor=plant.people().qa, now=floor.NOW, note="broken")
    quality.ncmr(lot)
    lot.refresh_from_db()
    assert lot.status == "rejected"


def test_numbers_are_counted_by_kind(lot):
    assert [quality.ncmr(lot).number, quality.ncmr(lot).number] == ["NCMR-000001", "NCMR-000002"]
    assert quality.deviation().number == "DEV-000001"


@pytest.mark.parametrize(
    ("kind", "title", "codes"),
    [("ncmr", "torn", ["lot_missing"]), ("deviation", " ", ["title_missing"]), ("x", "torn", ["kind_unknown"])],
)
def test_a_record_that_lacks_something_is_not_opened(kind, title, codes):
    with pytest.raises(Refused) as refused:
        open_quality_record(site=plant.site(), kind=kind, title=title, actor=plant.people().operator, now=floor.NOW)
    assert refused.value.codes == codes
    assert not QualityRecord.objects.exists()


def test_a_lot_of_another_site_is_refused(lot):
    other = plant.site("OTHER")
    with pytest.raises(Refused) as refused:
        open_quality_record(
            site=other, kind="ncmr", title="torn", actor=plant.people().qa, now=floor.NOW, about=About(lot=lot)
        )
    assert refused.value.codes == ["wrong_site"]


def test_a_report_or_posting_that_is_not_there_is_named(lot):
    with pytest.raises(Refused) as refused:
        quality.deviation(about=About(event_id=uuid.UUID(int=7), posting_number=812))
    assert refused.value.codes == ["subject_unknown", "subject_unknown"]
    assert "P-000812" in refused.value.refusals[1].sentence
    assert not QualityRecord.objects.exists()


def test_an_auditor_opens_nothing(lot):
    with pytest.raises(Refused) as refused:
        quality.ncmr(lot, actor=plant.people().auditor)
    assert refused.value.codes == ["not_your_duty"]


def test_a_lot_is_not_released_past_an_undecided_record(lot):
    made = quality.ncmr(lot)
    with pytest.raises(Refused) as refused:
        set_lot_status(lot=lot, status="released", actor=plant.people().qa, now=floor.NOW)
    assert refused.value.codes == ["ncmr_undecided"]
    assert made.number in refused.value.refusals[0].remedy


def test_release_puts_it_back_where_qa_says(lot):
    made = quality.in_review(quality.ncmr(lot))
    quality.disposed(made, "release", to_bin=plant.place("store"))
    lot.refresh_from_db()
    made.refresh_from_db()
    assert (lot.status, made.state, made.disposition) == ("released", "disposed", "release")
    assert there(lot, plant.place("store")) == 60
    assert signature_stands(made.disposition_signature)


def test_release_waits_for_every_record_of_the_lot(lot):
    first, second = quality.in_review(quality.ncmr(lot)), quality.ncmr(lot, "Wrong colour")
    with pytest.raises(Refused) as refused:
        quality.disposed(first, "release", to_bin=plant.place("store"))
    assert refused.value.codes == ["ncmr_undecided"]
    assert second.number in refused.value.refusals[0].sentence
    first.refresh_from_db()
    assert first.state == "in_review"


def test_reject_leaves_it_in_quarantine(lot):
    quality.disposed(quality.in_review(quality.ncmr(lot)), "reject")
    lot.refresh_from_db()
    assert lot.status == "rejected"
    assert there(lot, plant.place("quarantine")) == 60


def test_scrap_takes_it_off_the_books_with_its_reason(lot):
    reason = plant.reason("TORN", "scrap", loss="avoidable")
    quality.disposed(quality.in_review(quality.ncmr(lot)), "scrap", reason=reason)
    entry = LedgerEntry.objects.get(kind="scrap")
    assert entry.reason_id == reason.pk
    assert sum(StockBalance.objects.filter(lot_id=lot.pk).values_list("quantity", flat=True)) == 0


def test_rework_keeps_it_held(lot):
    quality.disposed(quality.in_review(quality.ncmr(lot)), "rework")
    lot.refresh_from_db()
    assert lot.status == "held"


def test_return_to_supplier_moves_it_out(foil):
    lot = floor.received_lot(foil, "10", code="S-1", supplier=plant.supplier())
    quality.disposed(quality.in_review(quality.ncmr(lot)), "return_to_supplier")
    assert sum(StockBalance.objects.filter(lot_id=lot.pk).values_list("quantity", flat=True)) == 0
    lot.refresh_from_db()
    assert lot.status == "rejected"


@pytest.mark.parametrize(
    ("disposition", "code"),
    [
        ("scrap", "reason_missing"),
        ("return_to_supplier", "no_supplier"),
        ("release", "store_missing"),
        ("burn", "disposition_unknown"),
    ],
)
def test_a_disposition_that_cannot_be_carried_out_is_refused_and_moves_nothing(lot, disposition, code):
    made = quality.in_review(quality.ncmr(lot))
    with pytest.raises(Refused) as refused:
        quality.disposed(made, disposition)
    assert refused.value.codes == [code]
    assert there(lot, plant.place("quarantine")) == 60


def test_bound_stock_is_returned_before_the_lot_is_scrapped(lot):
    order = floor.released_order(plant.item("KIT"))
    floor.staged_lot(order, lot, "20")
    made = quality.in_review(quality.ncmr(lot))
    with pytest.raises(Refused) as refused:
        quality.disposed(made, "scrap", reason=plant.reason("TORN", "scrap", loss="avoidable"))
    assert refused.value.codes == ["still_bound"]
    assert order.number in refused.value.refusals[0].sentence


@pytest.mark.parametrize("who", ["supervisor", "operator", "engineer"])
def test_only_qa_decides_and_closes(lot, who):
    made = quality.in_review(quality.ncmr(lot))
    with pytest.raises(Refused) as refused:
        quality.disposed(made, "reject", by=who)
    assert refused.value.codes == ["not_your_duty"]
    quality.disposed(made, "reject")
    with pytest.raises(Refused) as refused:
        quality.closed(made, by=who)
    assert refused.value.codes == ["not_your_duty"]


def test_a_note_added_while_qa_reads_breaks_the_signature(lot):
    made = quality.in_review(quality.ncmr(lot))
    note_quality_record(row=made, text="It smells, too.", actor=plant.people().operator, now=floor.NOW)
    # the ticket is given over what was shown before the next note
    content = disposition_content(made, disposition="reject", note="Torn.")
    signed = plant.ticket(plant.people().qa, content, at=floor.NOW)
    note_quality_record(row=made, text="And it is wet.", actor=plant.people().operator, now=floor.NOW)
    with pytest.raises(Refused) as refused:
        dispose_of_material(row=made, disposition="reject", ticket=signed, note="Torn.", now=floor.NOW)
    assert refused.value.codes == ["content_changed"]


def test_it_is_closed_under_signature_and_stays_so(lot):
    made = quality.in_review(quality.ncmr(lot))
    quality.disposed(made, "reject")
    quality.closed(made)
    made.refresh_from_db()
    assert made.state == "closed"
    assert made.closing_signature.printed_name == "Quinn Quality"
    assert made.history.count() == 4
    with pytest.raises(Refused) as refused:
        note_quality_record(row=made, text="One more thing.", actor=plant.people().qa, now=floor.NOW)
    assert refused.value.codes == ["closed"]
    with pytest.raises(Refused) as refused:
        review_quality_record(
            row=made, owner=plant.people().qa, due_on=made.due_on, actor=plant.people().qa, now=floor.NOW
        )
    assert refused.value.codes == ["out_of_order"]


def test_what_is_out_of_order_is_refused(lot):
    made = quality.ncmr(lot)
    with pytest.raises(Refused) as refused:
        quality.disposed(made, "reject")
    assert refused.value.codes == ["out_of_order"]
    with pytest.raises(Refused) as refused:
        quality.closed(made)
    assert refused.value.codes == ["out_of_order"]
    found = quality.in_review(quality.deviation())
    with pytest.raises(Refused) as refused:
        quality.closed(found, " ")
    assert refused.value.codes == ["conclusion_missing"]
    quality.closed(found)


def law_against(row: QualityRecord, state: str) -> str:
    """The law by which PostgreSQL keeps a record from a state, all else being in order."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        QualityRecord.objects.filter(pk=row.pk).update(state=state)
    return refused.value.__cause__.diag.constraint_name


@pytest.mark.parametrize("kind", QualityKind)
def test_the_database_holds_the_same_table_as_the_rule(lot, kind):
    made = quality.ncmr(lot) if kind == "ncmr" else quality.deviation()
    quality.in_review(made)
    if kind == "ncmr":
        quality.disposed(made, "reject")
    made.refresh_from_db()
    after = QUALITY_TRANSITIONS[kind][QualityState(made.state)]
    wrong = [state for state in QualityState if state != made.state and state not in after]
    assert {law_against(made, state) for state in wrong} == {"quality_record_keeps_its_order"}
    quality.closed(made)
    assert {law_against(made, state) for state in QualityState} == {"closed_quality_record_stands"}


def test_a_record_cannot_begin_in_the_middle_not_even_by_sql(lot):
    owner = plant.people().qa
    with pytest.raises(IntegrityError, match="cannot begin as"), transaction.atomic():
        QualityRecord.objects.create(
            site=lot.site,
            kind="deviation",
            number="DEV-9",
            state="in_review",
            title="x",
            owner=owner,
            due_on="2026-01-01",
            opened_at=floor.NOW,
        )


def test_notes_and_links_are_only_added_to(lot):
    quality.ncmr(lot)
    with pytest.raises(DatabaseError), transaction.atomic():
        QualityNote.objects.update(text="nothing happened")
    with pytest.raises(DatabaseError), transaction.atomic():
        QualityRecord.objects.update(title="nothing happened")
