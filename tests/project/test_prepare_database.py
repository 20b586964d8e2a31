"""The owner migrates; the serving role gets its rights and no others, and may not own what it serves."""

import psycopg
import pytest
from psycopg import errors, sql

from backflush.project.grants import append_only_tables, read_only_tables
from tests import databases


def rights(connection: psycopg.Connection, table: str) -> set[str]:
    row = connection.execute(
        "SELECT " + ", ".join(f"has_table_privilege(%(t)s, '{right}')" for right in RIGHTS), {"t": table}
    ).fetchone()
    return {right for right, held in zip(RIGHTS, row, strict=True) if held}


RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES")


def test_every_table_has_the_rights_of_its_kind(real_database):
    with psycopg.connect(real_database.url) as application:
        tables = {row[0] for row in application.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        assert append_only_tables() <= tables
        for table in tables:
            wanted = {"SELECT", "INSERT", "UPDATE", "DELETE"}
            if table in read_only_tables():
                wanted = {"SELECT"}
            elif table in append_only_tables():
                wanted = {"SELECT", "INSERT"}
            assert rights(application, table) == wanted, table


def test_history_tables_are_only_added_to():
    assert "masterdata_historicalperson" in append_only_tables()


def test_the_application_owns_no_table_and_makes_none(real_database):
    with psycopg.connect(real_database.url) as application:
        owned = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND pg_has_role(tableowner, 'USAGE')"
        assert application.execute(owned).fetchone() == (0,)
        with pytest.raises(errors.InsufficientPrivilege):
            application.execute("CREATE TABLE public.mine (id int)")


def test_the_application_has_its_timeouts(real_database):
    with psycopg.connect(real_database.url) as application:
        shown = {
            name: application.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()[0]
            for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "jit")
        }
    assert shown == {
        "lock_timeout": "5s",
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "5s",
        "jit": "off",
    }


def test_preparing_again_changes_nothing(real_database):
    done = real_database.manage("prepare_database", owner=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_an_owner_the_preparation_is_refused_with_the_sql_that_mends_it(real_database):
    real_database.env.pop("DATABASE_OWNER_URL", None)
    done = real_database.manage("prepare_database")
    assert done.returncode == 1
    assert "REASSIGN OWNED BY" in done.stderr


def test_a_role_that_owns_the_tables_may_not_serve(real_database):
    real_database.env["DATABASE_URL"] = real_database.owner_url
    done = real_database.manage("check", "--database", "default")
    assert done.returncode == 1
    assert "history could be rewritten" in done.stderr
    assert "REASSIGN OWNED BY" in done.stderr


def test_the_preparation_refuses_two_different_databases(real_database):
    real_database.owner_url = databases.owner_address("another")
    done = real_database.manage("prepare_database", owner=True)
    assert done.returncode == 1
    assert "names database another" in done.stderr


def test_readyz_says_which_migrations_are_missing(real_database, client):
    with psycopg.connect(real_database.owner_url, autocommit=True) as owner:
        owner.execute("DELETE FROM django_migrations WHERE app = 'axes'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert any(name.startswith("axes.") for name in answer.json()["missing"])
