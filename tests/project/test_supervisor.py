"""One command starts the whole product; however it ends, nothing is left running and the data stays."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from backflush.project.launch.environment import VENV

ROOT = Path(__file__).resolve().parents[2]
GIVEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_READER_URL", "REDIS_URL", "SECRET_KEY", "STATIC_FROM_SOURCES")


class Plant:
    """`dev.py run` on a data folder of its own, whose path has a space in it."""

    def __init__(self, folder: Path):
        self.data = folder / "a plant"
        kept = {
            name: value for name, value in os.environ.items() if name not in GIVEN and not name.startswith("PYTEST")
        }
        self.env = {
            **kept,
            "DATA_DIR": str(self.data),
            "SIMULATOR": "off",
            "WEB_PROCESSES": "1",
            "WORKER_PROCESSES": "1",
            "BACKFLUSH_IN_ENVIRONMENT": str(VENV),
        }
        self.log = folder / "log"

    def start(self) -> subprocess.Popen:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, ROOT / "dev.py", "run"], env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def start_and_wait(self, seconds: float = 120) -> subprocess.Popen:
        process = self.start()
        limit = time.monotonic() + seconds
        while not (self.data / "running.json").exists():
            assert process.poll() is None, self.log.read_text()
            assert time.monotonic() < limit, self.log.read_text()
            time.sleep(0.1)
        return process

    @property
    def url(self) -> str:
        return json.loads((self.data / "running.json").read_text())["url"]

    def living(self) -> dict[int, str]:
        """Every process that was started for this data folder and still lives, with its command."""
        mark = f"\0DATA_DIR={self.data}\0".encode()
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                # The broker writes its title over its environment, but it works in the folder.
                ours = mark in b"\0" + (process / "environ").read_bytes() or (process / "cwd").readlink() == self.data
                command = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if ours and command:
                found[int(process.name)] = command.replace(b"\0", b" ").decode()
        return found

    def wait_until_nothing_lives(self, seconds: float = 20) -> None:
        limit = time.monotonic() + seconds
        while self.living():
            assert time.monotonic() < limit, self.living()
            time.sleep(0.1)


@pytest.fixture
def plant(tmp_path):
    made = Plant(tmp_path)
    tmp_path.chmod(0o755)
    yield made
    for process in made.living():
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def test_the_product_starts_once_ends_cleanly_keeps_its_data_and_leaves_nothing_when_killed(plant):
    process = plant.start_and_wait()
    with urllib.request.urlopen(f"{plant.url}/readyz") as answer:
        assert answer.status == 200
    names = " ".join(plant.living().values())
    assert all(name in names for name in ("postgres", "valkey", "gunicorn", "worker", "beat")), names

    second = subprocess.run([sys.executable, ROOT / "dev.py", "run"], env=plant.env, capture_output=True, text=True)
    assert second.returncode == 1
    assert f"already running at {plant.url}" in second.stdout

    verify = [sys.executable, ROOT / "dev.py", "manage", "verify_audit"]
    verified = subprocess.run(verify, env=plant.env, capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "heads compared" in verified.stdout

    keys = (plant.data / "keys.json").read_text()
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0, plant.log.read_text()
    assert plant.living() == {}
    assert not (plant.data / "running.json").exists()

    cluster = (plant.data / "postgres" / "PG_VERSION").stat()
    process = plant.start_and_wait()
    assert (plant.data / "keys.json").read_text() == keys
    assert (plant.data / "postgres" / "PG_VERSION").stat().st_ino == cluster.st_ino

    process.kill()
    process.wait()
    plant.wait_until_nothing_lives()


def test_a_stop_during_the_start_is_a_clean_stop(plant):
    process = plant.start()
    while not (plant.data / "keys.json").exists():
        time.sleep(0.02)
    time.sleep(1.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0, plant.log.read_text()
    plant.wait_until_nothing_lives()


def test_a_taken_port_is_one_clear_sentence(plant):
    plant.env["PORT"] = "port"
    done = subprocess.run([sys.executable, ROOT / "dev.py", "run"], env=plant.env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "PORT must be a number" in done.stderr
    assert "Traceback" not in done.stderr
