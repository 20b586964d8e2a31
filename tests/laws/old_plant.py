"""A plant as an earlier version left it: its tables at the migrations of then, with its rows in them.

The rows are made by the product's own actions and carried over table by table, as far as tables and columns were there then;
what the audit trail said of a row names no column that was not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from backflush.project.addresses import database_settings
from tests import databases

#: the last migrations before there were change requests
BEFORE_CHANGE_REQUESTS = {
    "masterdata": "0006_audit",
    "traceability": "0008_audit",
    "backflush": "0008_audit",
    "variance": "0002_frozen_laws",
}
#: (sequence, table, column) of every number that PostgreSQL gives
_NUMBERED = """
SELECT s.relname, t.relname, a.attname FROM pg_class s
JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE s.relkind = 'S'
"""
_NOT_CARRIED = ("django_migrations", "django_content_type", "auth_permission", "masterdata_auditblock")


def made(name: str, source: str) -> None:
    """A database of then under this name, with what `source` holds."""
    databases.create_empty(name)
    with as_owner(name):
        executor = MigrationExecutor(connection)
        others = [leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] not in BEFORE_CHANGE_REQUESTS]
        executor.migrate([*others, *BEFORE_CHANGE_REQUESTS.items()])
    with psycopg.connect(databases.owner_address(source)) as old, psycopg.connect(databases.owner_address(name)) as new:
        carry_over(old, new)


@contextmanager
def as_owner(name: str) -> Iterator[None]:
    """Django's default connection goes to this database as its owner."""
    with databases.connected_to(name):
        settings = connection.settings_dict
        kept = {key: settings[key] for key in ("USER", "PASSWORD")}
        owner = database_settings(databases.owner_address(name))
        settings.update({key: owner[key] for key in kept})
        try:
            yield
        finally:
            connection.close()
            settings.update(kept)


def carry_over(old: psycopg.Connection, new: psycopg.Connection) -> None:
    """Every row of the tables that both have, with the columns that both have; then numbering goes on after them."""
    here = columns_of(new)
    there = columns_of(old)
    tables = [table for table in here if table in there and table not in _NOT_CARRIED]
    laws = new.execute(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
    ).fetchall()
    for table in tables:
        new.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
    new.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
    for table in tables:
        columns = [name for name in here[table] if name in there[table]]
        _copy(old, new, table, columns)
    for sequence, table, column in new.execute(_NUMBERED).fetchall():
        most = sql.SQL("SELECT setval({}, greatest(1, (SELECT max({}) FROM {})))")
        new.execute(most.format(sql.Literal(sequence), sql.Identifier(column), sql.Identifier(table)))
    new.execute("SELECT setval('masterdata_revision_number', (SELECT max(number) FROM masterdata_masterdatarevision))")
    _forget_in_the_trail(new, here)
    new.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table, law in laws:
        new.execute(sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(sql.SQL(table), sql.Identifier(law)))


def columns_of(database: psycopg.Connection) -> dict[str, list[str]]:
    rows: list[Any] = database.execute(
        "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return dict(rows)


def _copy(old: psycopg.Connection, new: psycopg.Connection, table: str, columns: list[str]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    read = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), names)
    write = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with old.cursor().copy(read) as source, new.cursor().copy(write) as target:
        for data in source:
            target.write(data)


def _forget_in_the_trail(new: psycopg.Connection, here: dict[str, list[str]]) -> None:
    """Nothing was written of tables and columns that came later."""
    new.execute("DELETE FROM masterdata_auditevent WHERE NOT tbl = ANY (%s)", [list(here)])
    for table, columns in here.items():
        new.execute(
            "UPDATE masterdata_auditevent SET"
            " old = (SELECT jsonb_object_agg(key, value) FROM jsonb_each(old) WHERE key = ANY (%(columns)s)),"
            " new = (SELECT jsonb_object_agg(key, value) FROM jsonb_each(new) WHERE key = ANY (%(columns)s))"
            " WHERE tbl = %(table)s",
            {"columns": columns, "table": table},
        )
