"""Who may sign in to the demo plant, as a table for the terminal."""

import json
from collections.abc import Callable, Iterable


def print_credentials(text: str, show: Callable[[str], None]) -> None:
    """`text` is the JSON of `manage.py demo_credentials`; anything else is shown as it is."""
    try:
        known = json.loads(text)
        people, devices = known["people"], known["devices"]
    except (ValueError, KeyError, TypeError):
        show(text)
        return
    columns: tuple[str, ...] = ("name", "role", "user", "password", "badge", "pin")
    show("  People (user and password at a desk, badge and PIN at a tablet):\n")
    for line in _table(columns, [[_words(person.get(column, "")) for column in columns] for person in people]):
        show("    " + line)
    show("\n  Devices (Authorization: Device <token>):\n")
    columns = ("code", "token", "operations")
    for line in _table(columns, [[_words(device.get(column, "")) for column in columns] for device in devices]):
        show("    " + line)
    show("")


def _words(value: object) -> str:
    """A list as words with commas; of an operation, its order (or else its item) and number."""
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    if isinstance(value, dict):
        return f"{value.get('order') or value.get('item') or ''} {value.get('operation', '')}".strip()
    return str(value)


def _table(header: Iterable[str], rows: list[list[str]]) -> list[str]:
    lines = [list(header), *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
