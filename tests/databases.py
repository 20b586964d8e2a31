"""Databases of a test run: one migrated template, and clones of it that are thrown away.

The owner makes them; the tests connect as the application role, with its rights and no others.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from backflush.project.addresses import with_database

ROOT = Path(__file__).resolve().parents[1]
APPS = ("masterdata", "traceability", "backflush", "variance")


def template() -> str:
    """The name of the template, made by the migrations unless one of the same migrations is there."""
    name = f"backflush_template_{_fingerprint()}"
    with _owner() as connection:
        # Processes of one run, and runs on one server, wait for whoever builds it.
        connection.execute("SELECT pg_advisory_lock(7201)")
        known = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if name not in known:
            for old in known:
                if old.startswith("backflush_template_"):
                    connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
            _build(connection, name)
    return name


def clone(name: str, source: str = "") -> None:
    """A fresh copy of the template (or of `source`, which nobody may be connected to), whatever was there before."""
    source = source or template_name_of_run()
    with _owner() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source))
        )


def create_empty(name: str) -> None:
    """Without a table, whatever was there before."""
    with _owner() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))


def drop(name: str) -> None:
    with _owner() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def connected_to(name: str, *, patient: bool = False) -> Iterator[None]:
    """Django's default connection, in this and in new threads, goes to this database.

    `patient` lifts the timeouts of the role, for tests that keep one transaction open all along.
    """
    from django.db import connections

    connection = connections["default"]
    kept = dict(connection.settings_dict)
    connection.close()
    options = dict(kept["OPTIONS"])
    # what a test writes without an action is its own doing; the product's own processes have nothing to fall back on
    options["options"] = "-c backflush.actor=test"
    if patient:
        options["options"] += " -c idle_in_transaction_session_timeout=0"
    connection.settings_dict.update(NAME=name, OPTIONS=options)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(NAME=kept["NAME"], OPTIONS=kept["OPTIONS"])


def drop_leftovers() -> None:
    """Databases of runs that were killed. Only for a server that nobody else uses."""
    with _owner() as connection:
        for (name,) in connection.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'backflush\_test\_%'"):
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def address(name: str) -> str:
    """DATABASE_URL of this database, for the application role."""
    return with_database(os.environ["DATABASE_URL"], name)


def owner_address(name: str) -> str:
    return with_database(os.environ["DATABASE_OWNER_URL"], name)


def unique(purpose: str) -> str:
    """A database name that no other process of any run on this server uses."""
    return f"backflush_test_{purpose}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


_run: dict[str, str] = {}


def template_name_of_run() -> str:
    if "template" not in _run:
        _run["template"] = template()
    return _run["template"]


def _build(connection: psycopg.Connection, name: str) -> None:
    making = "backflush_making_template"
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(making)))
    connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(making)))
    env = {**os.environ, "DATABASE_URL": address(making), "DATABASE_OWNER_URL": owner_address(making)}
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "prepare_database"], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"The test database could not be prepared:\n{done.stdout}\n{done.stderr}")
    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(name)))


def _owner() -> psycopg.Connection:
    return psycopg.connect(with_database(os.environ["DATABASE_OWNER_URL"], "postgres"), autocommit=True)


def _fingerprint() -> str:
    """Changes with anything that decides what a migrated database looks like."""
    digest = hashlib.sha256()
    paths = [ROOT / "requirements" / "run.txt", ROOT / "backflush" / "project" / "grants.py"]
    for app in APPS:
        paths += sorted((ROOT / app / "migrations").rglob("*.py")) + sorted((ROOT / app / "migrations").rglob("*.sql"))
        paths += [ROOT / app / "models" / "append_only.py", *sorted((ROOT / app / "data").glob("*"))]
    for path in paths:
        if path.exists():
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
