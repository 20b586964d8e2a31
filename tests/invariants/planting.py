"""Wrongs planted as the owner of the tables, with the laws switched off, in a transaction that is rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from backflush.queries.invariants import all_invariants


@contextmanager
def without_laws(address: str, tables: str) -> Iterator[psycopg.Connection]:
    """The owner's connection. `tables`: a pattern of the tables whose triggers, checks and foreign keys are off."""
    with psycopg.connect(address) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'"
            " AND relkind = 'r' AND relname ~ %s",
            [f"^({tables})$"],
        ).fetchall()
        assert found, f"no table is called {tables}"
        for (table,) in found:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            checks = connection.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'f')", [table]
            ).fetchall()
            for (check,) in checks:
                connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check}")
        yield connection
        connection.rollback()


def faults(connection: psycopg.Connection, number: str) -> list[str]:
    """What the invariants of a number find, as text."""
    return [
        " ".join(str(value) for value in row)
        for one in all_invariants()
        if one.name.startswith(number)
        for row in connection.execute(one.sql).fetchall()
    ]
