"""`.venv` with exactly the locked packages, made in seconds and made again only when the lock changes.

uv installs them: it comes by the pip at hand, at a pinned hash, to a private folder. Where that fails, pip does the
work.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from backflush.project.launch.processes import LaunchError

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TOOLS = ROOT / ".tools"
STAMP = VENV / "installed"
LEVELS = ("run", "test")
OLDEST, NEWEST = (3, 11), (3, 13)


def ensure_environment(level: str) -> Path:
    """The Python of an up-to-date `.venv` that holds `level` (run, or test with everything of run)."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands started at once make it once
        kept = STAMP.read_text().split() if STAMP.exists() and PYTHON.exists() else []
        if kept and kept[0] == "test":
            level = "test"
        wanted = [level, _fingerprint(level)]
        if kept == wanted:
            return PYTHON
        print(f"Installing the packages of requirements/{level}.txt into .venv …", flush=True)
        STAMP.unlink(missing_ok=True)
        _make_venv()
        _install(level)
        STAMP.write_text(" ".join(wanted))
    return PYTHON


def suitable_python() -> str:
    """A Python between 3.11 and 3.13: this one, or one on the PATH. Raises LaunchError where there is none."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    raise LaunchError(
        f"Python 3.11, 3.12 or 3.13 is needed; this is {sys.version.split()[0]}. Install one of them and try again."
    )


def _fingerprint(level: str) -> str:
    """Changes with the lock, the Python version and the place (programs in a venv hold its path)."""
    digest = hashlib.sha256()
    digest.update((ROOT / "requirements" / f"{level}.txt").read_bytes())
    digest.update(_version_of(suitable_python()).encode())
    digest.update(os.fsencode(ROOT))
    return digest.hexdigest()


def _version_of(python: str) -> str:
    if python == sys.executable:
        return sys.version
    return subprocess.run([python, "-c", "import sys; print(sys.version)"], capture_output=True, text=True).stdout


def _make_venv() -> None:
    """A venv without pip (installing pip takes ten seconds); one of another Python is made anew."""
    python = suitable_python()
    if PYTHON.exists():
        ours = subprocess.run(
            [PYTHON, "-c", "import sys; print(sys.version)"], capture_output=True, text=True, check=False
        )
        if ours.returncode == 0 and ours.stdout.strip() == _version_of(python).strip():
            return
    shutil.rmtree(VENV, ignore_errors=True)
    _run([python, "-m", "venv", "--without-pip", VENV], "The virtual environment could not be made.")


def _install(level: str) -> None:
    lock = ROOT / "requirements" / f"{level}.txt"
    uv = _uv()
    if uv is not None:
        env = {**os.environ, "VIRTUAL_ENV": str(VENV), "UV_NO_PROGRESS": "1", "UV_SYSTEM_CERTS": "1"}
        command = [*uv, "pip", "sync", "--quiet", "--require-hashes", "--only-binary", ":all:", "--python", PYTHON]
        done = subprocess.run([str(part) for part in [*command, lock]], env=env, check=False, cwd=ROOT)
        if done.returncode == 0:
            return
        print("uv could not install them; trying pip.", flush=True)
    pip = [PYTHON, "-m", "pip"]
    if subprocess.run([str(part) for part in [*pip, "--version"]], capture_output=True, check=False).returncode:
        outer = _outer_pip()
        if outer is not None:
            pip = [*outer, "--python", PYTHON]
        else:
            _run([PYTHON, "-m", "ensurepip", "--default-pip"], "There is no pip. Install python3-venv and try again.")
    _run(
        [*pip, "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", lock],
        "The packages could not be installed: is a Python package index reachable?",
    )


def _uv() -> list[str] | None:
    """How to call uv at the pinned version, or None where it cannot be had."""
    pinned = ROOT / "requirements" / "installer.txt"
    folder = TOOLS / ("uv-" + hashlib.sha256(pinned.read_bytes()).hexdigest()[:12])
    program = folder / "bin" / "uv"
    if not program.exists():
        pip = _outer_pip()
        if pip is None:
            found = shutil.which("uv")
            return [found] if found else None
        making = folder.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        command = [*pip, "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        command += ["--only-binary", ":all:", "--target", str(making), "-r", str(pinned)]
        env = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
        if subprocess.run(command, env=env, check=False).returncode:
            return None
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    return [str(program)]


def _outer_pip() -> list[str] | None:
    """The pip that belongs to a Python outside of `.venv`."""
    for python in (suitable_python(), shutil.which("python3")):
        if python and not python.startswith(str(VENV)):
            command = [python, "-m", "pip"]
            if subprocess.run([*command, "--version"], capture_output=True, check=False).returncode == 0:
                return command
    return None


def _run(command: list, sentence: str) -> None:
    if subprocess.run([str(part) for part in command], check=False).returncode:
        raise LaunchError(sentence)
