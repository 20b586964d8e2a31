"""Forms in parts of a page: a part that is included by itself sees nothing of the page, its token of forgery included."""

import re
from pathlib import Path

from django.test import Client
from django.urls import reverse

from masterdata.actions.draft_bom import draft_bom
from masterdata.models import Person
from masterdata.rules.bom import LineDraft
from tests import plant
from tests.web.scene import item

TEMPLATES = Path(__file__).parents[2] / "templates"


def _includes_without_token() -> list[str]:
    with_forms = [one for one in TEMPLATES.rglob("*.html") if "{% csrf_token %}" in one.read_text()]
    found = []
    for part in with_forms:
        name = re.escape(str(part.relative_to(TEMPLATES)))
        tag = re.compile(rf'{{% include "{name}"[^%]* only %}}')
        for page in TEMPLATES.rglob("*.html"):
            found += [f"{page.name}: {one}" for one in tag.findall(page.read_text()) if "csrf_token=" not in one]
    return found


def test_no_part_with_a_form_is_included_without_the_token():
    assert _includes_without_token() == []


def test_a_browser_that_is_checked_for_forgery_asks_for_the_approval_of_a_draft(syrup):
    engineer = Person.objects.get(username="engineer")
    lines = [LineDraft("RM-SUG-025", "1", operation="10")]
    version = draft_bom(item=item("SF-SYR-001"), author=engineer, now=plant.NOW, lines=lines, reason="Less sugar.")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(engineer, backend="masterdata.actions.authentication.PasswordBackend")
    shown = browser.get(reverse("bom", args=[version.pk])).content.decode()
    address = reverse("change-open", args=["bom_version", version.pk])
    form = shown[shown.index(f'action="{address}"') :]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form[: form.index("</form>")])
    assert token, "The form has no token."
    answer = browser.post(address, {"csrfmiddlewaretoken": token[1]})
    assert answer.status_code == 302
    assert "/change-requests/" in answer.url
