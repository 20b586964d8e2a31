"""The control record: one page and one PDF from the same content, which say how usage is posted and what is not there."""

import io
import re
from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest
from django.urls import reverse
from pypdf import PdfReader

from backflush.queries.control_record import control_record
from masterdata.models import Item, Operation, Site
from masterdata.pages.documents import pdf_of
from masterdata.rules.bom import LineDraft
from masterdata.rules.document import Document, Section, Table
from tests import databases, plant
from tests.changing import change_item
from tests.web.scene import item

MADE = datetime(2026, 11, 24, 2, 14, 5, tzinfo=UTC)


def address(code: str = "FG-ELD-200", operation: str = "10", name: str = "control-record") -> str:
    return reverse(name, args=[Item.objects.get(code=code).pk, operation])


def record(code: str = "FG-ELD-200", number: str = "10") -> Document:
    return control_record(Operation.objects.get(item__code=code, number=number), Site.objects.get(), now())


def now() -> datetime:
    return datetime.now(UTC)


def section(document: Document, title: str) -> Section:
    return next(one for one in document.sections if one.title.startswith(title))


def table(document: Document, title: str, name: str) -> Table:
    return next(one for one in section(document, title).tables if one.title.startswith(name))


def words_of(pdf: bytes) -> str:
    """The text of every page, without the breaks of lines."""
    read = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", read.replace("\u200b", "")).replace("\u00ad", "")


def test_the_page_opens_from_the_product_for_whoever_may_read(look):
    for username in ("engineer", "auditor", "operator", "qa"):
        client = look(username)
        assert address() in client.get(reverse("product", args=[item("FG-ELD-200").pk])).content.decode()
        page = client.get(address())
        assert page.status_code == 200
        assert "CR-FG-ELD-200-10" in page.content.decode()
        assert client.get(address(name="control-record-pdf"))["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("operation", ["99", "x"])
def test_an_operation_that_is_not_there_is_a_404(look, operation):
    assert look("engineer").get(address(operation=operation)).status_code == 404
    assert look("engineer").get(address(operation=operation, name="control-record-pdf")).status_code == 404


def test_a_newcomer_finds_what_governs_usage(look):
    page = look("engineer").get(address()).content.decode()
    for words in (
        "FG-ELD-200",
        "Fill and cap",
        "By version 1 of the BOM",
        "SF-SYR-001",
        "study: Filling study 14",
        "↳ PK-CAP-024",
        "priority: PK-CAP-124",
        "FILL-1-WIP",
        "not_staged",
        "MES-1",
        "token only",
        "WRONG-COUNT",
        "Quinn Quality",
        "approved",
        "stands",
        "never measured",
    ):
        assert words in page, words


def test_only_lines_of_the_operation_are_listed_and_the_rest_is_counted(look):
    document = record(number="20")
    assert [row[0].split()[0] for row in table(document, "Effective BOM", "Lines").rows] == ["PK-CTN-012"]
    assert "3 more lines of it flush at other operations" in section(document, "Effective BOM").words[0]


def test_a_factor_is_shown_with_its_exact_figure_and_signer(look):
    document = record("SF-SYR-001")
    [factor] = table(document, "Units", "Approved factors").rows
    assert factor[:3] == ("RM-EXT-310", "1 l = 28/25 kg", "1")
    assert factor[-1] == "Quinn Quality"
    assert ("RM-EXT-310", "l", "kg", "28/25", "its own factor") in {
        row[:5] for row in table(document, "Units", "From the BOM").rows
    }


def test_what_does_not_exist_is_said_and_no_figure_is_invented(look):
    document = record()
    told = " ".join(words for one in document.sections for words in one.absent)
    assert "The ledger was not checked yet" in told
    assert "thresholds for usage and cost variance do not exist yet" in told
    assert "mapping of fields to MES, WMS and ERP does not exist yet" in told
    assert table(document, "Interfaces", "Readers").rows == ()


def test_a_product_without_bom_and_trigger_says_that_nothing_posts(as_):
    bare = plant.item("BARE", kind="finished")
    plant.route(bare, ["10"])
    page = as_("engineer").get(address("BARE")).content.decode()
    assert "No approved BOM of BARE is in force" in page
    assert "No approved trigger definition is in force at operation 10" in page
    assert "Nothing of this operation is approved yet." in page
    assert "no_effective_bom" in words_of(as_("engineer").get(address("BARE", name="control-record-pdf")).content)


def test_a_scanned_line_shows_its_tolerance(as_):
    kit = plant.product("KIT-9")
    plant.item("GLUE", unit="KGM")
    plant.approved_bom(kit, [LineDraft("GLUE", "2", method="scan", tolerance="5")])
    document = record("KIT-9")
    assert ("Scanned quantity of GLUE", "± 5 % of target", "the scan is refused") in section(
        document, "Variance thresholds"
    ).tables[0].rows


def test_the_same_records_give_the_same_digest_and_a_change_another(as_):
    before = record().digest
    assert record().digest == before
    change_item(
        item=item("FG-ELD-200"),
        actor=plant.people().engineer,
        reason="Shorter.",
        now=now(),
        shelf_life_days=90,
    )
    assert record().digest != before


def test_page_and_file_say_the_same(look):
    client = look("auditor")
    page = client.get(address())
    document: Document = page.context["document"]
    file = client.get(address(name="control-record-pdf"))
    assert file["Content-Disposition"] == 'inline; filename="CR-FG-ELD-200-10.pdf"'
    pdf, shown = words_of(file.content), page.content.decode()
    assert document.digest in shown
    assert document.digest in pdf.replace(" ", "")
    told = pdf.replace(" ", "")
    for one in document.sections:
        assert one.title.replace(" ", "") in told
        cells = [cell for part in one.tables for row in part.rows for cell in row]
        for words in (*one.words, *one.steps, *one.absent, *cells):
            assert re.sub(r"\s|-", "", words) in told.replace("-", ""), words


def test_every_page_of_the_file_is_numbered_and_names_document_time_and_digest(look):
    document = record()
    pages = PdfReader(io.BytesIO(pdf_of(document, MADE, "Europe/Berlin"))).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        words = page.extract_text()
        assert f"Page {number} of {len(pages)}" in words
        assert "CR-FG-ELD-200-10" in words
        assert "Made 24 Nov 2026 02:14:05 UTC (03:14 CET)" in words
        assert document.digest in words


def test_the_same_document_is_the_same_file_byte_for_byte(look):
    document = record()
    assert pdf_of(document, MADE, "Europe/Berlin") == pdf_of(document, MADE, "Europe/Berlin")


def test_signs_and_letters_of_the_trade_are_there_and_nothing_is_read_as_markup():
    signs = "Ärger größer µg × 3 ÷ 2 ≥ 1 ≤ 5 − 4 ± 2 °C m² m³ → ↳ € ‰ · “so” #panic() $x$ *b* `c` \\ <a> @b // c"
    document = Document("CR-1", "Control record", "KIT", (Section("Signs", words=(signs,), facts=(("Of", signs),)),))
    read = words_of(pdf_of(document, MADE, "Europe/Berlin"))
    plain = re.sub(r"\s", "", read)
    assert plain.count(re.sub(r"\s", "", signs)) == 2


def test_the_file_is_archival_and_named(look):
    reader = PdfReader(io.BytesIO(pdf_of(record(), MADE, "Europe/Berlin")))
    assert reader.metadata.title.startswith("Control record: FG-ELD-200")
    assert b"pdfaid" in reader.trailer["/Root"]["/Metadata"].get_object().get_data()


def test_a_broken_signature_shows(as_, syrup):
    with psycopg.connect(databases.owner_address(syrup.name), autocommit=True) as owner:
        owner.execute("ALTER TABLE masterdata_bomline DISABLE TRIGGER USER")
        owner.execute("UPDATE masterdata_bomline SET quantity = %s", [Decimal(7)])
    verdicts = [row[-1] for row in section(record(), "Approvals").tables[0].rows]
    assert any("is not what was signed" in one for one in verdicts)
