"""Real processes for tests: Celery workers and the web server, on a database of their own."""

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import redis
from django.core.management import CommandError, call_command

from backflush.project.launch.processes import free_port, spawn, stop
from tests import databases

ROOT = Path(__file__).resolve().parents[1]


def chromium() -> str | None:
    """CHROMIUM, or a Chromium on the PATH."""
    given = os.environ.get("CHROMIUM")
    for name in [given] if given else ["chromium", "chromium-browser", "google-chrome"]:
        found = shutil.which(name)
        if found:
            return found
    return None


class RealDatabase:
    """A database of this test alone. The broker's numbered database of this process comes with it, emptied."""

    def __init__(self, name: str):
        self.name = name
        self.url = databases.address(name)
        self.owner_url = databases.owner_address(name)
        self.redis_url = os.environ["REDIS_URL"]
        kept = {key: value for key, value in os.environ.items() if key != "DATABASE_OWNER_URL"}
        self.env = {**kept, "DATABASE_URL": self.url, "REDIS_URL": self.redis_url}

    def empty_broker(self) -> None:
        with redis.Redis.from_url(self.redis_url) as broker:
            broker.flushdb()

    def manage(self, *arguments: str, owner: bool = False) -> subprocess.CompletedProcess:
        """Run `manage.py …` on this database in a process of its own; `.returncode`, `.stdout`, `.stderr`."""
        env = {**self.env, "DATABASE_OWNER_URL": self.owner_url} if owner else self.env
        return subprocess.run(
            [sys.executable, ROOT / "manage.py", *arguments], env=env, capture_output=True, text=True, check=False
        )


def managed(*arguments: str) -> subprocess.CompletedProcess:
    """`manage.py …` in this process and on the database that it is connected to: what looks at rows needs no new Python.

    As `RealDatabase.manage`, which is for commands whose start or environment is what is tested.
    """
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err)
        code = 0
    except CommandError as error:
        err.write(str(error))
        code = error.returncode
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


class _Process:
    """A child with a log file, ended with its whole session."""

    name = "process"

    def __init__(self, command: list[str], env: dict[str, str]):
        self._log = tempfile.NamedTemporaryFile(prefix=f"backflush-{self.name}-", suffix=".log")  # noqa: SIM115
        self.child = spawn(command, env=env, cwd=ROOT, stdout=self._log, stderr=subprocess.STDOUT)

    @property
    def pid(self) -> int:
        return self.child.pid

    def log(self) -> str:
        """Everything the process has said so far."""
        return Path(self._log.name).read_text(errors="replace")

    def kill(self) -> None:
        """kill -9 for it and its children, as a power cut would."""
        os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()

    def freeze(self) -> None:
        """Stop it and its children without telling them (SIGSTOP)."""
        os.killpg(self.child.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.child.pid, signal.SIGCONT)

    def stop(self) -> None:
        if self.child.poll() is None:
            self.thaw()
        stop(self.child, signal.SIGTERM, patience=10)
        self._log.close()

    def _wait(self, ready, seconds: float = 30) -> None:
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if self.child.poll() is not None:
                raise AssertionError(f"The {self.name} ended with {self.child.returncode}:\n{self.log()}")
            if ready():
                return
            time.sleep(0.05)
        raise AssertionError(f"The {self.name} was not ready within {seconds:.0f} s:\n{self.log()}")


class WorkerProcess(_Process):
    """`celery worker` (prefork) as in production."""

    name = "worker"

    def __init__(self, database: RealDatabase, *, concurrency: int, beat: bool, env: dict[str, str]):
        self._ready_file = Path(tempfile.mkdtemp(prefix="backflush-worker-")) / "ready"
        command = [sys.executable, "-m", "celery", "-A", "backflush.project.celery_app", "worker"]
        command += ["--concurrency", str(concurrency), "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        if beat:
            command += ["--beat", "--schedule", str(self._ready_file.with_name("schedule"))]
        super().__init__(command, {**database.env, **env, "WORKER_READY_FILE": str(self._ready_file)})

    def wait_until_ready(self) -> None:
        self._wait(self._ready_file.exists)

    def stop(self) -> None:
        super().stop()
        shutil.rmtree(self._ready_file.parent, ignore_errors=True)


class BeatProcess(_Process):
    """`celery beat` in a process of its own, as in production."""

    name = "beat"

    def __init__(self, database: RealDatabase):
        self._folder = tempfile.mkdtemp(prefix="backflush-beat-")
        command = [sys.executable, "-m", "celery", "-A", "backflush.project.celery_app", "beat"]
        command += ["--schedule", f"{self._folder}/schedule", "--pidfile", ""]
        super().__init__(command, database.env)

    def stop(self) -> None:
        super().stop()
        shutil.rmtree(self._folder, ignore_errors=True)


class LivePlant(_Process):
    """gunicorn as in production, on a free loopback port."""

    name = "web server"

    def __init__(self, database: RealDatabase, *, port: int = 0, **env: str):
        self.database = database
        port = port or free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "gunicorn", "backflush.project.wsgi:application"]
        command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4", "--no-control-socket"]
        super().__init__(command, {**database.env, **env})

    def wait_until_ready(self) -> None:
        self._wait(self._answers)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False
