"""Children that cannot outlive their parent, however it ends.

Each child leads its own session, so a Ctrl-C reaches the parent alone, and carries a death signal, so that it is told
even when the parent is killed. The death signal follows the thread that spawned: spawn from the main thread only.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1


class LaunchError(Exception):
    """One sentence for the person at the terminal: what is wrong and what to do."""


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    run_as: tuple[int, int] | None = None,
    **options,
) -> subprocess.Popen:
    """Start a child. `run_as` is a (user, group) pair of ids. Raises LaunchError when the program is missing."""
    assert threading.current_thread() is threading.main_thread(), "the death signal would follow a thread"
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    parent = os.getpid()

    def tie_to_parent() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
            if os.getppid() != parent:
                os._exit(1)

    if run_as is not None:
        options.update(user=run_as[0], group=run_as[1], extra_groups=[])
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            env=None if env is None else dict(env),
            start_new_session=True,
            preexec_fn=tie_to_parent,
            stdin=options.pop("stdin", subprocess.DEVNULL),
            **options,
        )
    except FileNotFoundError as error:
        raise LaunchError(f"{command[0]} is not on this machine.") from error


def stop(child: subprocess.Popen, *signals: signal.Signals, patience: float = 10) -> None:
    """Ask with each signal in turn, waiting `patience` seconds after each; then end the whole session by force."""
    for asked in signals or (signal.SIGTERM,):
        if child.poll() is not None:
            break
        child.send_signal(asked)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)  # whatever of its session is left
    child.wait()


def free_port(first: int = 0, last: int = 0) -> int:
    """A loopback port nobody listens on: the first free one of a range, or any."""
    for port in range(first, last + 1) if first else [0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise LaunchError(f"Every port from {first} to {last} is taken. Set PORT to a free one.")


def wait_for_port(port: int, child: subprocess.Popen, name: str, seconds: float = 30) -> None:
    """Return when `child` accepts connections. Raises LaunchError when it ends first or takes too long."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if child.poll() is not None:
            raise LaunchError(f"{name} ended while it was starting (exit code {child.returncode}).")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise LaunchError(f"{name} did not answer within {seconds:.0f} seconds.")
