"""Nothing serves where it would be unsafe: real processes, on a server of this file's own whose superuser we are."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from backflush.project.launch.postgres import APP, OWNER, READER, Postgres, start_postgres
from tests.processes import ROOT, BeatProcess, LivePlant, WorkerProcess

MANAGE = [sys.executable, str(ROOT / "manage.py")]


class Plant:
    """A prepared database on a server of its own, and what its processes need to know."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
        self.env = {**kept, "DATABASE_URL": server.url(APP)}

    def as_superuser(self, *statements: str) -> None:
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def manage(self, *arguments: str, **env: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*MANAGE, *arguments], env={**self.env, **env}, capture_output=True, text=True, check=False
        )

    def prepare(self) -> subprocess.CompletedProcess:
        return self.manage("prepare_database", DATABASE_OWNER_URL=self.server.url(OWNER))

    def wait_for_setting(self, name: str, value: str) -> None:
        """The server reads its settings again soon, not at once."""
        limit = time.monotonic() + 10
        while True:
            with psycopg.connect(self.server.url(APP)) as connection:
                if connection.execute(f"SHOW {name}").fetchone() == (value,):
                    return
            assert time.monotonic() < limit, name
            time.sleep(0.05)


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("unsafe")
    for one in (folder, *folder.parents[:2]):
        one.chmod(0o755)
    server = start_postgres(folder, shared_buffers="32MB")
    try:
        made = Plant(server)
        done = made.prepare()
        assert done.returncode == 0, done.stderr
        yield made
    finally:
        server.stop()


@contextmanager
def wrong(plant: Plant, do: str, undo: str) -> Iterator[None]:
    """Something is wrong for a while."""
    plant.as_superuser(do)
    if do.startswith("ALTER SYSTEM"):
        plant.as_superuser("SELECT pg_reload_conf()")
        plant.wait_for_setting(do.split()[3], "off")
    try:
        yield
    finally:
        plant.as_superuser(undo)
        if do.startswith("ALTER SYSTEM"):
            plant.as_superuser("SELECT pg_reload_conf()")
            plant.wait_for_setting(do.split()[3], "on")


#: what is done by the superuser, what undoes it, and what the refusal says: what is wrong, and what to do
WRONGS = {
    "fsync": (
        "ALTER SYSTEM SET fsync = off",
        "ALTER SYSTEM RESET fsync",
        "PostgreSQL has fsync = off: a crash can lose what was acknowledged. Set fsync = on in postgresql.conf",
    ),
    "full-page-writes": (
        "ALTER SYSTEM SET full_page_writes = off",
        "ALTER SYSTEM RESET full_page_writes",
        "full_page_writes = off: a crash can lose",
    ),
    "synchronous-commit": (
        f"ALTER ROLE {APP} SET synchronous_commit = off",
        f"ALTER ROLE {APP} RESET synchronous_commit",
        f'synchronous_commit = off: a crash can lose what was acknowledged. Run: ALTER ROLE "{APP}" SET',
    ),
    "synchronous-commit-local": (
        f"ALTER ROLE {APP} IN DATABASE backflush SET synchronous_commit = local",
        f"ALTER ROLE {APP} IN DATABASE backflush RESET synchronous_commit",
        "synchronous_commit = local: a crash can lose",
    ),
    "superuser": (
        f"ALTER ROLE {APP} SUPERUSER",
        f"ALTER ROLE {APP} NOSUPERUSER",
        f'({APP}) is a superuser. An administrator runs: ALTER ROLE "{APP}" NOSUPERUSER;',
    ),
    "row-security": (f"ALTER ROLE {APP} BYPASSRLS", f"ALTER ROLE {APP} NOBYPASSRLS", "may bypass row security"),
    "one-table-owned": (
        f"ALTER TABLE axes_accesslog OWNER TO {APP}",
        f"ALTER TABLE axes_accesslog OWNER TO {OWNER}",
        f"{APP} owns 1 tables (axes_accesslog, …): through it history could be rewritten. An administrator runs:",
    ),
    "schema": (
        f"GRANT CREATE ON SCHEMA public TO {APP}",
        f"REVOKE CREATE ON SCHEMA public FROM {APP}",
        f"{APP} may create tables and functions in schema public. The owner runs: REVOKE CREATE",
    ),
    "update": (
        f"GRANT UPDATE ON backflush_posting TO {APP}",
        f"REVOKE UPDATE ON backflush_posting FROM {APP}",
        f"{APP} has UPDATE on backflush_posting, where history is only added to.",
    ),
    "update-of-a-column": (
        f"GRANT UPDATE (body) ON backflush_reportbody TO {APP}",
        f"REVOKE UPDATE (body) ON backflush_reportbody FROM {APP}",
        f"{APP} has UPDATE on backflush_reportbody",
    ),
    "delete-by-everybody": (
        "GRANT DELETE ON traceability_ledgerline TO PUBLIC",
        "REVOKE DELETE ON traceability_ledgerline FROM PUBLIC",
        "has DELETE on traceability_ledgerline, where history is only added to. Take back what was granted by hand",
    ),
    "delete-of-nonces": (
        f"GRANT DELETE ON masterdata_devicenonce TO {APP}",
        f"REVOKE DELETE ON masterdata_devicenonce FROM {APP}",
        "has DELETE on masterdata_devicenonce",
    ),
    "truncate": (
        f"GRANT TRUNCATE ON masterdata_item TO {APP}",
        f"REVOKE TRUNCATE ON masterdata_item FROM {APP}",
        "has TRUNCATE on masterdata_item",
    ),
    "migrations": (
        "UPDATE django_migrations SET app = 'axes_not' WHERE app = 'axes'",
        "UPDATE django_migrations SET app = 'axes' WHERE app = 'axes_not'",
        "migrations are missing, the first is axes.0001_initial. Run: manage.py prepare_database",
    ),
}
#: what the preparation cannot mend by itself, and refuses
LEFT = ("fsync", "full-page-writes", "synchronous-commit", "synchronous-commit-local", "superuser", "row-security")


def test_a_prepared_database_is_safe_for_every_process(plant):
    done = plant.manage("check", "--database", "default")
    assert done.returncode == 0, done.stderr
    web = LivePlant(plant)
    try:
        web.wait_until_ready()
    finally:
        web.stop()


@pytest.mark.parametrize("name", WRONGS)
def test_the_web_server_refuses_to_start(plant, name):
    do, undo, says = WRONGS[name]
    with wrong(plant, do, undo):
        refused(LivePlant(plant), says)


@pytest.mark.parametrize("name", ["fsync", "update", "migrations"])
def test_the_check_before_the_start_says_the_same(plant, name):
    do, undo, says = WRONGS[name]
    with wrong(plant, do, undo):
        done = plant.manage("check", "--database", "default")
    assert done.returncode == 1
    assert says.split(": ")[0].split(". ")[0] in done.stderr


@pytest.mark.parametrize("name", LEFT)
def test_the_preparation_refuses_what_it_cannot_mend(plant, name):
    do, undo, says = WRONGS[name]
    with wrong(plant, do, undo):
        done = plant.prepare()
    assert done.returncode == 1
    assert says in done.stderr


def test_the_preparation_mends_what_was_granted_by_hand(plant):
    with wrong(plant, f"GRANT UPDATE, TRUNCATE ON backflush_posting TO {APP}", "SELECT 1"):
        assert plant.prepare().returncode == 0
        assert plant.manage("check", "--database", "default").returncode == 0


@pytest.mark.parametrize("name", ["synchronous-commit", "delete-by-everybody"])
def test_worker_and_beat_refuse_to_start(plant, name):
    do, undo, says = WRONGS[name]
    with wrong(plant, do, undo):
        refused(WorkerProcess(plant, concurrency=1, beat=False, env={}), says)
        refused(BeatProcess(plant), says)


def test_an_address_that_switches_durability_off_is_refused(plant):
    address = plant.env["DATABASE_URL"] + "?options=-c%20synchronous_commit%3Doff"
    done = plant.manage("check", "--database", "default", DATABASE_URL=address)
    assert done.returncode == 1
    assert "take it out of DATABASE_URL" in done.stderr


@pytest.mark.parametrize("key", ["changeme", "k" * 50, "insecure-for-development-only-0123456789"])
def test_a_key_that_can_be_guessed_is_refused(plant, key):
    refused(LivePlant(plant, SECRET_KEY=key), "SECRET_KEY is a default, or shorter than 32 random characters")


def test_developing_needs_no_good_key(plant):
    assert plant.manage("check", "--database", "default", SECRET_KEY="short", DEBUG="on").returncode == 0


def test_a_database_that_does_not_answer_is_waited_for_then_told(plant):
    script = "from backflush.project import starting; starting.PATIENCE_SECONDS = 0.5; import backflush.project.wsgi"
    address = "postgresql://backflush_app@127.0.0.1:1/backflush"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**plant.env, "DATABASE_URL": address},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "The database does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_goes_wrong_while_it_serves_stands_in_readyz(plant):
    web = LivePlant(plant)
    try:
        web.wait_until_ready()
        do, undo, _ = WRONGS["update"]
        with wrong(plant, do, undo), pytest.raises(urllib.error.HTTPError) as unready:
            urllib.request.urlopen(f"{web.url}/readyz")
        assert unready.value.code == 503
        answer = unready.value.read().decode()
        assert f"{APP} has UPDATE on backflush_posting" in answer
        assert "manage.py prepare_database" in answer
        with urllib.request.urlopen(f"{web.url}/readyz") as answer:
            assert answer.status == 200
    finally:
        web.stop()


def test_the_reader_reads_and_writes_nothing(plant):
    with psycopg.connect(plant.server.url(READER), autocommit=True) as reader:
        tables = [row[0] for row in reader.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        for table in tables:
            for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"):
                held = reader.execute("SELECT has_table_privilege(%s, %s)", [table, right]).fetchone()
                assert held == (False,), (table, right)
        assert reader.execute("SELECT count(*) FROM traceability_ledgerline").fetchone() == (0,)
        assert reader.execute("SELECT code, signs FROM masterdata_device").fetchall() == []
        with pytest.raises(errors.ReadOnlySqlTransaction):
            reader.execute("CREATE TEMPORARY TABLE mine (id int)")
        reader.execute("SET default_transaction_read_only = off")
        for statement in (
            "INSERT INTO django_session VALUES ('k', 'd', now())",
            "UPDATE masterdata_item SET name = 'x'",
            "DELETE FROM backflush_posting",
            "TRUNCATE masterdata_item CASCADE",
            "CREATE TABLE public.mine (id int)",
            "CREATE TEMPORARY TABLE mine (id int)",
            "SELECT nextval('masterdata_item_id_seq')",
            "SELECT setval('masterdata_item_id_seq', 1)",
            "SELECT masterdata_forget_old_nonces()",
            "SELECT token_digest FROM masterdata_device",
            "SELECT signing_salt FROM masterdata_device",
            "SELECT secret_salt FROM backflush_webhookendpoint",
            "SELECT secret_digest FROM backflush_webhookendpoint",
            "SELECT password FROM masterdata_person",
            "SELECT * FROM django_session",
            f"SET ROLE {APP}",
            f"SET ROLE {OWNER}",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                reader.execute(statement)


def refused(process, says: str) -> None:
    """The process ends by itself, not with success, and tells it in words."""
    try:
        code = process.child.wait(60)
        log = process.log()
    finally:
        process.stop()
    assert code != 0
    assert "Backflush does not start, since it would be unsafe:" in log
    assert says in log, log
    assert "Traceback" not in log, log
