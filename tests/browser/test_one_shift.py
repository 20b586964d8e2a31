"""One shift played through by everybody who has a part in it: real server, real worker, real browsers, one plant.

Scenes follow one another on the same plant; each asserts what a person reads, and the ledger's own facts.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from backflush.models import Posting, ReversalRequest
from masterdata.models import BomVersion
from tests import plant
from tests.floor import stock
from tests.tea_house import PRODUCT, tea_house
from traceability.models import MaterialLot, WorkOrder

pytestmark = pytest.mark.browser
PATIENCE = 30_000


@dataclass
class Shift:
    """The plant's address, and a desk or tablet for whoever comes."""

    url: str
    new_context: Callable[..., BrowserContext]

    def tablet(self) -> Page:
        return self._page(1280, 800)

    def desk(self, username: str) -> Page:
        """Somebody signs in with user name and password, and stands where they begin."""
        page = self._page(1440, 900)
        page.goto(f"{self.url}/sign-in?by=password")
        page.get_by_label("User name or badge").fill(username)
        page.get_by_label("Password").fill(plant.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("header .who")).to_contain_text(getattr(plant.people(), username).name)
        return page

    def _page(self, width: int, height: int) -> Page:
        context = self.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(PATIENCE)
        return context.new_page()


@pytest.fixture
def shift(live_plant, celery_worker_process, new_context):
    """Everything is running; the tea house stands before its shift."""
    tea_house()
    celery_worker_process(beat=True)
    expect.set_options(timeout=PATIENCE)
    yield Shift(live_plant.url, new_context)
    expect.set_options(timeout=5_000)


def test_one_shift_from_badge_to_audit(shift, real_database):
    tablet = shift.tablet()
    sign_in_by_badge(tablet, shift.url)
    stage_for_the_first_report(tablet)
    first = report_and_see_it_posted(tablet)
    report_that_runs_short(tablet)
    board = supervisor_sees_it_blocked(shift)
    stage_more(tablet)
    second = supervisor_sees_it_posted(board)
    assert [first, second] == ["P-000001", "P-000002"]
    ask_for_a_reversal(board, second)
    qa_signs_the_reversal(shift, second)
    version = engineer_drafts_and_may_not_approve(shift)
    quality_approves(shift, version)
    next_order_uses_it(board, tablet, version)
    finance_drills_to_the_ledger(shift)
    auditor_reads_and_changes_nothing(shift)
    for command in ("check_ledger", "replay_postings"):
        done = real_database.manage(command)
        assert done.returncode == 0, done.stdout + done.stderr


def made() -> MaterialLot:
    """The lot that the shift's order makes."""
    return MaterialLot.objects.get(order_id=WorkOrder.objects.get(number="WO-500").pk)


# The operator


def scan(page: Page, text: str, answer: str) -> None:
    """As a scanner does it: keys and Enter, wherever the focus is; then the words of the answer."""
    expect(page.locator("[data-scan-field]")).to_be_focused()
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_contain_text(answer)


def sign_in_by_badge(page: Page, url: str) -> None:
    page.goto(url)
    scan(page, "B-operator", "PIN")
    page.keyboard.type(plant.PIN)
    page.keyboard.press("Enter")
    expect(page.locator("header .who")).to_contain_text("Olga Operator")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tea packing line 1")
    card = page.locator("article.order-card")
    expect(card).to_contain_text("WO-500")
    expect(card.locator(".readiness")).to_contain_text("Blocked")
    expect(card.locator(".readiness")).to_contain_text("none is staged to order WO-500")


def stage_for_the_first_report(page: Page) -> None:
    page.get_by_role("link", name="Stage material").click()
    walk = page.locator("ol.walk")
    expect(walk).to_contain_text("M-101")
    expect(walk).to_contain_text("9.18 kg")
    scan(page, "Y-050", "Order WO-500 does not use PK-CTN-50.")
    expect(page.locator(".banner.refused")).to_contain_text("the pick list names what the order takes")
    scan(page, "X-099", "Lot X-099 of PK-CTN-20 is in quarantine, not released.")
    assert stock(MaterialLot.objects.get(code="X-099")) == 400
    scan(page, "M-101", "They go to S-PACK-1")
    scan(page, "6.5", "6.5 kg of M-101 staged to S-PACK-1.")
    scan(page, "X-101", "They go to S-PACK-1")
    scan(page, "X-101", "300 pcs of X-101 staged to S-PACK-1.")
    order = WorkOrder.objects.get(number="WO-500")
    assert stock(MaterialLot.objects.get(code="M-101"), plant.place("staging", "S-PACK-1"), order) == 6.5


def report_and_see_it_posted(page: Page) -> str:
    page.get_by_role("link", name="Line", exact=True).first.click()
    expect(page.locator(".readiness")).to_contain_text("212 units until RM-MNT-01 runs out.")
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_label("Good units")).to_be_focused()
    page.keyboard.type("200")
    preview = page.locator("#preview")
    expect(preview.get_by_role("row", name="Mint, cut")).to_contain_text("6.12 kg")
    expect(preview.get_by_role("row", name="Mint, cut")).to_contain_text("M-101")
    expect(preview).to_contain_text("Makes 200 pcs of FG-TEA-20")
    assert not Posting.objects.exists()
    page.get_by_role("button", name="Report", exact=True).click()
    answer = page.locator(".banner.good")
    expect(answer).to_contain_text("Posted as P-000001.")
    assert stock(made(), plant.place("finished")) == 200
    return "P-000001"


def report_that_runs_short(page: Page) -> None:
    page.get_by_role("link", name="Report more").click()
    expect(page.get_by_label("Good units")).to_be_focused()
    page.keyboard.type("100")
    expect(page.locator("#preview")).to_contain_text("this would be recorded and then wait")
    page.get_by_role("button", name="Report", exact=True).click()
    expect(page.locator(".banner.warning")).to_contain_text("The report does not post yet.")
    why = page.locator(".banner.refused")
    expect(why).to_contain_text("3.06 kg of RM-MNT-01 are needed; 0.38 can be drawn.")
    expect(why).to_contain_text("Stage 2.68 kg more of RM-MNT-01.")
    assert Posting.objects.count() == 1


def stage_more(page: Page) -> None:
    """The remedy's own link; the report then posts without being touched again."""
    page.locator(".banner.refused").get_by_role("link", name="Stage").click()
    scan(page, "M-102", "Another lot comes first: M-101 in STORE-1.")
    scan(page, "3", "3 kg of M-102 staged to S-PACK-1.")
    page.get_by_role("link", name="Line", exact=True).first.click()
    expect(page.locator("article.order-card")).to_contain_text("The order's quantity is made.")


# The supervisor


def supervisor_sees_it_blocked(shift: Shift) -> Page:
    board = shift.desk("supervisor")
    expect(board.get_by_role("heading", level=1)).to_have_text("Today")
    blocked = board.get_by_role("region", name="Blocked reports")
    expect(blocked).to_contain_text("WO-500")
    expect(blocked).to_contain_text("Stage 2.68 kg more of RM-MNT-01.")
    return board


def supervisor_sees_it_posted(board: Page) -> str:
    """The board updates itself; the way on is order, then posting, each figure of which is explained."""
    expect(board.get_by_role("region", name="Blocked reports")).to_contain_text("nothing is blocked")
    expect(board.get_by_role("row", name="WO-500")).to_contain_text("300 of 300 pcs")
    board.get_by_role("link", name="WO-500").click()
    number = Posting.objects.order_by("-number")[0].number
    board.get_by_role("link", name=f"P-{number:06d}").click()
    expect(board.get_by_role("heading", level=1)).to_have_text(f"Posting P-{number:06d}")
    expect(board.locator(".page-head")).to_contain_text("replays to the same digits")
    mint = board.locator("section.explained", has_text="Mint, cut")
    expect(mint.get_by_role("list", name="RM-MNT-01")).to_contain_text("planned losses")
    expect(mint.locator(".arithmetic .result")).to_contain_text("3.06")
    expect(mint.get_by_role("row", name="M-101")).to_contain_text("0.38")
    expect(mint.get_by_role("row", name="M-102")).to_contain_text("2.68")
    expect(board.locator("#main")).to_contain_text("signed by Quinn Quality")
    return f"P-{number:06d}"


def ask_for_a_reversal(page: Page, number: str) -> None:
    page.get_by_label("Counted wrongly").check()
    page.get_by_label("What happened").fill("The tray was counted twice.")
    page.get_by_role("button", name="Ask QA to reverse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Reversal of {number}")
    expect(page.locator(".page-head")).to_contain_text("waiting for QA")
    assert Posting.objects.count() == 2


# QA


def sign(page: Page, username: str, password: str, button: str) -> None:
    form = page.locator("form", has=page.get_by_role("button", name=button))
    form.get_by_label("User name or badge").fill(username)
    form.get_by_label("Password").fill(password)
    form.get_by_role("button", name=button).click()


def qa_signs_the_reversal(shift: Shift, number: str) -> None:
    page = shift.desk("qa")
    row = page.get_by_role("row", name=number)
    expect(row).to_contain_text("The tray was counted twice.")
    row.get_by_role("link", name="Open").click()
    expect(page.locator("#main")).to_contain_text("It is where it was received; nothing was taken from it.")
    order = WorkOrder.objects.get(number="WO-500")
    wip, second = plant.place("staging", "S-PACK-1"), MaterialLot.objects.get(code="M-102")
    left = stock(second, wip, order)
    sign(page, "qa", "not-the-password", "Sign and reverse")
    expect(page.locator(".banner.refused")).to_contain_text("The signature was not accepted.")
    assert Posting.objects.count() == 2
    assert stock(second, wip, order) == left
    assert ReversalRequest.objects.get().signature is None
    sign(page, "qa", plant.PASSWORD, "Sign and reverse")
    expect(page.locator(".banner.good")).to_contain_text(f"{number} is reversed by P-000003.")
    expect(page.get_by_role("row", name="M-102")).to_contain_text("2.68")
    expect(page.locator("#main")).to_contain_text("Quinn Quality: reversal approved")
    assert stock(second, wip, order) == 3
    assert stock(made(), plant.place("finished")) == 200


# Engineers


def engineer_drafts_and_may_not_approve(shift: Shift) -> BomVersion:
    page = shift.desk("engineer")
    page.get_by_role("link", name=PRODUCT).click()
    page.get_by_role("link", name="Draft a new BOM version").click()
    page.get_by_label("Why this version?").fill("The new cutter leaves less dust.")
    page.locator("[data-line]").first.get_by_label("Scrap %").fill("1")
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator(".banner.info")).to_contain_text("Decide what it means for open orders")
    differences = page.get_by_role("region", name="What changes")
    expect(differences.locator("del")).to_contain_text("2 % gross up")
    expect(differences.locator("ins")).to_contain_text("1 % gross up")
    page.get_by_role("button", name="Save and submit").click()
    expect(page.locator(".banner.refused").first).to_contain_text("nobody decided whether it stays on the old version")
    page.get_by_label("Decision for").select_option("keep")
    page.get_by_role("button", name="Save and submit").click()
    expect(page.locator(".banner.good")).to_contain_text("is submitted.")
    expect(page.locator(".banner.info").first).to_contain_text("may not approve it.")
    version = BomVersion.objects.get(item__code=PRODUCT, number=2)
    assert version.state == "submitted"
    return version


def quality_approves(shift: Shift, version: BomVersion) -> None:
    page = shift.desk("qa")
    page.get_by_role("link", name="Change requests").click()
    page.get_by_role("link", name="CR-1", exact=True).click()
    sign(page, "qa", plant.PASSWORD, "Sign and approve")
    expect(page.locator(".banner.good")).to_contain_text("It is effective.")
    expect(page.locator("#main")).to_contain_text("Quinn Quality")
    version.refresh_from_db()
    assert version.state == "approved"


def next_order_uses_it(page: Page, tablet: Page, version: BomVersion) -> None:
    """Released by the supervisor, it asks the floor for what the new version says; the older order keeps its own."""
    page.get_by_role("link", name="Orders").click()
    page.get_by_role("link", name="New order").click()
    page.get_by_label("Order number").fill("WO-501")
    page.get_by_label("Product").select_option(PRODUCT)
    page.get_by_label("Quantity").fill("1000")
    page.get_by_role("button", name="Plan the order").click()
    expect(page.locator("#messages")).to_contain_text("Order WO-501 is released.")
    expect(page.get_by_role("link", name=f"BOM {version}")).to_be_visible()
    pins = dict(WorkOrder.objects.values_list("number", "pins__bom_version__number"))
    assert pins == {"WO-500": 1, "WO-501": 2}
    tablet.locator("article.order-card", has_text="WO-501").get_by_role("link", name="Stage material").click()
    expect(tablet.get_by_role("row", name="Mint, cut")).to_contain_text("30.3 kg")


# Finance


def finance_drills_to_the_ledger(shift: Shift) -> None:
    page = shift.desk("finance")
    expect(page.get_by_role("heading", level=1)).to_have_text("Variance")
    page.get_by_role("row", name=PRODUCT).get_by_role("link", name=PRODUCT).click()
    page.get_by_role("row", name="WO-500").get_by_role("link", name="WO-500").click()
    mint = page.get_by_role("row", name="RM-MNT-01")
    expect(mint).to_contain_text("2.45 U")
    mint.get_by_role("link", name="RM-MNT-01").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ledger lines")
    issued = page.get_by_role("row", name="P-000001")
    expect(issued).to_contain_text("M-101")
    expect(page.get_by_role("columnheader", name="At standard EUR")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Actual EUR")).to_be_visible()
    expect(issued).to_contain_text("25.70")
    expect(issued).to_contain_text("28.15")
    expect(page.get_by_role("row", name="variance")).to_contain_text("2.45")


# The auditor


def auditor_reads_and_changes_nothing(shift: Shift) -> None:
    page = shift.desk("auditor")
    lot = made()
    page.locator("[data-find]").fill(lot.code)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=lot.code).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Lot {lot.code}")
    inside = page.locator("section.panel", has=page.get_by_role("heading", name="What is in it"))
    expect(inside).to_contain_text("M-101")
    expect(inside).not_to_contain_text("M-102")
    inside.get_by_role("link", name="M-101").click()
    went = page.locator("section.panel", has=page.get_by_role("heading", name="Where it went"))
    went.get_by_role("link", name="Open the whole tree").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Everywhere lot M-101 went")
    expect(page.locator(".tree")).to_contain_text(lot.code)
    _is_refused(page, shift.url + reverse("lot-status", args=[lot.pk]), {"status": "released", "note": "Mine"})
    _is_refused(page, shift.url + reverse("order-close", args=[lot.order_id]), {})
    lot.refresh_from_db()
    assert lot.status == "quarantine"
    page.goto(shift.url + reverse("lot", args=[lot.pk]))
    expect(page.get_by_role("button", name="Change the status")).to_have_count(0)


def _is_refused(page: Page, address: str, form: dict[str, str]) -> None:
    """What no button offers is refused in words as well."""
    token = next(one["value"] for one in page.context.cookies() if "csrf" in one["name"])
    answer = page.request.post(address, form=form, headers={"X-CSRFToken": token})
    assert answer.status == 403
    assert "Aude Auditor may not" in answer.text()
