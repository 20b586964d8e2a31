"""A shift at a tablet, in a real browser with a real worker: sign in, stage, report, see it posted; hand over; lock."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests import plant
from tests.browser.test_floor_screens import scan, tablet
from tests.processes import LivePlant, WorkerProcess
from tests.web.floor.conftest import plant_floor, workshop_template  # noqa: F401  (fixtures)
from tests.web.floor.screens import at, lot

pytestmark = pytest.mark.browser


@pytest.fixture
def posting(plant_floor) -> Iterator[WorkerProcess]:  # noqa: F811
    worker = WorkerProcess(plant_floor, concurrency=1, beat=False, env={})
    worker.wait_until_ready()
    yield worker
    worker.stop()


@pytest.fixture
def web(plant_floor) -> Iterator[LivePlant]:  # noqa: F811
    running = LivePlant(plant_floor)
    running.wait_until_ready()
    yield running
    running.stop()


def type_blind(page, text: str) -> None:
    """What a scanner does: keys, wherever the focus is, and Enter; once the answer to the scan before has settled."""
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_shift_by_scanner_and_keyboard_alone(browser, web, posting):
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(web.url)
    type_blind(page, "B-operator")
    expect(page.locator("#pin")).to_be_focused()
    type_blind(page, plant.PIN)
    page.get_by_role("link", name="Packing line 1").click()
    expect(page.locator("main").get_by_text("30 units until PK-BOX-30 runs out.")).to_be_visible()

    page.goto(web.url + at("stage", "WO-7012"))
    expect(page.locator("[data-scan-field]")).to_be_focused()
    type_blind(page, "X-101")
    expect(page.locator("main").get_by_text("They go to")).to_be_visible()
    expect(page.locator("[data-scan-field]")).to_be_focused()
    type_blind(page, "380")
    expect(page.locator("#work .sentence")).to_contain_text("380 pcs of X-101 staged to S-PACK-1.")
    expect(page.locator("main").get_by_text("Everything is staged.")).to_be_visible()

    page.goto(web.url + at("report", "WO-7012", "10"))
    expect(page.locator("#good")).to_be_focused()
    page.keyboard.type("40")
    expect(page.locator("#preview")).to_contain_text("X-101")
    page.keyboard.press("Enter")
    expect(page.locator("#answer .sentence")).to_contain_text("Posted as P-000002.", timeout=15_000)


def test_a_report_that_is_blocked_posts_by_itself_when_the_lot_is_staged(browser, web, plant_floor):  # noqa: F811
    worker = WorkerProcess(plant_floor, concurrency=1, beat=True, env={})
    worker.wait_until_ready()
    try:
        page = tablet(browser, web, "operator").new_page()
        page.goto(web.url + at("report", "WO-7012", "10"))
        page.locator("#good").fill("100")
        page.get_by_role("button", name="Report", exact=True).click()
        expect(page.locator("main").get_by_text("The report does not post yet.")).to_be_visible(timeout=15_000)
        other = page.context.new_page()
        other.goto(web.url + at("stage", "WO-7012"))
        scan(other, "X-101")
        scan(other, "100")
        expect(page.locator("#answer .sentence").first).to_contain_text("Posted as P-000002.", timeout=20_000)
    finally:
        worker.stop()


def test_handing_over_keeps_the_place_and_takes_two_scans(browser, web):
    page = tablet(browser, web, "operator").new_page()
    page.goto(web.url + at("stage", "WO-7010"))
    page.get_by_role("button", name="Switch user").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    type_blind(page, "B-checker")
    expect(page.locator("#pin")).to_be_focused()
    type_blind(page, plant.PIN)
    page.wait_for_url(web.url + at("stage", "WO-7010"))
    expect(page.get_by_text("Chen Checker")).to_be_visible()


def test_a_tablet_that_nobody_touches_locks_itself(browser, plant_floor):  # noqa: F811
    web = LivePlant(plant_floor)
    web.wait_until_ready()
    try:
        page = tablet(browser, web, "operator").new_page()
        page.clock.install()
        page.goto(web.url + at("stage", "WO-7010"))
        page.clock.fast_forward("09:00")
        expect(page.get_by_role("heading", name="Stage")).to_be_visible()
        page.clock.fast_forward("01:30")
        expect(page.locator("main").get_by_text("Nobody touched this screen for 10 minutes")).to_be_visible()
        page.goto(web.url + at("stage", "WO-7010"))
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    finally:
        web.stop()


def test_a_serial_after_the_other_turns_red_to_green(browser, web, posting):
    page = tablet(browser, web, "operator").new_page()
    page.goto(web.url + at("assemble", "WO-7020", "10"))
    type_blind(page, "M5-0001")
    expect(page.locator(".slot.missing")).to_have_count(3)
    for number, code in enumerate(("PCB-0001", "SEN-0001", "SEN-0002")):
        scan(page, code)
        expect(page.locator(".slot.missing")).to_have_count(2 - number)
    expect(page.locator(".slot.good")).to_have_count(3, timeout=15_000)
    page.get_by_role("button", name="The unit is finished").click()
    expect(page.locator("#answer .sentence")).to_contain_text("Posted as", timeout=15_000)


def test_the_keypad_writes_into_the_figure_that_was_touched_last(browser, web):
    page = tablet(browser, web, "operator").new_page()
    page.goto(web.url + at("report", "WO-7012", "10"))
    seven = page.locator('[data-key="7"]')
    seven.click()
    page.get_by_text("Scrap, rework, setup").click()
    scrap = page.locator("#scrap-JAM")
    scrap.click()
    expect(page.locator("[data-serves]")).to_have_text("Reason JAM (avoidable)")
    seven.click()
    seven.click()
    expect(scrap).to_have_value("77")
    expect(page.locator("#good")).to_have_value("7")
    assert scrap.bounding_box()["width"] > 120
    scrap.fill("1,000")
    page.get_by_role("button", name="More by 1").nth(1).click()
    expect(scrap).to_have_value("1,000")


def test_at_a_lying_tablet_the_keys_stand_above_the_button(browser, web):
    page = tablet(browser, web, "operator").new_page()
    page.goto(web.url + at("weigh", "WO-7001", "10") + f"?lot={lot('A-31').pk}")
    keys, dock = page.locator(".keys").first.bounding_box(), page.locator(".dock").bounding_box()
    assert keys["y"] + keys["height"] <= dock["y"]
    page = tablet(browser, web, None).new_page()
    page.goto(web.url)
    type_blind(page, "B-operator")
    page.locator("#pin").fill("0000")
    page.get_by_role("button", name="Sign in").click()
    page.locator(".banner.refused").wait_for()
    button = page.get_by_role("button", name="Sign in").bounding_box()
    assert button["y"] + button["height"] <= 800
