"""What a browser would send: the fields of a form as the page shows them, changed by the test."""

from html.parser import HTMLParser
from typing import Any

from tests import plant


class _Fields(HTMLParser):
    """Fields of the forms of a page, by the form's action (empty: the page itself)."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self._select = ""
        self._first = True
        self._area = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append((given.get("action") or "", {}))
        if not self.forms:
            return
        fields = self.forms[-1][1]
        name = given.get("name")
        if tag == "input" and name and given.get("type") not in ("checkbox", "radio", "submit"):
            fields.setdefault(name, []).append(given.get("value") or "")
        elif tag == "input" and name and "checked" in given:
            fields.setdefault(name, []).append(given.get("value") or "on")
        elif tag == "select" and name:
            self._select, self._first = name, True
        elif tag == "option" and self._select and ("selected" in given or self._first):
            fields[self._select] = [given.get("value") or ""]
            self._first = False
        elif tag == "textarea" and name:
            self._area = name
            fields.setdefault(name, [""])

    def handle_data(self, data: str) -> None:
        if self._area and self.forms:
            self.forms[-1][1][self._area] = [data.lstrip("\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


def fields_of(answer: Any, action: str = "", holds: str = "") -> dict[str, Any]:
    """The fields of the page's form with this action (and with a field `holds`), as they would be sent."""
    reader = _Fields()
    reader.feed(answer.content.decode())
    for address, fields in reader.forms:
        if address.split("#")[0] == action and (not holds or holds in fields) and "csrfmiddlewaretoken" in fields:
            return {name: values if len(values) > 1 else values[0] for name, values in fields.items()}
    raise AssertionError(f"no form for {action or 'the page itself'}: {[address for address, _ in reader.forms]}")


def signed(fields: dict[str, Any], username: str, *, password: str = plant.PASSWORD) -> dict[str, Any]:
    """The form, signed by somebody of the cast."""
    return {**fields, "signer": username, "password": password}
