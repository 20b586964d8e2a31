"""A scrap factor changes: drafted, replayed on past reports, submitted, refused to its author, signed, and posted by at once."""

from playwright.sync_api import Page, expect

from backflush.models import Posting
from masterdata.models import BomVersion, ChangeRequest
from tests import plant
from tests.browser.test_one_shift import (
    Shift,
    report_and_see_it_posted,
    scan,
    shift,  # noqa: F401  (fixture)
    sign,
    sign_in_by_badge,
    stage_for_the_first_report,
)
from tests.tea_house import PRODUCT
from tests.web.floor.screens import at


def test_the_very_next_report_posts_by_the_figure_that_was_signed(shift, real_database):  # noqa: F811
    tablet = shift.tablet()
    sign_in_by_badge(tablet, shift.url)
    stage_for_the_first_report(tablet)
    assert report_and_see_it_posted(tablet) == "P-000001"
    engineer = engineer_drafts(shift)
    engineer_sees_the_impact(engineer)
    engineer_submits_and_is_refused(engineer)
    quality_signs(shift)
    stage_what_is_missing(shift, tablet)
    next_report_posts_by_the_new_figure(shift, tablet)
    for command in ("check_ledger", "replay_postings", "verify_signatures"):
        done = real_database.manage(command)
        assert done.returncode == 0, done.stdout + done.stderr


def engineer_drafts(shift: Shift) -> Page:  # noqa: F811
    page = shift.desk("engineer")
    page.get_by_role("link", name=PRODUCT).click()
    page.get_by_role("link", name="Draft a new BOM version").click()
    page.get_by_label("Why this version?").fill("The new cutter leaves less dust.")
    page.locator("[data-line]").first.get_by_label("Scrap %").fill("1")
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator(".banner.info")).to_contain_text("Decide what it means for open orders")
    return page


def engineer_sees_the_impact(page: Page) -> None:
    """What the report of this morning would have taken."""
    request = page.url
    page.get_by_role("button", name="Replay past reports").click()
    expect(page.get_by_role("heading", name="Difference in cost", exact=True)).to_be_visible()
    mint = page.get_by_role("row", name="RM-MNT-01").first
    expect(mint).to_contain_text("6.12")
    expect(mint).to_contain_text("6.06")
    page.goto(request)
    expect(page.get_by_role("region", name="Impact on past reports")).to_contain_text("1 report")


def engineer_submits_and_is_refused(page: Page) -> None:
    page.get_by_role("button", name="Save and submit").click()
    expect(page.locator(".banner.refused").first).to_contain_text("nobody decided whether it stays on the old version")
    page.get_by_label("Decision for").select_option("move")
    page.get_by_role("button", name="Save and submit").click()
    expect(page.locator(".banner.good")).to_contain_text("is submitted.")
    expect(page.locator("#main")).to_contain_text("Whoever wrote CR-1 may not approve it.")
    expect(page.get_by_role("button", name="Sign and approve")).to_have_count(0)
    assert BomVersion.objects.get(number=2).state == "submitted"


def quality_signs(shift: Shift) -> None:  # noqa: F811
    page = shift.desk("qa")
    page.get_by_role("link", name="Change requests").click()
    page.get_by_role("link", name="CR-1", exact=True).click()
    differs = page.get_by_role("region", name="What changes")
    expect(differs.locator("del")).to_contain_text("2 % gross up")
    expect(differs.locator("ins")).to_contain_text("1 % gross up")
    sign(page, "qa", plant.PASSWORD, "Sign and approve")
    expect(page.locator(".banner.good")).to_contain_text("It is effective.")
    assert ChangeRequest.objects.get().state == "effective"


def stage_what_is_missing(shift: Shift, tablet: Page) -> None:  # noqa: F811
    tablet.goto(shift.url + at("stage", "WO-500"))
    scan(tablet, "M-101", "They go to S-PACK-1")
    scan(tablet, "3", "3 kg of M-101 staged to S-PACK-1.")


def next_report_posts_by_the_new_figure(shift: Shift, tablet: Page) -> None:  # noqa: F811
    tablet.goto(shift.url + at("report", "WO-500", "10"))
    expect(tablet.get_by_label("Good units")).to_be_focused()
    tablet.keyboard.type("100")
    expect(tablet.locator("#preview").get_by_role("row", name="Mint, cut")).to_contain_text("3.03 kg")
    tablet.get_by_role("button", name="Report", exact=True).click()
    expect(tablet.locator(".banner.good")).to_contain_text("Posted as P-000002.")
    page = shift.desk("supervisor")
    page.get_by_role("link", name="WO-500").first.click()
    page.get_by_role("link", name="P-000002").click()
    mint = page.locator("section.explained", has_text="Mint, cut")
    expect(mint.locator(".arithmetic .result")).to_contain_text("3.03")
    expect(page.locator("#main")).to_contain_text(f"BOM {PRODUCT} v2")
    assert Posting.objects.count() == 2
