"""Passwords and keys of an installation: made once, kept in its data folder, readable by its owner alone."""

import json
import os
import secrets
from pathlib import Path

NAMES = ("SECRET_KEY", "POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "READER_PASSWORD", "BROKER_PASSWORD")


def keys_of(folder: Path) -> dict[str, str]:
    """The keys of this data folder, made at the first call."""
    path = folder / "keys.json"
    known: dict[str, str] = {}
    if path.exists():
        known = json.loads(path.read_text())
    missing = [name for name in NAMES if name not in known]
    if missing:
        known.update({name: secrets.token_urlsafe(32) for name in missing})
        write_private(path, json.dumps(known, indent=1))
    return known


def write_private(path: Path, text: str) -> None:
    """Write at once or not at all, for the owner's eyes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    temporary.replace(path)
