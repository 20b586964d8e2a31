"""What the audit trail costs posting: CPU with its triggers on, over CPU with them off, in turn in the same run."""

import statistics

import psycopg

from tests.benchmarks.posting import POSTINGS, ROUNDS, measure, standard_of
from tests.processes import RealDatabase

_TRIGGERS = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname ~ '^audit_' AND NOT tgisinternal"


def run(database: RealDatabase) -> dict[str, float]:
    """audit_cost_ratio: CPU milliseconds of worker and PostgreSQL per posting."""
    standard = standard_of(database)
    ratios = []
    for _ in range(ROUNDS):
        _switch(database, "ENABLE ALWAYS")
        _rate, audited = measure(database, standard, POSTINGS, 1)
        _switch(database, "DISABLE")
        try:
            _rate, bare = measure(database, standard, POSTINGS, 1)
        finally:
            _switch(database, "ENABLE ALWAYS")
        ratios.append(audited / bare)
    return {"audit_cost_ratio": statistics.median(ratios)}


def _switch(database: RealDatabase, how: str) -> None:
    with psycopg.connect(database.owner_url) as owner:
        for table, name in owner.execute(_TRIGGERS).fetchall():
            owner.execute(f"ALTER TABLE {table} {how} TRIGGER {name}")
