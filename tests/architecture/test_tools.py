"""What tools can say about the code: imports, style, types, migrations, templates."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
APPS = ("masterdata", "traceability", "backflush", "variance")

pytestmark = pytest.mark.architecture


def complaints(*command: object, **env: str) -> str:
    """What the tool printed when it found something, or nothing."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", **env},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_imports_keep_to_the_layers():
    found = complaints(BIN / "lint-imports", "--config", ROOT / "pyproject.toml")
    if found:
        pytest.fail(found, pytrace=False)


def test_ruff_finds_nothing():
    found = complaints(BIN / "ruff", "check", "--quiet", "--output-format", "concise", ".")
    if found:
        pytest.fail(found, pytrace=False)


def test_the_code_is_formatted():
    found = complaints(BIN / "ruff", "format", "--check", "--quiet", "--output-format", "concise", ".")
    if found:
        pytest.fail(found, pytrace=False)


def test_rules_are_strictly_typed():
    folders = [f"{app}/rules" for app in APPS]
    found = complaints(BIN / "mypy", "--strict", *folders)
    if found:
        pytest.fail(found, pytrace=False)


def test_every_model_has_its_migration():
    found = complaints(sys.executable, "manage.py", "makemigrations", "--check", "--dry-run")
    if found:
        pytest.fail(found, pytrace=False)


def test_django_has_no_objection():
    found = complaints(sys.executable, "manage.py", "check", "--fail-level", "WARNING")
    if found:
        pytest.fail(found, pytrace=False)


def test_templates_are_written_in_one_way():
    templates = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html"))
    assert templates
    found = complaints(BIN / "djade", "--check", "--target-version", "5.2", *templates)
    if found:
        pytest.fail(found, pytrace=False)


def test_the_api_schema_has_no_errors():
    found = complaints(sys.executable, "manage.py", "spectacular", "--validate", "--file", os.devnull)
    if found:
        pytest.fail(found, pytrace=False)


def test_types_hold_everywhere_else_too():
    found = complaints(BIN / "mypy")
    if found:
        pytest.fail(found, pytrace=False)
