"""The database and the broker that a command works with: those of the environment, or our own.

In this order: DATABASE_URL with DATABASE_OWNER_URL, and REDIS_URL; PG_BINDIR and REDIS_SERVER; the wheels that come
with the product; the PATH; else one sentence says what to set.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from backflush.project.launch.broker import Broker, start_broker
from backflush.project.launch.keys import keys_of
from backflush.project.launch.postgres import APP, OWNER, READER, Postgres, start_postgres


@dataclass
class Servers:
    """Addresses, and the processes behind them where they are ours."""

    env: dict[str, str] = field(default_factory=dict)
    owner_env: dict[str, str] = field(default_factory=dict)
    postgres: Postgres | None = None
    broker: Broker | None = None

    def revive(self) -> list[str]:
        """Start again, on the same ports, what of ours has died; their names."""
        revived = []
        if self.postgres is not None and self.postgres.child.poll() is not None:
            self.postgres = start_postgres(self.postgres.folder.parent, port=self.postgres.port)
            revived.append("PostgreSQL")
        if self.broker is not None and self.broker.child.poll() is not None:
            self.broker = start_broker(Path(self.env["DATA_DIR"]), port=self.broker.port)
            revived.append("the broker")
        return revived

    def stop(self) -> None:
        for server in (self.broker, self.postgres):
            if server is not None:
                server.stop()


def start_servers(data_dir: Path, *, shared_buffers: str = "256MB") -> Servers:
    """Start what is not given. `env` is for every process; `owner_env` adds what only the preparation may know."""
    servers = Servers()
    data_dir.mkdir(parents=True, exist_ok=True)
    servers.env["DATA_DIR"] = str(data_dir)
    servers.env["SECRET_KEY"] = os.environ.get("SECRET_KEY") or keys_of(data_dir)["SECRET_KEY"]
    try:
        if os.environ.get("DATABASE_URL"):
            servers.env["DATABASE_URL"] = os.environ["DATABASE_URL"]
            servers.owner_env["DATABASE_OWNER_URL"] = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
        else:
            servers.postgres = start_postgres(data_dir, shared_buffers=shared_buffers)
            # a plant on this machine alone may deliver to a receiver on it
            servers.env["WEBHOOK_NETWORKS"] = os.environ.get("WEBHOOK_NETWORKS", "127.0.0.0/8,::1/128")
            servers.env["DATABASE_URL"] = servers.postgres.url(APP)
            servers.env["DATABASE_READER_URL"] = servers.postgres.url(READER)
            servers.owner_env["DATABASE_OWNER_URL"] = servers.postgres.url(OWNER)
        if os.environ.get("REDIS_URL"):
            servers.env["REDIS_URL"] = os.environ["REDIS_URL"]
        else:
            servers.broker = start_broker(data_dir)
            servers.env["REDIS_URL"] = servers.broker.url()
    except BaseException:
        servers.stop()
        raise
    servers.owner_env = {**servers.env, **servers.owner_env}
    return servers
