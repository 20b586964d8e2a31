"""Servers of the fault tests: made once for all of them, since making a cluster takes longer than breaking it."""

import pytest

from tests.faults.rig import OwnServers, rig_on


@pytest.fixture(scope="session")
def fault_servers(tmp_path_factory):
    """A cluster and a broker that nobody else uses, with an empty prepared database as template."""
    folder = tmp_path_factory.mktemp("faults")
    folder.parent.chmod(0o711)
    servers = OwnServers(folder)
    try:
        servers.prepare()
        servers.keep_as_template()
        yield servers
    finally:
        servers.stop()


@pytest.fixture
def rig(fault_servers, django_db_setup, django_db_blocker):
    """A fresh plant for 400 units on running servers; its processes are ended after the test."""
    fault_servers.begin_anew()
    with rig_on(fault_servers, django_db_blocker, most=400) as made:
        yield made
