"""Twelve devices at once draw on two lots, repeat themselves and contradict themselves; the web server is replaced meanwhile."""

import signal

from tests.faults.clients import start_clients, wait_for


def test_twelve_devices_on_two_lots_get_each_report_posted_once(rig):
    rig.start_beat()
    rig.start_worker()
    rig.start_web()
    clients = start_clients(rig, 12, 12)
    wait_for(rig, clients)
    told = {status for client in clients for status in client.answers}
    assert {202, 200, 409} <= told <= {202, 200, 409, 503, 0}
    rig.settle()
    rig.nothing_lost_nothing_twice()


def test_a_web_server_that_is_asked_to_stop_or_killed_costs_no_report(rig):
    rig.start_beat()
    rig.start_worker()
    web = rig.start_web()
    port = int(web.url.rsplit(":", 1)[1])
    clients = start_clients(rig, 6, 20)
    for end in (lambda: rig.web.child.send_signal(signal.SIGTERM), lambda: rig.web.kill()):
        before = rig.received()
        rig.until(lambda before=before: rig.received() > before + 10, what="load")
        end()
        rig.web.child.wait(30)
        rig.start_web(port)
    wait_for(rig, clients)
    rig.settle()
    rig.nothing_lost_nothing_twice()
