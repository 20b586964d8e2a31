"""Export, change in a spreadsheet, upload: every fault at once or every change, and one button that proposes all of them."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from masterdata.models import BomVersion, DataImport, ImportedRecord, Item, Person
from tests import plant
from tests.changing import change_item
from tests.web.forms import fields_of
from tests.web.scene import item

KINDS = ["items", "unit_factors", "boms"]
FORMS = ["csv", "xlsx"]


def exported(client, kind: str, form: str = "csv") -> bytes:
    answer = client.get(reverse("export", args=[kind, form]))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def upload(client, content: bytes, name: str = "items.csv", reason: str = "Price round", **changes):
    """Upload a file as the page's form does; the answer of the page it leads to."""
    form = fields_of(client.get(reverse("imports")))
    sent = {**form, "reason": reason, "file": SimpleUploadedFile(name, content), **changes}
    return client.post(reverse("imports"), sent, follow=True)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def changed(content: bytes, code: str, **cells: str) -> bytes:
    """The exported file with some cells of one item changed."""
    rows = rows_of(content)
    next(row for row in rows if row["item"] == code).update(cells)
    return as_csv(rows)


def step(client, one: DataImport, name: str):
    address = reverse("import-step", args=[one.pk, name])
    return client.post(address, fields_of(client.get(reverse("import", args=[one.pk])), address), follow=True)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_exported_comes_back_as_unchanged(as_, kind, form):
    client = as_("engineer")
    answer = upload(client, exported(client, kind, form), f"{kind}.{form}")
    one = DataImport.objects.get()
    assert (one.state, one.fault_count, one.new, one.changed) == ("ready", 0, 0, 0), one.faults
    assert one.unchanged > 0
    assert "nothing would change" in answer.content.decode()
    assert "Make the draft" not in answer.content.decode()


def test_a_changed_cell_is_shown_old_and_new_and_becomes_a_draft_change_request(as_):
    client, found = as_("engineer"), item("PK-BTL-200")
    content = changed(exported(client, "items"), "PK-BTL-200", standard_cost="0.33")
    shown = upload(client, content).content.decode()
    one = DataImport.objects.get()
    assert (one.new, one.changed, one.unchanged) == (0, 1, Item.objects.count() - 1)
    assert "standard cost: 0.31 → 0.33" in shown
    shown = step(client, one, "propose").content.decode()
    one.refresh_from_db()
    assert (one.state, one.sha256[:6] in shown) == ("proposed", True)
    assert "One draft change request was made." in shown
    found.refresh_from_db()
    assert found.standard_cost == Decimal("0.31"), "nothing is in force before it is approved"


def test_every_fault_is_listed_with_its_row_and_column_and_nothing_is_loaded(as_):
    client = as_("engineer")
    rows = rows_of(exported(client, "items"))
    rows[0] |= {"standard_cost": "1,5", "stock_unit": "KGX"}
    rows[1] |= {"kind": "stuff", "name": "=1+1"}
    shown = upload(client, as_csv([*rows, rows[2]])).content.decode()
    one = DataImport.objects.get()
    assert (one.state, ImportedRecord.objects.count()) == ("faulty", 0)
    found = {(fault["row"], fault["column"], fault["code"]) for fault in one.faults}
    assert {
        (2, "standard_cost", "decimal_comma"),
        (3, "kind", "word_unknown"),
        (3, "name", "cell_is_a_formula"),
        (len(rows) + 2, "item", "given_twice"),
    } <= found
    assert "Nothing was imported" in shown
    faults = client.get(reverse("import", args=[one.pk]) + "?format=csv").content.decode()
    assert "Write 1.5." in faults


def test_a_bom_with_another_quantity_becomes_the_next_version_as_a_draft(as_):
    client = as_("engineer")
    rows = rows_of(exported(client, "boms"))
    line = next(row for row in rows if row["part"] == "line")
    newest = max(int(row["version"]) for row in rows if row["item"] == line["item"])
    line = next(row for row in rows if row["part"] == "line" and row["version"] == str(newest))
    before = line["quantity"]
    line["quantity"] = "7.25"
    shown = upload(client, as_csv(rows), "boms.csv").content.decode()
    assert f"quantity: {before} → 7.25" in shown
    one = DataImport.objects.get()
    step(client, one, "propose")
    made = BomVersion.objects.filter(state="draft", reason__in=["Price round", *(row["reason"] for row in rows)]).get(
        item__code=line["item"], lines__quantity=Decimal("7.25")
    )
    assert made.lines.get(position=line["position"]).identity.hex == line["identity"].replace("-", "")


def test_the_same_draft_is_not_proposed_twice(as_):
    client = as_("engineer")
    rows = rows_of(exported(client, "unit_factors"))
    rows[-1]["numerator"] = str(int(rows[-1]["numerator"]) + 1)
    upload(client, as_csv(rows), "unit_factors.csv")
    step(client, DataImport.objects.get(), "propose")
    upload(client, as_csv(rows), "unit_factors.csv")
    again = DataImport.objects.latest("pk")
    assert (again.new, again.changed, again.waiting) == (0, 0, 1)


def test_what_was_changed_meanwhile_is_shown_again_and_not_proposed(as_):
    client, found = as_("engineer"), item("PK-BTL-200")
    upload(client, changed(exported(client, "items"), "PK-BTL-200", standard_cost="0.33"))
    one = DataImport.objects.get()
    now = timezone.now()
    change_item(item=found, actor=plant.people().engineer, reason="By hand", now=now, standard_cost=Decimal("0.32"))
    shown = step(client, one, "propose").content.decode()
    one.refresh_from_db()
    assert (one.state, one.checks) == ("ready", 2)
    assert "Master data was changed meanwhile: nothing was proposed." in shown
    assert "standard cost: 0.32 → 0.33" in shown
    step(client, one, "propose")
    one.refresh_from_db()
    assert one.state == "proposed"


def test_only_whoever_uploaded_goes_on_and_only_engineers_upload(as_):
    client = as_("engineer")
    upload(client, changed(exported(client, "items"), "PK-BTL-200", standard_cost="0.33"))
    one = DataImport.objects.get()
    qa = as_("qa")
    assert "Upload a file" not in qa.get(reverse("imports")).content.decode()
    assert qa.post(reverse("import-step", args=[one.pk, "propose"]), {}).status_code == 403
    assert qa.post(reverse("imports"), {}).status_code == 403
    one.refresh_from_db()
    assert one.state == "ready"


def test_a_discarded_import_stays_discarded_and_keeps_its_file(as_):
    client = as_("engineer")
    content = changed(exported(client, "items"), "PK-BTL-200", standard_cost="0.33")
    upload(client, content)
    one = DataImport.objects.get()
    form = fields_of(client.get(reverse("import", args=[one.pk])), reverse("import-step", args=[one.pk, "propose"]))
    step(client, one, "discard")
    assert client.post(reverse("import-step", args=[one.pk, "propose"]), form).status_code == 422
    assert client.get(reverse("import-file", args=[one.pk])).content == content


def test_a_file_that_is_too_large_is_refused_before_it_is_read(as_, settings):
    settings.IMPORT_MOST_MEGABYTES = 1
    client = as_("engineer")
    form = fields_of(client.get(reverse("imports")))

    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("the body was read")

    answer = client.generic(
        "POST", reverse("imports"), b"", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2**22), **{"wsgi.input": Unread()},
    )  # fmt: skip
    assert answer.status_code == 413
    assert "at most 1 MB are taken. It was not read." in answer.content.decode()
    big = {**form, "reason": "x", "file": SimpleUploadedFile("big.csv", b"x" * (2**20 + 10))}
    answer = client.post(reverse("imports"), big)
    assert (answer.status_code, DataImport.objects.count()) == (413, 0)


def test_an_upload_needs_the_page_s_token(as_):
    as_("engineer")
    client = Client(enforce_csrf_checks=True)
    backend = "masterdata.actions.authentication.PasswordBackend"
    client.force_login(Person.objects.get(username="engineer"), backend=backend)
    answer = client.post(reverse("imports"), {"reason": "x", "file": SimpleUploadedFile("a.csv", b"a,b\r\n")})
    assert (answer.status_code, DataImport.objects.count()) == (403, 0)


def test_an_upload_without_a_file_or_a_reason_says_so(as_):
    client = as_("engineer")
    form = fields_of(client.get(reverse("imports")))
    answer = client.post(reverse("imports"), {**form, "reason": ""})
    assert answer.status_code == 422
    assert "Choose the file to import." in answer.content.decode()


def test_an_empty_file_is_told(as_):
    client = as_("engineer")
    assert "it has 0 bytes" in upload(client, b"").content.decode()


@pytest.mark.parametrize("form", FORMS)
def test_stock_is_exported(look, form):
    content = exported(look("finance"), "stock", form)
    assert len(content) > 100
    if form == "csv":
        assert {"bin", "lot", "quantity"} <= set(rows_of(content)[0])


def test_the_pages_open_for_whoever_may_look(look):
    for name in ("imports", "exports"):
        assert look("auditor").get(reverse(name)).status_code == 200
    assert look("engineer").get(reverse("export", args=["people", "csv"])).status_code == 404
    assert look("engineer").get("/imports/999999999999999999999999").status_code == 404
