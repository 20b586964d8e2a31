"""Whatever the product signs it can also tell of in words, and compare with its record: every kind of signature is registered."""

import ast
import importlib
from pathlib import Path

import pytest

from masterdata.queries.signable import signed_kinds
from masterdata.queries.signing import VERSION_KINDS

ROOT = Path(__file__).resolve().parents[2]
APPS = ("masterdata", "traceability", "backflush", "variance")

pytestmark = pytest.mark.architecture


def signed_in(path: Path) -> set[str]:
    """The kinds that a module gives signatures for: what it calls `sign` with."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sign":
            [kind] = [one.value for one in node.keywords if one.arg == "subject_kind"]
            found |= kinds_of(kind, path)
    return found


def kinds_of(value: ast.expr, path: Path) -> set[str]:
    """A text, a constant of the module, or that of a governed version. Of anything else nobody could say what is signed."""
    if isinstance(value, ast.Constant):
        return {str(value.value)}
    if isinstance(value, ast.Name):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        return {str(getattr(module, value.id))}
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "subject_of":
        return set(VERSION_KINDS.values())
    raise AssertionError(f"{path.relative_to(ROOT)}:{value.lineno}: say which kind is signed by a text or a constant.")


def every_kind() -> dict[str, str]:
    """By kind: a module that signs it."""
    found: dict[str, str] = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "/migrations/" not in str(path) and "sign(" in path.read_text(encoding="utf-8"):
                found |= dict.fromkeys(signed_in(path), str(path.relative_to(ROOT)))
    return found


def test_every_kind_of_signature_is_registered():
    registered = {kind for kind, _ in signed_kinds()}
    unknown = {kind: path for kind, path in every_kind().items() if kind not in registered}
    assert not unknown, "call say_what_is_signed for these kinds"


def test_the_search_finds_the_kinds_that_there_are():
    """Else the test above would look for calls that are written otherwise by now."""
    assert every_kind().keys() >= {
        "change_request",
        "review",
        "bom_audit",
        "reversal",
        "report",
        "order_close",
        "true_up",
    }
    assert len(every_kind()) >= 13


def test_a_kind_that_cannot_be_read_is_not_passed_over():
    value = ast.parse("sign(subject_kind=f'{a}')").body[0].value.keywords[0].value  # type: ignore[attr-defined]
    with pytest.raises(AssertionError, match="by a text or a constant"):
        kinds_of(value, ROOT / "masterdata" / "apps.py")
