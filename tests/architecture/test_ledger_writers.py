"""Rows of the ledger are written in two places only: the ledger action, and the drain's set-based writer."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("masterdata", "traceability", "backflush", "variance")
WRITERS = ("traceability/actions/ledger.py", "backflush/actions/record_postings.py")
MODELS = "LedgerEntry|LedgerLine|StockBalance"
TABLES = "traceability_ledgerentry|traceability_ledgerline|traceability_stockbalance"
BY_MODEL = re.compile(
    rf"\b(?:{MODELS})(?:\(|\.objects\.(?:create|bulk_create|update|get_or_create|update_or_create)\b)"
)
BY_SQL = re.compile(rf"\b(?:insert\s+into|update|delete\s+from|copy|merge\s+into)\s+\"?(?:{TABLES})\b", re.IGNORECASE)

pytestmark = pytest.mark.architecture


def writers() -> list[str]:
    found = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if "/migrations/" in name or "/models/" in name or name in WRITERS:
                continue
            text = path.read_text()
            found += [f"{name}: {match.group(0)}" for match in [*BY_MODEL.finditer(text), *BY_SQL.finditer(text)]]
    return found


def test_only_the_ledger_action_and_the_drain_write_the_ledger():
    assert not writers()


def test_the_ledger_action_writes_the_ledger():
    """Else the patterns above would look for tables that are called otherwise by now."""
    text = (ROOT / WRITERS[0]).read_text()
    assert BY_MODEL.search(text) or BY_SQL.search(text)
