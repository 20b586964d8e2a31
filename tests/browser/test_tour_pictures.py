"""The pages of the README's five minutes, on the demo plant: they show what the tour says.

TOUR=<folder> photographs each one as a visitor sees it: TOUR=static/tour makes the README's own pictures anew.
"""

import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from backflush.actions.post_reports import post_reports
from backflush.actions.run_impact_replays import run_impact_replays
from backflush.management.demo import cast
from backflush.management.demo.monitors import MODULE
from backflush.models import Posting
from backflush.queries.postings import posting_number
from masterdata.models import BomVersion, Person
from tests.processes import ROOT
from traceability.actions.release_order import release_order
from traceability.models import MaterialLot, WorkOrder

pytestmark = pytest.mark.browser

FOLDER = os.environ.get("TOUR", "")
FLOOR, DESK = (1280, 800), (1440, 900)
SHOWN_IN = {"color_scheme": "light", "locale": "en-GB", "timezone_id": cast.TIME_ZONE}
MOST_BYTES = 250_000
PATIENCE = 30_000


@pytest.fixture
def tour(live_plant, new_context):
    """`tour("mara", FLOOR)`: a page of this size at which somebody of the demo plant's cast is signed in."""
    told = live_plant.database.manage("seed_demo_plant")
    assert told.returncode == 0, told.stdout + told.stderr
    expect.set_options(timeout=PATIENCE)

    def signed_in(username: str, size: tuple[int, int]) -> Page:
        client = Client()
        backend = "masterdata.actions.authentication.PasswordBackend"
        client.force_login(Person.objects.get(username=username), backend=backend)
        context = new_context(base_url=live_plant.url, viewport={"width": size[0], "height": size[1]}, **SHOWN_IN)
        context.set_default_timeout(PATIENCE)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_plant.url}])
        return context.new_page()

    yield signed_in
    expect.set_options(timeout=5_000)


def photograph(page: Page, name: str) -> None:
    """What is on the screen, not more; only where it was asked for."""
    if not FOLDER:
        return
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)
    target = Path(FOLDER) / f"{name}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target, animations="disabled", caret="hide")
    assert target.stat().st_size < MOST_BYTES


def scan(page: Page, text: str, answer: str) -> None:
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)
    page.locator("[data-scan-field]").fill(text)
    page.locator("[data-scan-field]").press("Enter")
    expect(page.locator("#work")).to_contain_text(answer)


def order(number: str) -> WorkOrder:
    return WorkOrder.objects.get(number=number)


def test_the_pages_show_what_the_tour_says(tour):
    tablet = tour("mara", FLOOR)
    line_board(tablet)
    stage(tablet)
    report(tablet)
    desk = tour("petra", DESK)
    posting(desk)
    lot(desk)
    variance(tour("greta", DESK))


def line_board(page: Page) -> None:
    petra = Person.objects.get(username="petra")
    release_order(order=order("WO-2006"), actor=petra, now=timezone.now())
    page.goto(f"{reverse('line-board')}?line=FILL")
    cards = page.locator("article.order-card")
    running, behind, next_one = (
        cards.filter(has=page.get_by_role("link", name=number)) for number in ("WO-2004", "WO-2005", "WO-2006")
    )
    expect(running.locator(".readiness")).to_contain_text("units")
    expect(running.locator(".next")).to_contain_text("Report")
    expect(behind.locator(".readiness")).to_contain_text("WO-2004 is running here; clear the line after it.")
    expect(behind.locator(".next")).to_have_count(0)
    expect(next_one.locator(".readiness")).to_contain_text("Operation 10 comes first.")
    photograph(page, "line-board")


def stage(page: Page) -> None:
    page.goto(reverse("stage", args=[order("WO-1008").pk]))
    first = page.locator("ol.walk li").first
    expect(first).to_contain_text("RAW-01")
    expect(first).to_contain_text("expires")
    lot_code = first.locator("b.code").nth(1).inner_text()
    scan(page, lot_code, "They go to")
    page.get_by_role("button", name="Stage", exact=True).last.click()
    expect(page.locator(".banner.good")).to_contain_text(f"of {lot_code} staged to")
    photograph(page, "stage")


def report(page: Page) -> None:
    page.goto(reverse("report", args=[order("WO-3502").pk, "10"]))
    page.get_by_label("Good units").fill("12")
    preview = page.locator("#preview")
    expect(preview.get_by_role("row", name="LENS-12")).to_contain_text("LENS-12-001")
    expect(preview).to_contain_text("Makes 12 pcs")
    photograph(page, "report")


def posting(page: Page) -> None:
    with_scrap = Posting.objects.get(order_id=order("WO-1006").pk, operation_number="40", good=580)
    page.goto(reverse("posting", args=[posting_number(with_scrap.number)]))
    expect(page.locator(".page-head")).to_contain_text("replays to the same digits")
    expect(page.locator(".arithmetic .result").first).to_be_visible()
    expect(page.locator("#main")).to_contain_text("signed by Noor Haddad")
    photograph(page, "posting")


def lot(page: Page) -> None:
    page.goto(reverse("lot", args=[MaterialLot.objects.get(order_id=order("WO-3501").pk).pk]))
    inside = page.locator("section.panel", has=page.get_by_role("heading", name="What is in it"))
    expect(inside).to_contain_text("LENS-12-")
    went = page.locator("section.panel", has=page.get_by_role("heading", name="Where it went"))
    expect(went).to_contain_text("WO-3003")
    photograph(page, "lot")


def variance(page: Page) -> None:
    page.goto(f"{reverse('variance-board')}?group=order")
    expect(page.locator(".banner.info")).to_contain_text("of the orders are still open.")
    page.get_by_role("link", name="Closed orders only").click()
    expect(page.get_by_role("row", name="WO-1004")).to_contain_text("28.38 U")
    expect(page.locator("svg text", has_text="Setup scrap").first).to_be_visible()
    photograph(page, "variance")


def test_a_change_is_shown_from_its_request_to_the_posting_that_names_it(tour):
    """Ines proposes a scrap factor, sees what it would have meant, Noor signs, and the next report posts by it."""
    engineer, quality = tour("ines", DESK), tour("noor", DESK)
    propose(engineer)
    replay(engineer)
    submit(engineer)
    sign_it(quality)
    version = BomVersion.objects.get(item__code=MODULE, number=2)
    assert version.state == "approved"
    change_request(quality)
    next_report(tour("yuki", FLOOR))
    new_version(tour("petra", DESK))


def propose(page: Page) -> None:
    page.goto(f"{reverse('bom-draft', args=[order('WO-3502').item_id])}")
    page.get_by_label("Why this version?").fill("The new tray scratches fewer lenses")
    page.locator("[data-line]").first.get_by_label("Scrap %").fill("1.2")
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator(".banner.info")).to_contain_text("Decide what it means for open orders")


def replay(page: Page) -> None:
    request = page.url
    page.get_by_role("button", name="Replay past reports").click()
    while run_impact_replays(now=timezone.now()):
        pass
    page.goto(request)
    expect(page.get_by_role("region", name="Impact on past reports")).to_contain_text("4 reports")


def submit(page: Page) -> None:
    """The order that is under way goes over to the new version."""
    moves = page.get_by_label("Decision for")
    expect(moves).to_have_count(1)
    moves.select_option("move")
    page.get_by_role("button", name="Save and submit").click()
    expect(page.locator(".banner.good")).to_contain_text("is submitted.")


def sign_it(page: Page) -> None:
    page.goto(reverse("changes"))
    page.get_by_role("row", name=MODULE).get_by_role("link").first.click()
    form = page.locator("form", has=page.get_by_role("button", name="Sign and approve"))
    form.get_by_label("User name or badge").fill("noor")
    form.get_by_label("Password").fill(next(one.password for one in cast.PEOPLE if one.username == "noor"))
    form.get_by_role("button", name="Sign and approve").click()
    expect(page.locator(".banner.good")).to_contain_text("It is effective.")


def change_request(page: Page) -> None:
    """Difference, impact and signature on one screen."""
    page.reload()
    expect(page.get_by_role("region", name="What changes").locator("ins")).to_contain_text("1.2 %")
    expect(page.locator(".signatures")).to_contain_text("approved as quality assurance")
    page.get_by_role("heading", name="Signatures").scroll_into_view_if_needed()
    photograph(page, "change-request")


def next_report(page: Page) -> None:
    page.goto(reverse("report", args=[order("WO-3502").pk, "10"]))
    page.get_by_label("Good units").fill("12")
    expect(page.locator("#preview").get_by_role("row", name="LENS-12")).to_be_visible()
    page.get_by_role("button", name="Report", exact=True).click()
    expect(page.locator("#main")).to_contain_text("12")
    post_reports()


def new_version(page: Page) -> None:
    """The posting names the version by which it took what it took."""
    latest = Posting.objects.filter(order_id=order("WO-3502").pk).order_by("-number")[0]
    assert latest.good == 12
    page.goto(reverse("posting", args=[posting_number(latest.number)]))
    expect(page.locator("#main")).to_contain_text(f"BOM {MODULE} v2")
    photograph(page, "posting-new-version")


def test_every_picture_of_the_readme_is_there_and_small():
    named = re.findall(r"!\[[^]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text())
    assert len(named) == 8
    for picture in named:
        assert (ROOT / picture).stat().st_size < MOST_BYTES, picture
    assert {Path(picture).name for picture in named} == {path.name for path in (ROOT / "static/tour").iterdir()}
