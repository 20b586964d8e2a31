"""The BOM pages in tests: a version, its page, and the editor as somebody fills it in."""

from typing import Any

from django.urls import reverse

from masterdata.models import BomVersion, Item
from tests.web.forms import fields_of
from tests.web.scene import item


def version(number: int, code: str = "FG-ELD-200") -> BomVersion:
    return BomVersion.objects.get(item__code=code, number=number)


def page(client, found: BomVersion, **query) -> str:
    return client.get(reverse("bom", args=[found.pk]), query).content.decode()


def editor(client, found: Item | None = None, **query) -> dict[str, Any]:
    """The editor's fields for a new version."""
    return fields_of(client.get(reverse("bom-draft", args=[(found or item("FG-ELD-200")).pk]), query))


def send(client, fields: dict[str, Any], do: str, found: Item | None = None):
    return client.post(reverse("bom-draft", args=[(found or item("FG-ELD-200")).pk]), {**fields, "do": do})
