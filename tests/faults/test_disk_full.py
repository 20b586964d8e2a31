"""The disk of the database fills up: who was acknowledged is posted, everybody else is told to come back."""

import os
import shutil
import subprocess
import time

import psycopg
import pytest

from tests.faults.clients import start_clients, wait_for
from tests.faults.rig import OwnServers, rig_on

SIZE_MB = 260


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, so that it can be filled; mounting one needs root."""
    if os.geteuid() != 0:
        pytest.skip("Mounting a small disk needs root.")
    folder = tmp_path / "disk"
    folder.mkdir()
    for above in (folder, *list(folder.parents)[:3]):
        above.chmod(0o711)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=0711", "tmpfs", folder], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"No small disk could be mounted: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def rig(small_disk, django_db_setup, django_db_blocker):
    servers = OwnServers(small_disk, shared_buffers="32MB")
    try:
        servers.prepare()
        with rig_on(servers, django_db_blocker, most=400) as made:
            yield made
    finally:
        servers.stop()


def fill(folder) -> None:
    """Take what is left, to the last block, and whatever PostgreSQL gives back meanwhile."""
    with (folder / "balloon").open("ab", buffering=0) as balloon:
        while True:
            try:
                balloon.write(b"x" * 65536)
            except OSError:
                return


def revived(rig) -> bool:
    """Whether the database takes writes; started again where it had ended."""
    rig.servers.servers.revive()
    try:
        with psycopg.connect(rig.servers.owner_url, connect_timeout=2, autocommit=True) as session:
            session.execute("CREATE TABLE IF NOT EXISTS room (n int); DROP TABLE room")
            return True
    except psycopg.Error:
        return False


def test_a_full_disk_loses_nothing_that_was_acknowledged(rig, small_disk):
    rig.start_beat()
    rig.start_worker()
    rig.start_web()
    clients = start_clients(rig, 6, 40, pause=0.05)
    rig.until(lambda: rig.posted() > 5, what="load")
    fill(small_disk)
    limit = time.monotonic() + 60
    while not any(status >= 500 for client in clients for status in client.answers):
        assert time.monotonic() < limit, "nobody was turned away: the disk was not full"
        fill(small_disk)
        time.sleep(0.2)
    assert shutil.disk_usage(small_disk).free < 1_000_000
    time.sleep(2)
    (small_disk / "balloon").unlink()
    rig.until(lambda: revived(rig), what="the database")
    wait_for(rig, clients)
    turned_away = {status for client in clients for status in client.answers if status >= 500}
    assert turned_away <= {503}, "a full disk is a 503 with Retry-After, not a fault of the report"
    rig.settle(120)
    rig.nothing_lost_nothing_twice()
