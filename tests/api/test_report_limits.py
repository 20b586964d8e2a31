"""A device with a limit of its own may send so many reports a minute; beyond it nothing is stored, and the answer says when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backflush.actions.receive_report import TooManyReports
from backflush.models import OperationReport
from masterdata.actions.change_device import change_device
from masterdata.models import Device
from tests import plant, reporting
from tests.api.shop import REPORTS, device_client, faults, report


@pytest.fixture
def limited(shop):
    return limit(plant.device(), 2)


def limit(device: Device, most: int) -> Device:
    changed, _ = change_device(
        device=device,
        name=device.name,
        line=device.line,
        reports_per_minute=most,
        signs=False,
        actor=plant.people().admin,
        reason="It repeats itself.",
    )
    return changed


def test_the_third_of_two_is_a_429_that_says_when_and_is_not_stored(limited):
    client = device_client()
    answers = [client.send(REPORTS, report()) for _ in range(3)]
    assert [one.status_code for one in answers] == [202, 202, 429]
    assert faults(answers[2]) == [("", "too_many_reports")]
    assert 50 <= int(answers[2]["Retry-After"]) <= 62
    assert "MES-1 may send 2 reports a minute" in answers[2].json()["detail"]
    assert OperationReport.objects.count() == 2


def test_a_repeat_is_answered_beyond_the_limit(limited):
    client, sent = device_client(), report()
    assert [client.send(REPORTS, one).status_code for one in (sent, report(), sent)] == [202, 202, 200]


def test_after_the_time_that_was_told_the_next_one_is_taken(shop, limited):
    now = timezone.now()
    for seconds in (0, 10):
        reporting.sent(shop.order, good="1", device=limited, at=now + timedelta(seconds=seconds))
    with pytest.raises(TooManyReports) as refused:
        reporting.sent(shop.order, good="1", device=limited, at=now + timedelta(seconds=20))
    assert refused.value.wait == 40
    with pytest.raises(TooManyReports):
        reporting.sent(shop.order, good="1", device=limited, at=now + timedelta(seconds=59))
    reporting.sent(shop.order, good="1", device=limited, at=now + timedelta(seconds=60))
    assert OperationReport.objects.count() == 3


def test_each_device_has_its_own_and_none_is_none(shop, limited):
    plant.device("MES-2", token="token-of-another-device")
    first, other = device_client(), device_client("token-of-another-device")
    assert [first.send(REPORTS, report()).status_code for _ in range(3)][-1] == 429
    assert {other.send(REPORTS, report()).status_code for _ in range(5)} == {202}
    limit(plant.device(), 0)
    assert first.send(REPORTS, report()).status_code == 202


def test_the_schema_says_that_it_may_happen_and_how_to_sign(client):
    schema = client.get("/api/schema", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    assert "429" in schema["paths"]["/api/v1/operation-reports"]["post"]["responses"]
    told = schema["components"]["securitySchemes"]["device"]["description"]
    for name in ("Backflush-Time", "Backflush-Nonce", "Backflush-Signature", "HMAC-SHA256", "backflush-v1"):
        assert name in told
