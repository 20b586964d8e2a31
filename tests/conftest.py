"""Fixtures of every test: databases as the application role, real servers and workers, a browser.

Ordinary tests use `db` (one transaction, rolled back). `real_database` is for tests that commit, use several
connections or start processes.
"""

import os

import pytest
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

from tests import databases
from tests.processes import LivePlant, RealDatabase, WorkerProcess, chromium

hypothesis_settings.register_profile("plant", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis_settings.load_profile("plant")


#: tests that start servers, workers or a browser, or look at the clock: one process of a run does all of them
PROCESSES = (
    "tests/browser/",
    "tests/concurrency/",
    "tests/demo/",
    "tests/faults/",
    "tests/project/",
    "tests/api/test_real",
    "tests/api/test_reports",
)


class TwoProcesses(LoadScopeScheduling):
    """What starts processes goes together, all else file by file."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "processes" if file.startswith(PROCESSES) else file


def pytest_xdist_make_scheduler(config, log):
    return TwoProcesses(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What takes longest begins first."""
    items.sort(key=lambda item: not item.nodeid.startswith(PROCESSES))


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker):
    """A clone of the migrated template for this process; replaces pytest-django's own."""
    name = databases.unique("shared")
    databases.clone(name)
    with databases.connected_to(name, patient=True):
        yield
    databases.drop(name)


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes():
    """Passwords of the cast are hashed in one round; servers started by tests read them too, and renew them."""
    from django.test import override_settings

    with override_settings(
        PASSWORD_HASHERS=["tests.plant.QuickHasher", "django.contrib.auth.hashers.Argon2PasswordHasher"]
    ):
        yield


@pytest.fixture
def real_database(request, django_db_setup, django_db_blocker):
    """A fresh database where commits are real; `.env` is what a subprocess needs to work on it."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        raise pytest.UsageError("real_database and db (or django_db) exclude each other")
    name = databases.unique("real")
    databases.clone(name)
    database = RealDatabase(name)
    database.empty_broker()
    with django_db_blocker.unblock(), databases.connected_to(name):
        yield database
    databases.drop(name)


@pytest.fixture
def celery_worker_process(real_database):
    """Call it to start a real `celery worker` on `real_database`; returns when it is ready. Ended after the test."""
    workers: list[WorkerProcess] = []

    def start(*, concurrency: int = 1, beat: bool = False, **env: str) -> WorkerProcess:
        worker = WorkerProcess(real_database, concurrency=concurrency, beat=beat, env=env)
        workers.append(worker)
        worker.wait_until_ready()
        return worker

    yield start
    for worker in workers:
        worker.stop()


@pytest.fixture
def live_plant(real_database):
    """The real web server on a free port, on `real_database`; `.url` is where."""
    plant = LivePlant(real_database)
    plant.wait_until_ready()
    yield plant
    plant.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, found as CHROMIUM or on the PATH; without one: a loud skip, and in CI a failure."""
    program = chromium()
    if program is None:
        reason = "No Chromium: set CHROMIUM or install it (apt-get install chromium)."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    flags = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": program, "args": flags}
