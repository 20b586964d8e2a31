"""The whole product on one machine: servers, web, worker, beat, simulator, and one terminal that tells of them.

Ready means that every child lives and `/readyz` answers. Ctrl-C or SIGTERM ends them in reverse order; a kill -9 of
the supervisor ends them too, by the death signal each of them carries.
"""

import fcntl
import json
import os
import selectors
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from backflush.project.launch.credentials import print_credentials
from backflush.project.launch.environment import PYTHON, ROOT
from backflush.project.launch.keys import write_private
from backflush.project.launch.processes import LaunchError, free_port, spawn, stop
from backflush.project.launch.servers import Servers, start_servers

APPS = ("masterdata", "traceability", "backflush", "variance")
PORTS = (8000, 8019)
RESTARTS_IN_A_MINUTE = 5
READY_WITHIN = 90


class StopAsked(Exception):  # noqa: N818  it is no error
    """Somebody asked for the end."""


@dataclass
class Child:
    """One process of the product, and how to start it again."""

    name: str
    command: list[str]
    env: dict[str, str]
    death_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen | None = None
    starts: list[float] = field(default_factory=list)
    unfinished: bytes = b""


class Supervisor:
    def __init__(self, data_dir: Path):
        self.data_dir = data_dir
        self.children: list[Child] = []
        self.servers: Servers | None = None
        self.asked_to_stop = 0
        self.selector = selectors.DefaultSelector()
        self.env = dict(os.environ)
        self.url = ""

    def run(self) -> int:
        """Until stopped: 0 after a wish to stop, 1 when something could not live."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print(f"Backflush is already running at {running_at(self.data_dir) or 'an address not known yet'}.")
                return 1
            for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(asked, self._note_wish_to_stop)
            try:
                self._start()
                self._watch()
            except StopAsked:
                return 0
            finally:
                self._end()
        return 0

    def _start(self) -> None:
        started = time.monotonic()
        port = _port()
        self.url = f"http://{_shown_host()}:{port}"
        self._say("Starting PostgreSQL and the broker …")
        self.servers = start_servers(self.data_dir)
        self.env.update(self.servers.env, PYTHONUNBUFFERED="1", DJANGO_SETTINGS_MODULE="backflush.project.settings")
        self.env.setdefault("AUDIT_HEADS", str(heads_file(self.data_dir)))
        self.env.setdefault("LOG_JSON", "off")
        self.env.setdefault("LOG_LEVEL", "WARNING")
        collecting = self._spawn("static", _manage("collectstatic", "--no-input", "--verbosity", "0"))
        owner_env = {**self.env, **self.servers.owner_env}
        self._finish(self._spawn("prepare", _manage("prepare_database"), owner_env))
        self._finish(self._spawn("check", _manage("check", "--database", "default")))
        if _has_command("seed_demo_plant"):
            self._finish(self._spawn("seed", _manage("seed_demo_plant")))
        self._finish(collecting)
        ready_file = self.data_dir / "worker-is-ready"
        ready_file.unlink(missing_ok=True)
        for child in self._lasting_children(port, ready_file):
            self._begin(child)
        self._wait_until_ready(port, ready_file)
        state = {"url": self.url, "pid": os.getpid(), "env": self.servers.env}
        write_private(self.data_dir / "running.json", json.dumps(state, indent=1))
        self._say(f"Ready after {time.monotonic() - started:.0f} s.")
        self._introduce()

    def _lasting_children(self, port: int, ready_file: Path) -> list[Child]:
        """In the order in which they start; they end in the reverse one."""
        bind = f"{os.environ.get('HOST', '127.0.0.1')}:{port}"
        web = [str(PYTHON), "-m", "gunicorn", "backflush.project.wsgi:application", "--bind", bind]
        web += ["--worker-class", "gthread", "--workers", os.environ.get("WEB_PROCESSES", "2"), "--threads", "4"]
        web += ["--timeout", "60", "--graceful-timeout", "10", "--no-control-socket", "--log-level", "warning"]
        celery = [str(PYTHON), "-W", "ignore:::celery.platforms", "-m", "celery", "-A", "backflush.project.celery_app"]
        worker = [*celery, "--quiet", "worker", "--concurrency", os.environ.get("WORKER_PROCESSES", "2")]
        worker += ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
        beat = [*celery, "--quiet", "beat", "--schedule", str(self.data_dir / "beat-schedule"), "--pidfile="]
        beat += ["--loglevel", "WARNING"]
        children = [
            Child("web", web, {**self.env, "PROCESS_NAME": "backflush-web"}),
            Child(
                "worker",
                worker,
                {**self.env, "PROCESS_NAME": "backflush-worker", "WORKER_READY_FILE": str(ready_file)},
                # Any other end would wait for a broker that dies at the same moment; the sweep finds what it had in hand.
                death_signal=signal.SIGKILL,
            ),
            Child("beat", beat, {**self.env, "PROCESS_NAME": "backflush-beat"}),
        ]
        if os.environ.get("SIMULATOR", "on").lower() not in ("off", "0", "no", "false") and _has_command(
            "run_simulator"
        ):
            env = {**self.env, "PROCESS_NAME": "backflush-simulator", "PLANT_URL": f"http://127.0.0.1:{port}"}
            children.append(Child("simulator", _manage("run_simulator"), env))
        return children

    def _wait_until_ready(self, port: int, ready_file: Path) -> None:
        limit = time.monotonic() + READY_WITHIN
        while not (ready_file.exists() and _answers(f"http://127.0.0.1:{port}/readyz")):
            self._listen(0.1)
            for child in self.children:
                if child.process and child.process.poll() is not None:
                    raise LaunchError(f"{child.name} ended while it was starting; what it said is above.")
            if time.monotonic() > limit:
                raise LaunchError(f"The product was not ready within {READY_WITHIN} seconds.")

    def _watch(self) -> None:
        """Show what the children say, and start again whoever dies, but not for ever."""
        assert self.servers is not None
        while True:
            self._listen(0.5)
            for name in self.servers.revive():
                self._say(f"{name} had died and was started again.")
            for child in self.children:
                if child.process and child.process.poll() is not None:
                    recent = [moment for moment in child.starts if time.monotonic() - moment < 60]
                    if len(recent) > RESTARTS_IN_A_MINUTE:
                        raise LaunchError(f"{child.name} keeps dying; what it said is above.")
                    self._say(f"{child.name} died (exit code {child.process.returncode}); starting it again.")
                    stop(child.process)
                    self._begin(child)

    def _introduce(self) -> None:
        """The address, and who may sign in to the demo plant."""
        line = "─" * 79
        self._print(f"\n{line}\n  Backflush is ready at {self.url}\n{line}")
        if _has_command("demo_credentials"):
            known = subprocess.run(_manage("demo_credentials"), env=self.env, capture_output=True, text=True)
            if known.returncode == 0:
                print_credentials(known.stdout, self._print)
        self._print(f"  Ctrl-C stops it. The data stays in {self.data_dir}.\n")

    # Children

    def _spawn(self, name: str, command: list[str], env: dict[str, str] | None = None) -> Child:
        child = Child(name, command, env or self.env)
        self._begin(child, lasting=False)
        return child

    def _begin(self, child: Child, *, lasting: bool = True) -> None:
        child.process = spawn(
            child.command,
            env=child.env,
            death_signal=child.death_signal,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        child.starts.append(time.monotonic())
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self.selector.register(child.process.stdout, selectors.EVENT_READ, child)
        if lasting and child not in self.children:
            self.children.append(child)

    def _finish(self, child: Child) -> None:
        """Wait for a step. Raises LaunchError when it fails."""
        assert child.process is not None
        try:
            while child.process.poll() is None:
                self._listen(0.05)
        except StopAsked:
            stop(child.process)
            raise
        self._listen(0)
        if child.process.returncode:
            raise LaunchError(f"{child.name} failed; what it said is above.")

    def _listen(self, seconds: float) -> None:
        """Print whole lines of whoever speaks within this time. Raises StopAsked after a wish to stop."""
        for key, _ in self.selector.select(seconds):
            self._read(key.fileobj, key.data)
        if self.asked_to_stop:
            raise StopAsked

    def _read(self, pipe, child: Child) -> None:
        try:
            text = os.read(pipe.fileno(), 65536)
        except BlockingIOError:
            return
        if not text:
            self.selector.unregister(pipe)
            pipe.close()
            return
        *lines, child.unfinished = (child.unfinished + text).split(b"\n")
        for line in lines:
            self._print(f"{child.name:>9} | {line.decode(errors='replace')}")

    def _end(self) -> None:
        """Reverse order, each with time to finish; a second wish to stop takes the time away."""
        with suppress(FileNotFoundError):
            (self.data_dir / "running.json").unlink()
        if self.children or self.servers:
            self._say("Stopping …")
        for child in reversed(self.children):
            if child.process is not None:
                self._drain_and_stop(child)
        if self.servers is not None:
            self.servers.stop()
            self._say("Stopped.")

    def _drain_and_stop(self, child: Child) -> None:
        """Ask, keep reading so that it cannot block on a full pipe, then use force."""
        assert child.process is not None
        if child.process.poll() is None:
            child.process.send_signal(signal.SIGTERM)
        limit = time.monotonic() + 15
        while child.process.poll() is None and time.monotonic() < limit and self.asked_to_stop < 2:
            with suppress(StopAsked):
                self._listen(0.05)
        stop(child.process, signal.SIGQUIT, patience=1)

    def _note_wish_to_stop(self, *_) -> None:
        self.asked_to_stop += 1

    def _say(self, text: str) -> None:
        self._print(f"{'backflush':>9} | {text}")

    def _print(self, text: str) -> None:
        with suppress(BrokenPipeError, OSError):  # the terminal may be gone; the plant must not stop for that
            print(text, flush=True)


def running_at(data_dir: Path) -> str | None:
    """Where a plant runs on this data folder, or None."""
    state = _state(data_dir)
    return state["url"] if state else None


def heads_file(data_dir: Path) -> Path:
    """Where the heads of the audit trail go unless AUDIT_HEADS says otherwise: beside PostgreSQL's data, not in it."""
    return data_dir / "audit-heads.txt"


def environment_of_running(data_dir: Path) -> dict[str, str] | None:
    """What a command needs to work on the running plant's servers, or None."""
    state = _state(data_dir)
    return state["env"] if state else None


def _state(data_dir: Path) -> dict | None:
    try:
        with (data_dir / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        with suppress(FileNotFoundError, ValueError):
            return json.loads((data_dir / "running.json").read_text())
        return None
    except FileNotFoundError:
        return None


def _port() -> int:
    given = os.environ.get("PORT", "")
    if not given:
        return free_port(*PORTS)
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise LaunchError(f"PORT must be a number from 1 to 65535, not {given!r}.")
    try:
        return free_port(int(given), int(given))
    except LaunchError:
        raise LaunchError(f"Port {given} is taken. Set PORT to a free one, or leave it out.") from None


def _shown_host() -> str:
    host = os.environ.get("HOST", "127.0.0.1")
    return "localhost" if host in ("127.0.0.1", "0.0.0.0") else host


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _manage(*arguments: str) -> list[str]:
    return [str(PYTHON), str(ROOT / "manage.py"), *arguments]


def _has_command(name: str) -> bool:
    return any((ROOT / app / "management" / "commands" / f"{name}.py").exists() for app in APPS)
