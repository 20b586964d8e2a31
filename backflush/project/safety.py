"""What would make serving unsafe: a database that may lose what it acknowledged, a role that could rewrite history, a missing
migration, a key that can be guessed. Each with one sentence that says what is wrong, and what to do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from backflush.project.grants import append_only_tables, read_only_tables, sql_that_mends

SHORTEST_KEY = 32
FEWEST_CHARACTERS = 8
#: settings of PostgreSQL, and the values with which what was acknowledged survives a crash of the machine
DURABLE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_write", "remote_apply"),
}
_RIGHTS_OF_NO_SERVER = {
    "rolsuper": ("is a superuser", "NOSUPERUSER"),
    "rolbypassrls": ("may bypass row security", "NOBYPASSRLS"),
    "rolcreaterole": ("may make and alter roles", "NOCREATEROLE"),
    "rolreplication": ("may read the whole cluster as a replica", "NOREPLICATION"),
}


@dataclass(frozen=True, slots=True)
class Unsafe:
    """`code` for monitors and checks, `sentence` says what is wrong, `remedy` what to do."""

    code: str
    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}"


def what_is_unsafe() -> list[Unsafe]:
    """Every reason not to serve with these settings and this database. Raises DatabaseError when it does not answer."""
    with connection.cursor() as cursor:
        found = [*unsafe_key(), *not_durable(cursor), *rights_too_many(cursor, str(connection.settings_dict["USER"]))]
    missing = unapplied_migrations()
    if missing:
        words = f"{len(missing)} migrations are missing, the first is {missing[0]}."
        found.append(Unsafe("migrations_missing", words, "Run: manage.py prepare_database"))
    return found


def unsafe_key() -> Iterator[Unsafe]:
    """A key that is short or well known signs sessions that anybody can make. Developing (DEBUG=on) needs no better one."""
    key = settings.SECRET_KEY
    if settings.DEBUG:
        return
    if (
        len(key) < SHORTEST_KEY
        or len(set(key)) < FEWEST_CHARACTERS
        or key.startswith(("insecure-", "django-insecure-"))
    ):
        yield Unsafe(
            "secret_key_weak",
            f"SECRET_KEY is a default, or shorter than {SHORTEST_KEY} random characters: sessions could be forged.",
            "Set it to what this prints: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
        )


def not_durable(cursor: Any, role: str = "") -> Iterator[Unsafe]:
    """Settings with which a crash loses what was acknowledged: of this session, or, where named, of a role's sessions."""
    for name, good in DURABLE.items():
        value = _setting_of_role(cursor, role, name) if role else _setting(cursor, name)
        if value in good:
            continue
        if name == "synchronous_commit":
            served = role or connection.settings_dict["USER"]
            remedy = f'Run: ALTER ROLE "{served}" SET {name} = on; and take it out of DATABASE_URL.'
        else:
            remedy = f"Set {name} = on in postgresql.conf and reload."
        yield Unsafe(f"{name}_off", f"PostgreSQL has {name} = {value}: a crash can lose what was acknowledged.", remedy)


def rights_too_many(cursor: Any, role: str) -> Iterator[Unsafe]:
    """Rights of the serving role through which history could be rewritten, or its laws switched off."""
    columns = ", ".join(_RIGHTS_OF_NO_SERVER)
    cursor.execute(f"SELECT {columns} FROM pg_roles WHERE rolname = %s", [role])  # noqa: S608  names of ours
    for (words, without), held in zip(_RIGHTS_OF_NO_SERVER.values(), cursor.fetchone(), strict=True):
        if held:
            remedy = f'An administrator runs: ALTER ROLE "{role}" {without};'
            yield Unsafe("role_too_strong", f"The role that serves ({role}) {words}.", remedy)
            if without == "NOSUPERUSER":  # everything else follows from it
                return
    cursor.execute(_OWNED, [role])
    owned = [row[0] for row in cursor.fetchall()]
    if owned:
        words = f"{role} owns {len(owned)} tables ({owned[0]}, …): through it history could be rewritten."
        remedy = "An administrator runs:\n" + sql_that_mends(role, str(connection.settings_dict["NAME"]))
        yield Unsafe("role_owns_tables", words, remedy)
        return
    cursor.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [role])
    if cursor.fetchone()[0]:
        remedy = f'The owner runs: REVOKE CREATE ON SCHEMA public FROM PUBLIC, "{role}";'
        yield Unsafe("role_creates", f"{role} may create tables and functions in schema public.", remedy)
    cursor.execute(_TOO_MUCH, {"role": role, "added": sorted(append_only_tables()), "read": sorted(read_only_tables())})
    too_much = cursor.fetchall()
    if too_much:
        table, right = too_much[0]
        words = f"{role} has {right} on {table}" + (f" and {len(too_much) - 1} rights more" * (len(too_much) > 1))
        remedy = "Take back what was granted by hand or to PUBLIC, then run: manage.py prepare_database"
        yield Unsafe("role_may_rewrite", f"{words}, where history is only added to.", remedy)


_OWNED = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND pg_has_role(%s, tableowner, 'MEMBER') ORDER BY 1
"""
_TOO_MUCH = """
SELECT c.relname, r.name FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('TRIGGER')) AS r (name)
WHERE c.relkind IN ('r', 'p')
    AND CASE r.name
        WHEN 'INSERT' THEN c.relname = ANY(%(read)s)
        WHEN 'UPDATE' THEN c.relname = ANY(%(read)s || %(added)s::text[])
        WHEN 'DELETE' THEN c.relname = ANY(%(read)s || %(added)s::text[])
        ELSE true
    END
    AND (has_table_privilege(%(role)s, c.oid, r.name)
        OR r.name IN ('INSERT', 'UPDATE') AND has_any_column_privilege(%(role)s, c.oid, r.name))
ORDER BY 1, 2
"""


def _setting(cursor: Any, name: str) -> str:
    cursor.execute("SELECT current_setting(%s)", [name])
    return str(cursor.fetchone()[0])


def _setting_of_role(cursor: Any, role: str, name: str) -> str:
    """What a session of the role would begin with in this database: its own setting, the database's, the server's."""
    cursor.execute(
        "SELECT split_part(one, '=', 2) FROM pg_db_role_setting s, unnest(s.setconfig) AS one"
        " WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"
        " AND s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = %s)) AND split_part(one, '=', 1) = %s"
        " ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC LIMIT 1",
        [role, name],
    )
    row = cursor.fetchone()
    return str(row[0]) if row else _setting(cursor, name)


def unapplied_migrations() -> list[str]:
    """Names of the migrations that this code has and the database lacks. Raises DatabaseError when it is away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if _all_applied():
            return []
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    missing = [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
    if not missing:
        _seen_complete.add(connection.settings_dict["NAME"])
    return missing


_seen_complete: set[str] = set()


def _all_applied() -> bool:
    """Reading the migration graph takes 50 ms, and a complete database stays complete under the same code."""
    return connection.settings_dict["NAME"] in _seen_complete
