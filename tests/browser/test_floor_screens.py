"""The floor screens in a real browser, as a tablet shows them: policy, width, axe, and pictures of each.

SCREENSHOTS=<folder> photographs each one, lying and standing, in light and in dark; SCREENSHOTS_ONLY names some of them.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from masterdata.models import Person
from tests.processes import LivePlant
from tests.web.floor.conftest import plant_floor, workshop_template  # noqa: F401  (fixtures)
from tests.workshop import line, reported
from traceability.models import MaterialLot, WorkOrder

pytestmark = pytest.mark.browser

SIZES = ((1280, 800), (800, 1280))
FOLDER = os.environ.get("SCREENSHOTS", "")
ONLY = os.environ.get("SCREENSHOTS_ONLY", "").split()


@pytest.fixture
def running(plant_floor) -> Iterator[LivePlant]:  # noqa: F811
    web = LivePlant(plant_floor)
    web.wait_until_ready()
    yield web
    web.stop()


def order(number: str) -> int:
    return WorkOrder.objects.get(number=number).pk


def scan(page, text: str) -> None:
    """Type into the scan field as a scanner does, and wait until the answer is shown."""
    page.locator("[data-scan-field]").fill(text)
    with page.expect_response(
        lambda answer: answer.request.method == "POST" or answer.request.resource_type == "document"
    ):
        page.locator("[data-scan-field]").press("Enter")
    page.wait_for_load_state()
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .is-busy")).to_have_count(0)


def _stage_lot(page) -> None:
    scan(page, "F-4471")


def _staged(page) -> None:
    scan(page, "E-77")
    scan(page, "2000")


def _stage_refused(page) -> None:
    scan(page, "X-099")


def _move_quantity(page) -> None:
    scan(page, "E-77")
    scan(page, "B-12-3")


def _return_lot(page) -> None:
    scan(page, "X-101")


def _receive_form(page) -> None:
    scan(page, "(01)09501101530003(10)F-5001(17)271231(3103)012500")


def _figures(page) -> None:
    page.locator("#good").fill("200")
    page.get_by_text("Scrap, rework, setup").click()
    page.locator("#preview table, #preview .banner").first.wait_for()


def _weigh_reading(page) -> None:
    page.locator("#gross").fill("6.08")
    page.locator("main").get_by_text("inside").or_(page.locator("main").get_by_text("to go")).first.wait_for()


def _serials(page) -> None:
    scan(page, "M5-0001")
    scan(page, "PCB-0001")
    scan(page, "SEN-0001")


def _serial_refused(page) -> None:
    scan(page, "M5-0001")
    scan(page, "PCB-0004")


def _badge(page) -> None:
    for box in page.get_by_role("checkbox").all():
        box.check()
    scan(page, "B-checker")


def _pin(page) -> None:
    scan(page, "B-operator")


def _wrong_pin(page) -> None:
    scan(page, "B-operator")
    page.locator("#pin").fill("0000")
    page.get_by_role("button", name="Sign in").click()
    page.locator(".banner.refused").wait_for()


Reach = tuple[str | None, str, Callable | None]


def screens() -> dict[str, Reach]:
    """Name → who looks (None: nobody is signed in), where, and what was done there before."""
    clear = reverse("line-clearance", args=[order("WO-7010"), line("PACK-1").pk])
    stage, new = reverse("stage", args=[order("WO-7012")]), reverse("stage", args=[order("WO-7010")])
    at = [order("WO-7012"), "10"]
    scale = reverse("weigh", args=[order("WO-7001"), "10"])
    build = reverse("assemble", args=[order("WO-7020"), "10"])
    lot = MaterialLot.objects.get(code="A-31").pk
    blocked = reported("WO-7012", "250", MaterialLot.objects.get(code="A-31").received_at)
    return {
        "sign-in": (None, reverse("sign-in"), None),
        "sign-in-pin": (None, reverse("sign-in"), _pin),
        "sign-in-wrong-pin": (None, reverse("sign-in"), _wrong_pin),
        "sign-in-desk": (None, reverse("sign-in") + "?by=password", None),
        "line-choose": ("operator", reverse("line-choose"), None),
        "line-board": ("operator", reverse("line-board") + "?line=PACK-1", None),
        "line-empty": ("operator", reverse("line-board") + "?line=LABEL", None),
        "clear": ("operator", clear, None),
        "clear-pin": ("operator", clear, _badge),
        "stage": ("operator", new, None),
        "stage-lot": ("operator", new, _stage_lot),
        "stage-done": ("operator", new, _staged),
        "stage-refused": ("operator", stage, _stage_refused),
        "report": ("operator", reverse("report", args=at), None),
        "report-preview": ("operator", reverse("report", args=at), _figures),
        "report-waiting": ("operator", reverse("report-sent", args=[blocked]), None),
        "weigh": ("operator", scale, None),
        "weigh-scale": ("operator", f"{scale}?lot={lot}", None),
        "weigh-reading": ("operator", f"{scale}?lot={lot}", _weigh_reading),
        "assemble": ("operator", build, None),
        "assemble-serials": ("operator", build, _serials),
        "assemble-refused": ("operator", build, _serial_refused),
        "return": ("operator", reverse("return", args=[order("WO-7012")]), None),
        "return-lot": ("operator", reverse("return", args=[order("WO-7012")]), _return_lot),
        "receive": ("operator", reverse("receive"), None),
        "receive-form": ("operator", reverse("receive"), _receive_form),
        "lot-received": ("operator", reverse("lot-received", args=[MaterialLot.objects.get(code="F-4471").pk]), None),
        "move": ("operator", reverse("move-stock"), None),
        "move-quantity": ("operator", reverse("move-stock"), _move_quantity),
        "find-several": ("operator", reverse("find") + "?code=nothing-like-it", None),
    }


def tablet(browser, web: LivePlant, username: str | None, *, size=SIZES[0], theme="light"):
    """A browser of a tablet's size at which somebody is signed in."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme)
    if username is None:
        return context
    client = Client()
    client.force_login(Person.objects.get(username=username), backend="masterdata.actions.authentication.BadgeBackend")
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": web.url}])
    return context


def listen(page, name: str, complaints: list[str]) -> None:
    """Note what the browser complains about; a refusal's status is no complaint."""

    def said(message) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(f"{name}: {message.text}")

    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"{name}: {error}"))


def wanted() -> dict[str, Reach]:
    return {name: reach for name, reach in screens().items() if not ONLY or name in ONLY}


def test_floor_screens_hold_the_policy_fit_the_tablet_and_serve_everybody(browser, running):
    complaints: list[str] = []
    axe = Axe()
    for name, (username, address, reach) in wanted().items():
        for size in SIZES:
            context = tablet(browser, running, username, size=size)
            page = context.new_page()
            listen(page, name, complaints)
            page.goto(running.url + address)
            if reach and size == SIZES[0]:
                reach(page)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > size[0]:
                complaints.append(f"{name}: {width} px wide on {size[0]}")
            found = axe.run(page) if size == SIZES[0] else None
            complaints.extend(
                f"{name}: {one['id']} ({one['impact']}) {one['nodes'][0]['html'][:160]}"
                for one in (found.response["violations"] if found else [])
                if one["impact"] in ("serious", "critical")
            )
            context.close()
    assert complaints == []


@pytest.mark.skipif(not FOLDER, reason="SCREENSHOTS=<folder> asks for pictures")
def test_photographs(browser, running):
    folder = Path(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    for name, (username, address, reach) in wanted().items():
        for size in SIZES:
            for theme in ("light", "dark"):
                context = tablet(browser, running, username, size=size, theme=theme)
                page = context.new_page()
                page.goto(running.url + address)
                if reach:
                    reach(page)
                page.screenshot(path=folder / f"{name}-{size[0]}-{theme}.png", full_page=False)
                if theme == "light":
                    page.screenshot(path=folder / f"{name}-{size[0]}-whole.png", full_page=True)
                context.close()
