"""What a stopped device sends is never dropped and never posts: it is stored, and blocked with its reason."""

import pytest
from django.utils import timezone

from backflush.actions.post_reports import post_reports
from backflush.actions.retry_report import retry_what_changed
from backflush.models import OperationReport, Posting
from masterdata.actions.revoke_device import revoke_device
from masterdata.actions.set_device_enabled import set_device_enabled
from tests import plant
from tests.api.shop import REPORTS, faults, report
from tests.reporting import reasons


def switch(enabled: bool) -> None:
    set_device_enabled(device=plant.device(), enabled=enabled, actor=plant.people().admin, reason="Serviced.")


@pytest.fixture
def stopped(device):
    switch(False)
    return device


def test_its_report_is_stored_and_blocked_with_what_to_do(stopped):
    sent = report()
    assert stopped.send(REPORTS, sent).status_code == 202
    post_reports()
    state = stopped.get(f"{REPORTS}/{sent['event_id']}").json()
    assert state["state"] == "blocked"
    found = {one["code"]: one for one in state["reasons"]}
    assert found["device_not_allowed"]["remedy"] == "Ask an administrator to enable it."
    assert not Posting.objects.exists()


def test_a_report_of_an_unknown_operation_is_kept_too(stopped):
    sent = report(operation="99")
    stopped.send(REPORTS, sent)
    post_reports()
    assert OperationReport.objects.get().state == "blocked"


def test_its_scan_is_kept_too_and_its_clock_still_measured(stopped):
    scan = report(item="FOIL", lot="F/1", quantity="1", good=None)
    assert stopped.send("/api/v1/scan-issues", scan).status_code == 202
    post_reports()
    assert reasons(OperationReport.objects.get()).count("device_not_allowed") == 1
    beat = {"sent_at": timezone.now().isoformat()}
    assert stopped.send("/api/v1/device-heartbeats", beat).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/items", REPORTS, "/api/v1/postings", "/api/v1/work-orders"])
def test_it_is_told_nothing_else(stopped, path):
    answer = stopped.get(path)
    assert (answer.status_code, faults(answer)) == (403, [("", "device_disabled")])


def test_it_gets_no_preview(stopped):
    answer = stopped.send("/api/v1/usage-previews", report(event_id=None))
    assert (answer.status_code, faults(answer)) == (403, [("", "device_disabled")])


def test_enabled_again_what_it_sent_posts_by_itself(stopped):
    stopped.send(REPORTS, report())
    post_reports()
    kept = OperationReport.objects.get()
    assert kept.state == "blocked"
    switch(True)
    retry_what_changed(now=kept.judged_at)
    post_reports()
    kept.refresh_from_db()
    assert kept.state == "posted"


def test_what_waits_of_a_device_that_is_then_revoked_is_blocked(device):
    device.send(REPORTS, report())
    revoke_device(device=plant.device(), actor=plant.people().admin, now=plant.NOW, reason="stolen")
    post_reports()
    assert reasons(OperationReport.objects.get()) == ["device_not_allowed"]
