"""PostgreSQL and broker for a test run, started before Django reads its settings.

A pytest plugin (`-p tests.servers`, see pyproject.toml). Runs that happen at the same time take a slot each under
`.data/test`; a slot keeps its cluster and its migrated template, so a second run starts in half a second. fsync stays
on.
"""

import fcntl
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from backflush.project.launch.servers import Servers, start_servers
from tests import databases

ROOT = Path(__file__).resolve().parents[1]
SLOTS = 16


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config, parser, args):
    """A wrapper, so that it runs before pytest-django loads the settings in the same hook."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        slot, lock = _take_slot()
        servers = start_servers(slot, shared_buffers="128MB")
        early_config.stash[_SERVERS] = servers
        early_config.stash[_LOCK] = lock
        os.environ.update(servers.owner_env)
        if servers.postgres is not None:
            databases.drop_leftovers()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backflush.project.settings")
    os.environ["REDIS_URL"] = _own_broker_number(os.environ["REDIS_URL"])
    os.environ["STATIC_FROM_SOURCES"] = "on"
    os.environ["LOG_JSON"] = "off"
    os.environ["DEBUG"] = "off"
    # Playwright's synchronous interface keeps an event loop in the thread that the tests run in.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    servers = config.stash.get(_SERVERS, None)
    if servers is not None:
        servers.stop()
        config.stash[_LOCK].close()


_SERVERS = pytest.StashKey[Servers]()
_LOCK = pytest.StashKey()


def _take_slot():
    base = Path(os.environ.get("TEST_DATA_DIR") or ROOT / ".data" / "test")
    for number in range(1, SLOTS + 1):
        slot = base / str(number)
        slot.mkdir(parents=True, exist_ok=True)
        lock = (slot / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return slot, lock
    raise pytest.UsageError(f"{SLOTS} test runs are going on under {base}. Wait for one to end.")


def _own_broker_number(url: str) -> str:
    """Each process of a run has its own numbered database in the broker, from 1 up."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return urlsplit(url)._replace(path=f"/{int(worker.removeprefix('gw')) + 1}").geturl()
