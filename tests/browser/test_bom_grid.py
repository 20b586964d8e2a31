"""The BOM editor's grid by keyboard alone, in a real browser: nothing here is clicked."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from masterdata.models import BomVersion, Item
from tests.browser.test_desk_screens import listen, signed_in
from tests.processes import LivePlant
from tests.web.conftest import syrup, syrup_template  # noqa: F401  (fixtures)

pytestmark = pytest.mark.browser


@pytest.fixture
def plant(syrup) -> Iterator[LivePlant]:  # noqa: F811
    running = LivePlant(syrup)
    running.wait_until_ready()
    yield running
    running.stop()


def focused(page: Page) -> tuple[str, str]:
    """The line that the focus is on, and the field."""
    line, name = page.evaluate(
        "[document.activeElement.closest('[data-line]')?.getAttribute('aria-label') ?? '', document.activeElement.name]"
    )
    return line, name.rpartition("-")[2]


def codes(page: Page) -> list[str]:
    """The items of the lines that count, from top to bottom."""
    return page.eval_on_selector_all(
        "[data-line]",
        "lines => lines.filter(line => !line.querySelector('[name$=-DELETE]').checked)"
        ".map(line => line.querySelector('[name$=-item]').value)",
    )


def grid_of(browser, plant: LivePlant, complaints: list[str], **options) -> Page:
    """The editor of the bottle as an engineer opens it."""
    page = signed_in(browser, plant, "engineer", **options).new_page()
    listen(page, complaints)
    page.goto(plant.url + reverse("bom-draft", args=[Item.objects.get(code="FG-ELD-200").pk]))
    return page


def test_keys_move_from_cell_to_cell_and_from_line_to_line(browser, plant):
    complaints: list[str] = []
    page = grid_of(browser, plant, complaints)
    keys = page.keyboard
    page.locator("#id_lines-0-item").select_text()
    for key, place in (
        ("ArrowRight", ("Line 1", "quantity")),
        ("ArrowDown", ("Line 2", "quantity")),
        ("Enter", ("Line 3", "quantity")),
        ("Shift+Enter", ("Line 2", "quantity")),
        ("ArrowUp", ("Line 1", "quantity")),
        ("Tab", ("Line 1", "unit")),
        ("ArrowUp", ("Line 1", "unit")),
    ):
        keys.press(key)
        assert (key, focused(page)) == (key, place)
    for _ in range(3):
        keys.press("ArrowDown")
    assert focused(page) == ("Line 4", "unit")
    keys.press("Enter")
    assert focused(page) == ("Line 5", "item")
    keys.press("Alt+m")
    assert focused(page) == ("Line 5", "scrap_loss")
    assert complaints == []


def test_a_version_is_drafted_by_keyboard_alone(browser, plant):
    complaints: list[str] = []
    page = grid_of(browser, plant, complaints)
    keys = page.keyboard
    page.locator("#id_lines-0-quantity").select_text()
    keys.type("0.25")
    page.locator("#id_lines-3-unit").select_text()
    keys.press("Enter")

    # an item by its name
    keys.type("sugar")
    expect(page.locator("#suggestions [role=option]")).to_have_count(1)
    keys.press("Enter")
    expect(page.locator("#id_lines-4-item")).to_have_value("RM-SUG-025")
    expect(page.locator("#id_lines-4-unit")).to_have_value("kg")
    expect(page.locator("#id_lines-4-operation")).to_have_value("20")
    keys.press("ArrowRight")
    keys.type("0.001")

    # once more, taken out, put back, moved
    keys.press("Control+d")
    assert codes(page)[-2:] == ["RM-SUG-025", "RM-SUG-025"]
    keys.press("Control+Delete")
    assert codes(page) == ["SF-SYR-001", "PK-BTL-200", "PK-SET-024", "PK-CTN-012", "RM-SUG-025"]
    keys.press("Control+z")
    assert len(codes(page)) == 6
    keys.press("Control+Delete")
    keys.press("Control+ArrowUp")
    assert codes(page)[-2:] == ["RM-SUG-025", "PK-CTN-012"]
    keys.press("Control+ArrowUp")
    expect(page.locator("[data-line-said]")).to_contain_text("is the first of its operation")

    # another operation is another group; the cost follows, and the whole is saved as it stands
    page.locator("#id_lines-4-operation").select_text()
    keys.type("10")
    keys.press("Enter")
    expect(page.locator("#cost-lines-0")).to_contain_text("0.612")
    page.get_by_role("button", name="Save the draft").focus()
    keys.press("Enter")
    expect(page.locator("h1")).to_contain_text("BOM FG-ELD-200, version 3")
    made = BomVersion.objects.get(item__code="FG-ELD-200", number=3)
    assert list(made.lines.order_by("position").values_list("item__code", "operation_number")) == [
        ("SF-SYR-001", "10"),
        ("PK-BTL-200", "10"),
        ("PK-SET-024", "10"),
        ("RM-SUG-025", "10"),
        ("PK-CTN-012", "20"),
    ]
    assert complaints == []


def test_what_is_refused_keeps_everything_typed_and_leads_to_its_field(browser, plant):
    page = grid_of(browser, plant, [], size=(800, 1280))
    page.locator("#id_lines-0-item").fill("no-such")
    page.locator("#id_lines-1-quantity").fill("much")
    expect(page.locator("[data-unknown]")).to_contain_text("There is no item no-such.")
    page.locator("#id_lines-0-item").fill("sf-syr-001")
    page.locator("#id_lines-1-quantity").focus()
    expect(page.locator("[data-unknown]")).to_have_count(0)
    expect(page.locator("#id_lines-0-item")).to_have_value("SF-SYR-001")
    page.locator("#id_lines-2-item").focus()
    page.keyboard.press("Control+Delete")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator("#faults-title")).to_contain_text("1 fault. Nothing was saved.")
    expect(page.locator("#id_lines-1-quantity")).to_have_value("much")
    page.locator(".fault-list a").click()
    expect(page.locator("#id_lines-1-quantity")).to_be_focused()
    assert codes(page) == ["SF-SYR-001", "PK-BTL-200", "PK-CTN-012"]
    page.keyboard.press("Control+z")
    assert "PK-SET-024" in codes(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 800
