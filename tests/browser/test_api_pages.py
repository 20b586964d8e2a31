"""The pages of the API in a real browser, under the content security policy."""

import pytest

pytestmark = pytest.mark.browser


def test_the_api_pages_draw_themselves_without_breaking_the_policy(live_plant, page):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_plant.url}/api/docs")
    page.get_by_role("heading", name="Backflush").wait_for()
    assert [text for text in complaints if "Content Security Policy" in text] == []
