"""Files of change requests: kept as they came, refused in words, part of what is signed, and BROKEN once they are others."""

import hashlib

import psycopg
import pytest

from masterdata.actions.attach_to_change import take_out_attachment
from masterdata.actions.sign_change import sign_change
from masterdata.actions.submit_change import take_back_change, withdraw_change
from masterdata.models import AuditEvent, ChangeAttachment, ChangeRequest, Signature
from masterdata.queries.attachments import attachments_of, is_intact
from masterdata.queries.audit_check import audit_faults
from masterdata.queries.changes import content_of_request, record_of
from masterdata.queries.signature_check import broken_signatures
from masterdata.rules.attachments import MOST_FILES
from masterdata.rules.refusal import Refused
from tests import changing, databases, files, plant
from tests.files import attached
from tests.invariants.planting import faults, without_laws


@pytest.fixture
def foil(db):
    plant.people()
    return plant.item("FOIL", unit="KGM", decimals=3, cost="4.00")


@pytest.fixture
def draft(foil):
    return changing.proposed(foil, standard_cost="5")


def codes(refused) -> set[str]:
    return {one.code for one in refused.value.refusals}


def content_of(request: ChangeRequest) -> dict:
    return content_of_request(request, record_of(request))


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("quote.PDF", files.PDF, "pdf"),
        ("scale.png", files.PNG, "png"),
        ("line.jpg", files.JPEG, "jpeg"),
        ("losses.csv", files.CSV, "csv"),
        ("items.csv", b"PK-BTL-200;1\r\n", "csv"),
        ("losses.xlsx", files.workbook(), "xlsx"),
        ("said.txt", files.OLD_TEXT, "text"),
    ],
)
def test_a_file_of_each_kind_is_kept_as_it_came(draft, name, content, kind):
    attached(draft, name, content)
    kept = ChangeAttachment.objects.get()
    assert (kept.name, kept.kind, kept.size, bytes(kept.content)) == (name, kind, len(content), content)
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert (kept.added_by, kept.added_at) == (draft.author, plant.NOW)
    assert is_intact(attachments_of(draft).get())


@pytest.mark.parametrize(
    ("name", "content", "code", "says"),
    [
        ("empty.pdf", b"", "file_empty", "it has 0 bytes"),
        ("tool.exe", files.PROGRAM, "file_kind_unknown", "of a kind that is not taken"),
        ("README", b"text", "file_kind_unknown", "of a kind that is not taken"),
        ("page.html", b"<html>", "file_kind_unknown", "of a kind that is not taken"),
        ("tool.pdf", files.PROGRAM, "content_is_another", "called a PDF, but its content is none"),
        ("scale.png", files.JPEG, "content_is_another", "but its content begins as that of a JPEG picture"),
        ("said.txt", files.PDF, "content_is_another", "but its content begins as that of a PDF"),
        ("losses.csv", files.PROGRAM, "content_is_another", "called a CSV table, but its content is none"),
        (
            "losses.csv",
            "item;loss".encode("utf-16"),
            "content_is_another",
            "called a CSV table, but its content is none",
        ),
        ("losses.xlsx", files.PDF, "content_is_another", "called a XLSX workbook"),
        ("losses.xlsx", b"PK\x03\x04 and no more", "workbook_damaged", "cannot be unpacked"),
        ("losses.xlsx", files.workbook("xl/vbaProject.bin"), "workbook_with_macros", "has macros"),
    ],
)
def test_what_is_not_taken_is_refused_in_words_and_kept_nowhere(draft, name, content, code, says):
    with pytest.raises(Refused) as refused:
        attached(draft, name, content)
    assert codes(refused) == {code}
    assert says in refused.value.refusals[0].sentence
    assert refused.value.refusals[0].remedy
    assert ChangeAttachment.objects.count() == 0


def test_a_file_that_is_too_large_is_refused_by_the_setting(draft, settings):
    settings.ATTACHMENT_MOST_MEGABYTES = 1
    attached(draft, "small.txt", b"x" * 2**20)
    with pytest.raises(Refused) as refused:
        attached(draft, "large.txt", b"y" * (2**20 + 1))
    assert codes(refused) == {"file_too_large"}
    assert "at most 1 MB are taken" in refused.value.refusals[0].sentence


def test_the_same_file_and_a_second_one_of_the_same_name_are_refused(draft):
    attached(draft, "quote.pdf")
    for name, content, code in (
        ("other.pdf", files.PDF, "file_is_there"),
        ("QUOTE.pdf", files.PDF + b"x", "name_is_taken"),
    ):
        with pytest.raises(Refused) as refused:
            attached(draft, name, content)
        assert codes(refused) == {code}


def test_a_request_takes_so_many_files_and_no_more(draft):
    for number in range(MOST_FILES):
        attached(draft, f"{number}.txt", b"note %d" % number)
    with pytest.raises(Refused) as refused:
        attached(draft, "more.txt", b"one more")
    assert codes(refused) == {"too_many_files"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\temp\\..\\quote.pdf", "quote.pdf"),
        ("../../etc/quote.pdf", "quote.pdf"),
        ("  .quote \r\n\u202efdp.pdf ", "quote fdp.pdf"),
        ('a"b;c.pdf', 'a"b;c.pdf'),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_the_name_is_kept_without_folders_and_without_what_cannot_be_shown(draft, sent, kept):
    assert attached(draft, sent).name == kept


def test_whoever_may_propose_or_sign_attaches_and_others_do_not(draft):
    cast = plant.people()
    for number, person in enumerate((cast.engineer, cast.qa, cast.supervisor, cast.finance, cast.admin)):
        attached(draft, f"{number}.txt", b"by %d" % number, by=person)
    for person in (cast.operator, cast.auditor):
        with pytest.raises(Refused) as refused:
            attached(draft, "more.txt", b"one more", by=person)
        assert codes(refused) == {"not_your_duty"}


def test_what_is_attached_belongs_to_what_is_signed(draft):
    assert "attachments" not in content_of(draft)
    attached(draft, "quote.pdf")
    digest = hashlib.sha256(files.PDF).hexdigest()
    assert content_of(draft)["attachments"] == [{"name": "quote.pdf", "sha256": digest}]
    changing.signed(changing.submitted(draft))
    assert draft.signatures.get().signature.content["attachments"] == [{"name": "quote.pdf", "sha256": digest}]


def test_a_ticket_for_a_request_without_the_file_does_not_sign_one_with_it(draft):
    cast = plant.people()
    changing.submitted(draft)
    old = changing.ticket(draft, cast.qa)
    take_back_change(request=draft, actor=cast.engineer, reason="the quote is missing", now=plant.NOW)
    attached(draft)
    changing.submitted(draft)
    with pytest.raises(Refused) as refused:
        sign_change(request=draft, ticket=old, role="qa", now=plant.NOW)
    assert codes(refused) == {"content_changed"}


@pytest.mark.parametrize("step", ["submitted", "effective", "withdrawn"])
def test_after_the_draft_nothing_is_attached_or_taken_out(draft, step):
    there = attached(draft)
    if step == "withdrawn":
        withdraw_change(request=draft, actor=draft.author, reason="no longer", now=plant.NOW)
    else:
        changing.submitted(draft)
    if step == "effective":
        changing.signed(draft)
    with pytest.raises(Refused) as refused:
        attached(draft, "late.pdf", files.PDF + b"late")
    assert codes(refused) == {"files_are_attached_to_drafts"}
    assert f"CR-1 is {step}" in refused.value.refusals[0].sentence
    with pytest.raises(Refused) as refused:
        take_out_attachment(attachment=there, person=draft.author, now=plant.NOW)
    assert codes(refused) == {"files_are_attached_to_drafts"}


def test_a_file_that_was_taken_out_stays_on_record_and_is_not_signed(draft):
    there = attached(draft)
    take_out_attachment(attachment=there, person=draft.author, now=plant.NOW)
    assert "attachments" not in content_of(draft)
    assert bytes(ChangeAttachment.objects.get().content) == files.PDF
    attached(draft, "trial.pdf")  # and may come again
    with pytest.raises(Refused) as refused:
        take_out_attachment(attachment=there, person=draft.author, now=plant.NOW)
    assert codes(refused) == {"taken_out_already"}


def test_a_file_is_taken_out_by_whoever_attached_it_or_by_the_author(draft):
    cast = plant.people()
    of_qa, of_author = attached(draft, by=cast.qa), attached(draft, "b.txt", b"b")
    for file in (of_qa, of_author):
        with pytest.raises(Refused) as refused:
            take_out_attachment(attachment=file, person=cast.finance, now=plant.NOW)
        assert codes(refused) == {"not_your_file"}
    with pytest.raises(Refused):
        take_out_attachment(attachment=of_author, person=cast.qa, now=plant.NOW)
    take_out_attachment(attachment=of_qa, person=draft.author, now=plant.NOW)


def test_the_audit_trail_knows_the_file_by_a_fingerprint_and_not_by_its_bytes(draft):
    there = attached(draft)
    take_out_attachment(attachment=there, person=draft.author, now=plant.NOW)
    event = AuditEvent.objects.get(tbl="masterdata_changeattachment")
    assert event.actor == f"person:{draft.author_id}"
    assert event.new["sha256"] == hashlib.sha256(files.PDF).hexdigest()
    assert event.new["content"].startswith("sha256:")
    assert len(event.new["content"]) == len("sha256:") + 16
    assert AuditEvent.objects.filter(tbl="masterdata_attachmenttakenout").count() == 1


TABLES = "masterdata_changeattachment|masterdata_attachmenttakenout"
SWAPPED = b"%PDF-1.7 something else"
#: what is done as owner of the database, and whether check_ledger sees it beside verify_signatures and verify_audit
ALTERED = {
    "bytes": (f"UPDATE masterdata_changeattachment SET content = '\\x{SWAPPED.hex()}'", True),
    "bytes and digest": (
        f"UPDATE masterdata_changeattachment SET content = '\\x{SWAPPED.hex()}', size = {len(SWAPPED)},"
        f" sha256 = '{hashlib.sha256(SWAPPED).hexdigest()}'",
        True,
    ),
    "name": ("UPDATE masterdata_changeattachment SET name = 'other.pdf'", True),
    "gone": ("DELETE FROM masterdata_changeattachment", True),
    "taken out": (
        "INSERT INTO masterdata_attachmenttakenout (attachment_id, person_id, at)"
        " SELECT id, added_by_id, added_at FROM masterdata_changeattachment",
        False,
    ),
    "another": (
        "INSERT INTO masterdata_changeattachment (request_id, name, kind, size, sha256, content, added_by_id, added_at)"
        " SELECT request_id, 'more.pdf', kind, size, sha256, content, added_by_id, added_at"
        " FROM masterdata_changeattachment",
        False,
    ),
}


@pytest.fixture(scope="module")
def signed_template(django_db_setup, django_db_blocker):
    """CR-1 with a file, signed."""
    name = databases.unique("attached")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        request = changing.proposed(plant.item("FOIL", unit="KGM"), standard_cost="5")
        attached(request)
        changing.signed(changing.submitted(request))
    yield name
    databases.drop(name)


@pytest.mark.parametrize("what", ALTERED)
def test_a_file_that_the_owner_of_the_database_altered_breaks_the_signature(signed_template, django_db_blocker, what):
    statement, by_ledger = ALTERED[what]
    name = databases.unique("swapped")
    databases.clone(name, signed_template)
    with django_db_blocker.unblock(), databases.connected_to(name):
        assert list(broken_signatures(Signature.objects.all())) == []
        assert not list(audit_faults())
        with psycopg.connect(databases.owner_address(name)) as owner:
            assert faults(owner, "22") == []
        with without_laws(databases.owner_address(name), TABLES) as owner:
            owner.execute(statement)
            owner.commit()
            assert bool(faults(owner, "22")) is by_ledger
        [(_, wrong)] = list(broken_signatures(Signature.objects.filter(subject_kind="change_request")))
        assert [one.code for one in wrong] == ["record_differs"]
        assert "this differs: attachments" in wrong[0].sentence
        assert any("attach" in one for one in audit_faults() if "not fully under audit" not in one)
    databases.drop(name)
