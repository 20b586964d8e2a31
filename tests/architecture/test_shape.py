"""What no tool says: modules and functions stay small, names say something, the launch needs nothing installed."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("masterdata", "traceability", "backflush", "variance")
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "services", "service", "managers", "manager", "misc"}
MODULE_LINES, FUNCTION_LINES = 400, 60

pytestmark = pytest.mark.architecture


def modules(*folders: str) -> list[Path]:
    return [
        path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts
    ]


PRODUCT = modules(*APPS)
EVERYTHING = [*PRODUCT, *modules("tests"), ROOT / "dev.py", ROOT / "manage.py"]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_look_at():
    assert len(PRODUCT) > 40


def test_modules_stay_under_400_lines():
    long = {named(path): count for path in EVERYTHING if (count := len(path.read_text().splitlines())) > MODULE_LINES}
    assert not long


def test_functions_stay_under_60_lines():
    long = []
    for path in EVERYTHING:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long.append(f"{named(path)}:{node.lineno} {node.name} has {lines}")
    assert not long


def test_no_module_has_a_name_that_says_nothing():
    parts = {named(path) for path in EVERYTHING if EMPTY_NAMES & {*path.relative_to(ROOT).parts, path.stem}}
    assert not parts


def test_every_module_says_what_it_promises():
    silent = []
    for path in PRODUCT:
        tree = ast.parse(path.read_text())
        if tree.body and not ast.get_docstring(tree):
            silent.append(named(path))
    assert not silent


def test_rules_import_the_standard_library_and_rules_only():
    allowed = sys.stdlib_module_names | {"biip", "quicktions"}
    strange = []
    for path in modules(*(f"{app}/rules" for app in APPS)):
        for name in imported(path):
            top, _, rest = name.partition(".")
            if top not in allowed and not (top in APPS and rest.split(".")[0] == "rules"):
                strange.append(f"{named(path)} imports {name}")
    assert not strange


def test_one_module_says_what_an_exact_number_is():
    """Two classes of fractions would mix unnoticed, and the slower one would win."""
    strange = [named(path) for path in EVERYTHING if {"fractions", "quicktions"} & {*imported(path)}]
    assert sorted(strange) == ["masterdata/rules/exact.py", "tests/rules/test_exact.py"]


def test_rules_read_no_clock_and_no_chance():
    forbidden = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time"), ("timezone", "now")}
    found = []
    for path in modules(*(f"{app}/rules" for app in APPS)):
        for node in ast.walk(ast.parse(path.read_text())):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func
            if called and isinstance(called.value, ast.Name) and (called.value.id, called.attr) in forbidden:
                found.append(f"{named(path)}:{node.lineno}")
        found += [f"{named(path)} imports {name}" for name in imported(path) if name in ("random", "secrets")]
    assert not found


def test_the_launch_needs_only_the_standard_library_before_the_environment_is_made():
    early = [ROOT / "dev.py", ROOT / "backflush/__init__.py", ROOT / "backflush/project/__init__.py"]
    early += [ROOT / "backflush/project/addresses.py", *modules("backflush/project/launch")]
    strange = []
    for path in early:
        for node in ast.parse(path.read_text()).body:
            for name in names_of(node):
                ours = name.startswith("backflush.project.launch") or name == "backflush.project.addresses"
                if name.partition(".")[0] not in sys.stdlib_module_names and not ours:
                    strange.append(f"{named(path)} imports {name}")
    assert not strange
    assert not (ROOT / "backflush/project/__init__.py").read_text().strip()


def test_nothing_is_written_outside_of_actions():
    """web, api, admin, queries and rules neither save nor delete nor update rows."""
    writes = {"save", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
    found = []
    for path in PRODUCT:
        parts = path.relative_to(ROOT).parts
        layer = Path(parts[1]).stem
        if layer not in {"web", "api", "admin", "queries", "rules", "tasks"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in writes:
                found.append(f"{named(path)}:{node.lineno} {node.func.attr}")
    assert not found


def imported(path: Path) -> list[str]:
    return [name for node in ast.walk(ast.parse(path.read_text())) for name in names_of(node)]


def names_of(node: ast.AST) -> list[str]:
    """The modules that an import statement names; a relative import counts as one of our own."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []
