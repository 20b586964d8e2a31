"""`dev.py run|test|bench|soak|manage|clean`: make the environment, move into it, do the work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from backflush.project.launch.environment import PYTHON, ROOT, TOOLS, VENV, ensure_environment
from backflush.project.launch.processes import LaunchError

USAGE = """usage: python3 dev.py COMMAND [ARGUMENTS]

  run             start the whole product with a living demo plant
  test [ARGS]     run the tests; ARGS go to pytest
  bench [ARGS]    run the benchmarks
  soak [MINUTES]  kill everything again and again while devices report
  manage ARGS     run manage.py on the plant's servers, starting them if they are not running
  clean           remove everything that the commands have made
"""


def main(arguments: list[str]) -> int:
    """Exit code of the command. Errors are one sentence, never a traceback."""
    commands = {"run": run, "test": test, "bench": bench, "soak": soak, "manage": manage, "clean": clean}
    if not arguments or arguments[0] not in commands:
        print(USAGE, end="", file=sys.stderr)
        return 2
    os.chdir(ROOT)
    try:
        return commands[arguments[0]](arguments[1:])
    except LaunchError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def data_dir() -> Path:
    return Path(os.environ.get("DATA_DIR") or ROOT / ".data").absolute()


def run(arguments: list[str]) -> int:
    _move_into_environment("run", ["run", *arguments])
    from backflush.project.launch.supervisor import Supervisor

    return Supervisor(data_dir()).run()


def test(arguments: list[str]) -> int:
    _move_into_environment("test", ["test", *arguments])
    _find_chromium()
    # Everything runs in two processes: the tests that start servers and browsers in one, the others beside them.
    return _pytest(arguments or ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"])


def soak(arguments: list[str]) -> int:
    """`soak 10`: in rounds for ten minutes. Other words go to pytest."""
    _move_into_environment("test", ["soak", *arguments])
    _find_chromium()
    if arguments and arguments[0].replace(".", "", 1).isdigit():
        os.environ["SOAK_MINUTES"] = arguments.pop(0)
    return _pytest(["-m", "soak", "-s", *arguments])


def bench(arguments: list[str]) -> int:
    """Benchmarks have servers of their own, with the durability of production."""
    _move_into_environment("test", ["bench", *arguments])
    from backflush.project.launch.servers import start_servers

    servers = start_servers(data_dir() / "bench", shared_buffers="512MB")
    try:
        env = {**os.environ, **servers.owner_env, "DJANGO_SETTINGS_MODULE": "backflush.project.settings"}
        prepared = subprocess.run([PYTHON, "manage.py", "prepare_database"], env=env, check=False)
        if prepared.returncode:
            return prepared.returncode
        return subprocess.run([PYTHON, "-m", "tests.benchmarks", *arguments], env=env, check=False).returncode
    finally:
        servers.stop()


def manage(arguments: list[str]) -> int:
    _move_into_environment("run", ["manage", *arguments])
    from backflush.project.launch.servers import start_servers
    from backflush.project.launch.supervisor import environment_of_running, heads_file

    os.environ.setdefault("AUDIT_HEADS", str(heads_file(data_dir())))
    running = environment_of_running(data_dir())
    if running is not None:
        env = {**os.environ, **running}
        return subprocess.run([PYTHON, "manage.py", *arguments], env=env, check=False).returncode
    servers = start_servers(data_dir())
    try:
        known = servers.owner_env if arguments[:1] == ["prepare_database"] else servers.env
        env = {**os.environ, **known}
        return subprocess.run([PYTHON, "manage.py", *arguments], env=env, check=False).returncode
    finally:
        servers.stop()


def clean(arguments: list[str]) -> int:
    """Remove the environment, the data and every cache. Refused while a plant runs on the data."""
    from backflush.project.launch.supervisor import running_at

    address = running_at(data_dir())
    if address:
        raise LaunchError(f"The plant is running at {address}. Stop it first.")
    names = [".pytest_cache", ".ruff_cache", ".mypy_cache", ".import_linter_cache", ".hypothesis", ".schemathesis"]
    for folder in [data_dir(), TOOLS, *(ROOT / name for name in names), VENV]:
        if folder.exists():
            print(f"Removing {folder}")
            shutil.rmtree(folder)
    return 0


def _move_into_environment(level: str, arguments: list[str]) -> None:
    """Go on in `.venv`, in this same process; returns when it is there already."""
    if os.environ.pop("BACKFLUSH_IN_ENVIRONMENT", "") == str(VENV):
        return
    python = ensure_environment(level)
    os.environ["BACKFLUSH_IN_ENVIRONMENT"] = str(VENV)
    sys.stdout.flush()
    os.execv(python, [str(python), str(ROOT / "dev.py"), *arguments])


def _pytest(arguments: list[str]) -> int:
    """pytest in this process: its exit code is ours, its last line the last line."""
    os.execv(PYTHON, [str(PYTHON), "-m", "pytest", *arguments])


def _find_chromium() -> None:
    """Browser tests need a Chromium; as root on Debian it is installed. Without one they are skipped aloud."""
    if os.environ.get("CHROMIUM") or any(map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests …", flush=True)
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        ):
            subprocess.run(command, env=env, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        if shutil.which("chromium"):
            return
    line = "!" * 79
    print(f"{line}\nNo Chromium: the browser tests will be skipped. Set CHROMIUM or install it.\n{line}", flush=True)
