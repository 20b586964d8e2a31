"""Files on the page of a change request: attached, listed, saved, taken out; refused in words; BROKEN where one was swapped."""

import hashlib
import io

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from masterdata.models import ChangeAttachment, ChangeRequest, Person
from tests import changing, databases, files
from tests.api.shop import faults, person_client
from tests.files import attached
from tests.web.changes import page, sign, submit
from tests.web.forms import fields_of
from tests.web.scene import item


@pytest.fixture
def draft(syrup) -> ChangeRequest:
    return changing.proposed(item("PK-BTL-200"), standard_cost="0.33")


def attach(client, request: ChangeRequest, name: str = "quote.pdf", content: bytes = files.PDF, **more):
    address = reverse("change-attach", args=[request.number])
    form = fields_of(client.get(reverse("change", args=[request.number])), address)
    return client.post(address, {**form, "file": SimpleUploadedFile(name, content), **more})


def saved(client, file: ChangeAttachment):
    return client.get(reverse("change-file", args=[file.request.number, file.pk]))


def test_a_file_is_attached_listed_with_its_digest_and_saved_as_it_came(as_, draft):
    engineer = as_("engineer")
    assert "Nothing is attached yet." in page(engineer, draft)
    assert attach(engineer, draft).status_code == 302
    shown = page(as_("operator"), draft)
    for told in ("quote.pdf", f"{len(files.PDF)} bytes", "Ede Engineer", hashlib.sha256(files.PDF).hexdigest()):
        assert told in shown, told
    assert "BROKEN" not in shown
    answer = saved(as_("auditor"), ChangeAttachment.objects.get())
    assert answer.content == files.PDF


def test_a_file_is_only_ever_saved_and_its_name_breaks_no_header(as_, draft):
    file = attached(draft, 'a"b; filename=x.html\r\nSet-Cookie: ü.txt', b"<script>alert(1)</script>")
    answer = saved(as_("qa"), file)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert not {"\r", "\n"} & set(answer["Content-Disposition"])
    assert "Set-Cookie" not in answer


def test_a_name_is_shown_as_text(as_, draft):
    attached(draft, "<img src=x onerror=alert(1)>.txt", b"x")
    assert "<img src=x" not in page(as_("qa"), draft)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("tool.exe", files.PROGRAM, "tool.exe is of a kind that is not taken."),
        ("quote.pdf", files.PROGRAM, "quote.pdf is called a PDF, but its content is none."),
        ("quote.pdf", b"", "quote.pdf is empty: it has 0 bytes."),
    ],
)
def test_what_is_not_taken_is_told_on_the_page(as_, draft, name, content, says):
    answer = attach(as_("engineer"), draft, name, content)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert ChangeAttachment.objects.count() == 0


def test_a_form_without_a_file_says_so(as_, draft):
    answer = as_("engineer").post(reverse("change-attach", args=[draft.number]), {})
    assert answer.status_code == 422
    assert "No file was chosen." in answer.content.decode()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(as_, draft, settings):
    settings.ATTACHMENT_MOST_MEGABYTES = 1
    engineer, address = as_("engineer"), reverse("change-attach", args=[draft.number])

    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("the body was read")

    answer = engineer.generic(
        "POST", address, b"", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2**22), **{"wsgi.input": Unread()},
    )  # fmt: skip
    assert answer.status_code == 413
    assert "at most 1 MB are taken" in answer.content.decode()
    answer = attach(engineer, draft, "large.txt", b"x" * (2**20 + 10))
    assert (answer.status_code, ChangeAttachment.objects.count()) == (413, 0)


def test_an_upload_needs_the_page_s_token(draft):
    client = Client(enforce_csrf_checks=True)
    backend = "masterdata.actions.authentication.PasswordBackend"
    client.force_login(Person.objects.get(username="engineer"), backend=backend)
    sent = {"file": SimpleUploadedFile("quote.pdf", files.PDF)}
    answer = client.post(reverse("change-attach", args=[draft.number]), sent)
    assert (answer.status_code, ChangeAttachment.objects.count()) == (403, 0)


def test_a_file_is_taken_out_of_a_draft_and_stays_on_record(as_, draft):
    engineer = as_("engineer")
    attach(engineer, draft)
    file = ChangeAttachment.objects.get()
    out = reverse("change-file-take-out", args=[draft.number, file.pk])
    assert out not in page(as_("finance"), draft)
    assert engineer.post(out, fields_of(engineer.get(reverse("change", args=[draft.number])), out)).status_code == 302
    shown = page(engineer, draft)
    assert "One file was taken out" in shown
    assert saved(engineer, file).content == files.PDF
    answer = engineer.post(out)
    assert answer.status_code == 422
    assert "was taken out already" in answer.content.decode()


def test_what_is_attached_while_somebody_else_looks_at_the_draft_is_not_submitted_unseen(as_, draft):
    """QA attaches a file after the author opened the page: the author has not read what would be signed."""
    engineer = as_("engineer")
    revise = reverse("change-revise", args=[draft.number])
    form = fields_of(engineer.get(reverse("change", args=[draft.number])), revise)
    attach(as_("qa"), draft)
    answer = engineer.post(revise, {**form, "do": "submit"})
    assert answer.status_code == 422
    assert "Somebody changed CR-" in answer.content.decode()


def test_after_submission_the_page_offers_no_form_says_why_and_refuses_what_is_sent(as_, draft):
    engineer = as_("engineer")
    attach(engineer, draft)
    submit(engineer, draft)
    address = reverse("change-attach", args=[draft.number])
    shown = page(engineer, draft)
    assert address not in shown
    assert "so none is added or taken out any more" in shown
    answer = engineer.post(address, {"file": SimpleUploadedFile("late.txt", b"late")})
    assert answer.status_code == 422
    assert "is submitted: its files belong to what is signed" in answer.content.decode()


def test_whoever_signs_reads_which_files_they_sign(as_, draft):
    engineer, qa = as_("engineer"), as_("qa")
    attach(engineer, draft)
    submit(engineer, draft)
    digest = hashlib.sha256(files.PDF).hexdigest()
    assert f"quote.pdf (SHA-256 {digest[:12]}…)" in page(qa, draft)
    assert sign(qa, draft, "qa").status_code == 302
    draft.refresh_from_db()
    assert draft.state == "effective"
    assert draft.signatures.get().signature.content["attachments"] == [{"name": "quote.pdf", "sha256": digest}]


def test_a_swapped_file_shows_broken_on_the_page_and_in_the_api_and_is_not_handed_out(as_, draft, syrup):
    engineer, qa = as_("engineer"), as_("qa")
    attach(engineer, draft)
    submit(engineer, draft)
    sign(qa, draft, "qa")
    file, api = ChangeAttachment.objects.get(), person_client(Person.objects.get(username="qa"))
    address = f"/api/v1/change-requests/{draft.number}"
    [told] = api.get(address).json()["attachments"]
    assert (told["name"], told["size"], told["added_by"], told["stands"]) == (
        "quote.pdf",
        len(files.PDF),
        "engineer",
        True,
    )
    answer = api.get(told["href"])
    assert (answer.content, answer["Content-Type"]) == (files.PDF, "application/octet-stream")
    with psycopg.connect(databases.owner_address(syrup.name)) as owner:
        owner.execute("SELECT set_config('backflush.actor', 'service:tests', true)")
        owner.execute("ALTER TABLE masterdata_changeattachment DISABLE TRIGGER USER")
        owner.execute("UPDATE masterdata_changeattachment SET content = convert_to('%PDF-1.7 other', 'UTF8')")
    shown = page(qa, draft)
    assert "It is not the file that was attached. Call QA." in shown
    assert "is not what was signed; this differs: attachments." in shown
    assert "is not the file that was attached to" in saved(qa, file).content.decode()
    assert saved(qa, file).status_code == 422
    found = api.get(address).json()
    assert (found["attachments"][0]["stands"], found["signatures"][0]["stands"]) == (False, False)
    assert faults(api.get(told["href"])) == [("", "file_altered")]


def test_a_file_of_another_request_or_none_is_a_404(as_, draft):
    file = attached(draft)
    other = changing.proposed(item("PK-CAP-024"), standard_cost="0.05")
    engineer = as_("engineer")
    assert engineer.get(reverse("change-file", args=[other.number, file.pk])).status_code == 404
    assert engineer.post(reverse("change-file-take-out", args=[other.number, file.pk])).status_code == 404
    assert engineer.get(f"/change-requests/{draft.number}/files/99999999999999999999").status_code == 404
