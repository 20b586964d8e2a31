"""What each database role may do. The owner migrates; the application serves with these rights and no others.

Each app may declare tables in `models/append_only.py`: APPEND_ONLY_TABLES (the application reads and inserts),
READ_ONLY_TABLES (it only reads; triggers of the owner write), and SERVING_FUNCTIONS that do one thing with the owner's
rights. History tables are append-only without being declared.
"""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.db import connection
from psycopg import sql

from masterdata.rules.secret_columns import SECRET_COLUMNS

APPS = ("masterdata", "traceability", "backflush", "variance")
READER = "backflush_reader"
# Credentials, and who is signed in, are nobody's reading.
HIDDEN_TABLES = frozenset({"django_session"})
HIDDEN_COLUMNS = SECRET_COLUMNS | {"token", "digest", "session_key", "session_hash"}
# A frozen process must not hold a line's stock; plans of short queries are not worth compiling.
APP_SETTINGS = {
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "5s",
    "jit": "off",
}
READER_SETTINGS = {"default_transaction_read_only": "on", "statement_timeout": "60s", "jit": "off"}


def append_only_tables() -> set[str]:
    """Tables that are only added to: the declared ones and every history table."""
    histories = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if hasattr(model, "history_id") or model.__name__.startswith("Historical")
    }
    return histories | _declared("APPEND_ONLY_TABLES")


def read_only_tables() -> set[str]:
    return {"django_migrations", "django_content_type"} | _declared("READ_ONLY_TABLES")


def apply_grants(app_role: str) -> None:
    """Give the serving and the reading role exactly their rights on every table that exists. Runs as the owner."""
    with connection.cursor() as cursor:
        roles = _known_roles(cursor)
        tables = _tables(cursor)
        for role in (app_role, READER):
            if role not in roles:
                continue
            name = sql.Identifier(role)
            _run(cursor, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}", name)
            _run(cursor, "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {}", name)
            _run(cursor, "GRANT USAGE ON SCHEMA public TO {}", name)
        app = sql.Identifier(app_role)
        _run(cursor, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", app)
        append_only, read_only = append_only_tables(), read_only_tables()
        for table in tables:
            rights = "SELECT, INSERT, UPDATE, DELETE"
            if table in read_only:
                rights = "SELECT"
            elif table in append_only:
                rights = "SELECT, INSERT"
            _run(cursor, f"GRANT {rights} ON {{}} TO {{}}", sql.Identifier(table), app)
        for function in sorted(_declared("SERVING_FUNCTIONS")):
            _run(cursor, f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
            _run(cursor, f"GRANT EXECUTE ON FUNCTION {function} TO {{}}", app)
        if READER in roles:
            for table in tables:
                _let_read(cursor, table)


def tune_roles(app_role: str) -> list[str]:
    """Set timeouts and planner settings of the roles; returns the statements that somebody else must run."""
    left = []
    with connection.cursor() as cursor:
        roles = _known_roles(cursor)
        for role, wanted in ((app_role, APP_SETTINGS), (READER, READER_SETTINGS)):
            if role not in roles:
                continue
            for setting, value in wanted.items():
                statement = sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    sql.Identifier(role), sql.Identifier(setting), sql.Literal(value)
                )
                text = statement.as_string(cursor.connection)
                if _may_alter(cursor, role):
                    cursor.execute(text)
                else:
                    left.append(text + ";")
    return left


def sql_that_mends(role: str, database: str) -> str:
    """What a database administrator runs so that `role` serves without owning anything."""
    owner = "backflush_owner"
    return "\n".join(
        [
            f"CREATE ROLE {owner} LOGIN PASSWORD '…';",
            f'ALTER DATABASE "{database}" OWNER TO {owner};',
            f'REASSIGN OWNED BY "{role}" TO {owner};',
            f'ALTER ROLE "{role}" NOSUPERUSER NOCREATEROLE;',
            "-- then set DATABASE_OWNER_URL to that role and run: manage.py prepare_database",
        ]
    )


def _declared(name: str) -> set[str]:
    declared: set[str] = set()
    for app in APPS:
        if find_spec(f"{app}.models.append_only"):
            declared |= set(getattr(import_module(f"{app}.models.append_only"), name, ()))
    return declared


def _let_read(cursor, table: str) -> None:
    if table in HIDDEN_TABLES:
        return
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " ORDER BY ordinal_position",
        [table],
    )
    columns = [row[0] for row in cursor.fetchall()]
    if SECRET_COLUMNS.isdisjoint(columns) and "token" not in table:
        _run(cursor, "GRANT SELECT ON {} TO {}", sql.Identifier(table), sql.Identifier(READER))
        return
    shown = [sql.Identifier(column) for column in columns if column not in HIDDEN_COLUMNS]
    _run(
        cursor,
        "GRANT SELECT ({}) ON {} TO {}",
        sql.SQL(", ").join(shown),
        sql.Identifier(table),
        sql.Identifier(READER),
    )


def _known_roles(cursor) -> set[str]:
    cursor.execute("SELECT rolname FROM pg_roles")
    return {row[0] for row in cursor.fetchall()}


def _may_alter(cursor, role: str) -> bool:
    cursor.execute(
        "SELECT rolsuper OR rolname = %s OR (rolcreaterole AND (%s < 160000 OR pg_has_role(%s, 'MEMBER')))"
        " FROM pg_roles WHERE rolname = current_user",
        [role, cursor.connection.info.server_version, role],
    )
    return bool(cursor.fetchone()[0])


def _tables(cursor) -> list[str]:
    cursor.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') ORDER BY 1"
    )
    return [row[0] for row in cursor.fetchall()]


def _run(cursor, template: str, *parts) -> None:
    cursor.execute(sql.SQL(template).format(*parts).as_string(cursor.connection))


def serving_role() -> str:
    """The role of DATABASE_URL."""
    return str(settings.DATABASES["default"]["USER"])
