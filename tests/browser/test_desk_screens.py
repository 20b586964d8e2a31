"""The desk screens in a real browser: nothing breaks the security policy, nothing overflows, axe finds nothing serious.

SCREENSHOTS=<folder> also photographs each one, at two sizes, in light and in dark.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backflush.models import OperationReport, Posting, ReversalRequest
from masterdata.models import BomVersion, Item, Person, TriggerDefinition, UnitFactor
from tests import reporting
from tests.processes import LivePlant
from tests.web.conftest import syrup, syrup_template  # noqa: F401  (fixtures)
from traceability.models import MaterialLot, WorkOrder

pytestmark = pytest.mark.browser

SIZES = ((1440, 900), (1280, 800))
FOLDER = os.environ.get("SCREENSHOTS", "")
ONLY = os.environ.get("SCREENSHOTS_ONLY", "").split()


@pytest.fixture
def plant(syrup) -> Iterator[LivePlant]:  # noqa: F811
    running = LivePlant(syrup)
    running.wait_until_ready()
    yield running
    running.stop()


def screens() -> dict[str, tuple[str, str]]:
    """Name → who looks, and where."""
    product = Item.objects.get(code="FG-ELD-200").pk
    order = {one.number: one.pk for one in WorkOrder.objects.all()}
    lot = {one.code: one.pk for one in MaterialLot.objects.all()}
    bottled = MaterialLot.objects.filter(order_id=order["WO-20418"])[0].pk
    second = Posting.objects.filter(order_id=order["WO-20418"], operation_number="10").order_by("number")[1]
    blocked = OperationReport.objects.filter(state="blocked", order_number="WO-20421")[0]
    return {
        "today": ("supervisor", reverse("today")),
        "orders": ("supervisor", reverse("orders")),
        "order-running": ("supervisor", reverse("order", args=[order["WO-20418"]])),
        "order-blocked": ("supervisor", reverse("order", args=[order["WO-20421"]])),
        "order-planned": ("supervisor", reverse("order", args=[order["WO-20425"]])),
        "order-new": ("supervisor", reverse("order-new")),
        "exceptions": ("supervisor", reverse("exceptions")),
        "exception": ("supervisor", reverse("exception", args=[blocked.event_id])),
        "postings": ("auditor", reverse("postings")),
        "posting": ("supervisor", reverse("posting", args=[f"P-{second.number:06d}"])),
        "reversals": ("qa", reverse("reversals")),
        "reversal": ("qa", reverse("reversal", args=[ReversalRequest.objects.get().pk])),
        "lots": ("qa", reverse("lots")),
        "lot-made": ("qa", reverse("lot", args=[bottled])),
        "lot-received": ("qa", reverse("lot", args=[lot["E-118"]])),
        "lot-tree": ("qa", reverse("lot-tree", args=[bottled, "back"]) + "?whole=1"),
        "products": ("engineer", reverse("products")),
        "product": ("engineer", reverse("product", args=[product])),
        "bom": ("engineer", reverse("bom", args=[BomVersion.objects.get(item_id=product, number=1).pk])),
        "bom-second": ("engineer", reverse("bom", args=[BomVersion.objects.get(item_id=product, number=2).pk])),
        "bom-draft": ("engineer", reverse("bom-draft", args=[product])),
        "bom-copy": ("engineer", reverse("bom-copy", args=[product])),
        "bom-cost": ("finance", reverse("bom-cost", args=[BomVersion.objects.get(item_id=product, number=1).pk])),
        "bom-compare": ("auditor", reverse("bom-compare") + "?left=FG-ELD-200+v1&right=FG-ELD-200+v2"),
        "item-where-used": ("auditor", reverse("item-where-used", args=[Item.objects.get(code="PK-CAP-124").pk])),
        "items": ("engineer", reverse("items")),
        "item": ("engineer", reverse("item", args=[Item.objects.get(code="PK-CTN-012").pk])),
        "item-change": ("engineer", reverse("item-change", args=[product])),
        "unit-factors": ("engineer", reverse("unit-factors")),
        "unit-factor": ("qa", reverse("unit-factor", args=[UnitFactor.objects.all()[0].pk])),
        "triggers": ("engineer", reverse("triggers")),
        "trigger": ("engineer", reverse("trigger", args=[TriggerDefinition.objects.all()[0].pk])),
        "reasons": ("engineer", reverse("reasons")),
        "bins": ("engineer", reverse("bins")),
        "lines": ("engineer", reverse("lines")),
        "devices": ("admin", reverse("devices")),
        "people": ("admin", reverse("people")),
        "person": ("admin", reverse("person", args=[Person.objects.get(username="qa").pk])),
        "variance": ("finance", reverse("variance-board")),
        "variance-component": ("finance", reverse("variance-board") + "?group=component"),
        "order-variance": ("finance", reverse("order-variance", args=[order["WO-20418"]])),
        "variance-lines": ("finance", reverse("variance-lines") + f"?order={order['WO-20418']}"),
        "not-allowed": ("auditor", reverse("order-new")),
    }


def signed_in(browser, plant: LivePlant, username: str, *, size=(1440, 900), theme="light"):
    client = Client()
    client.force_login(
        Person.objects.get(username=username), backend="masterdata.actions.authentication.PasswordBackend"
    )
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": plant.url}])
    return context


def listen(page, complaints: list[str]) -> None:
    """Keep what the browser complains of, with the address that it complains about."""
    page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))


def test_desk_screens_hold_the_policy_fit_the_screen_and_serve_everybody(browser, plant):
    complaints: list[str] = []
    axe, pages = Axe(), {}
    for name, (username, address) in screens().items():
        if ONLY and name not in ONLY:
            continue
        if username not in pages:
            pages[username] = signed_in(browser, plant, username).new_page()
            listen(pages[username], complaints)
        page = pages[username]
        page.goto(plant.url + address)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > SIZES[0][0]:
            complaints.append(f"{name}: {width} px wide")
        found = axe.run(page)
        complaints += [
            f"{name}: {one['id']} ({one['impact']}) {one['nodes'][0]['html'][:160]}"
            for one in found.response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
    # a page that is refused is an error in the browser's eyes
    refused = plant.url + screens()["not-allowed"][1]
    assert [one for one in complaints if not one.startswith(f"{refused}: Failed to load resource")] == []


@pytest.mark.parametrize("size", [(1440, 900), (1280, 800), (800, 1280)])
def test_tables_of_variance_show_every_column_at_any_desk(browser, plant, size):
    """Causes wrap within their cell: none is beyond the edge, whatever their number."""
    pictures = {name: found for name, found in screens().items() if "variance" in name}
    reporting.reversed_by_qa(
        Posting.objects.filter(order_id=WorkOrder.objects.get(number="WO-20418").pk, operation_number="20").latest(
            "number"
        ),
        at=timezone.now(),
    )
    for theme in ("light", "dark") if FOLDER else ("light",):
        page = signed_in(browser, plant, "finance", size=size, theme=theme).new_page()
        for name, (_, address) in pictures.items():
            page.goto(plant.url + address)
            if FOLDER:
                Path(FOLDER).mkdir(parents=True, exist_ok=True)
                page.screenshot(path=Path(FOLDER) / f"{name}-fits-{size[0]}-{theme}.png", full_page=True)
            cut = page.eval_on_selector_all(
                ".table-scroll", "boxes => boxes.map(box => box.scrollWidth - box.clientWidth).filter(over => over > 0)"
            )
            assert (name, cut) == (name, [])


@pytest.mark.skipif(not FOLDER, reason="SCREENSHOTS=<folder> asks for pictures")
def test_photographs(browser, plant):
    folder = Path(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    for name, (username, address) in screens().items():
        if ONLY and name not in ONLY:
            continue
        for size in SIZES:
            for theme in ("light", "dark"):
                context = signed_in(browser, plant, username, size=size, theme=theme)
                page = context.new_page()
                page.goto(plant.url + address)
                page.screenshot(path=folder / f"{name}-{size[0]}-{theme}.png", full_page=size == SIZES[0])
                context.close()


def _listen(page, complaints: list[str]) -> None:
    """What the browser complains of, with the address it was at."""
    page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
