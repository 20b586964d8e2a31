"""Signatures in the API: each with its whole manifestation, checked as it is listed; for those who read them all."""

from masterdata.models import Signature
from tests.api.shop import person_client

ALL = "/api/v1/signatures"


def test_each_signature_tells_who_meaning_when_and_whether_it_stands(shop):
    found = person_client(shop.cast.auditor).get(ALL, {"kind": "bom_version"}).json()["results"]
    stored = Signature.objects.filter(subject_kind="bom_version")
    assert len(found) == stored.count() > 0
    one = stored.latest("id")
    assert found[0] == {
        "id": one.pk,
        "kind": "bom_version",
        "key": one.subject_key,
        "printed_name": "Quinn Quality",
        "meaning": "approved",
        "signed_at": found[0]["signed_at"],
        "site_time": one.site_time,
        "components": "user name and password",
        "digest": one.digest,
        "stands": True,
        "breaks": [],
    }


def test_a_signature_whose_record_differs_says_so(shop):
    row = Signature.objects.filter(subject_kind="bom_version").latest("id")
    made = {name: getattr(row, name) for name in ("person", "printed_name", "meaning", "signed_at", "content")}
    Signature.objects.create(**made, subject_kind="bom_version", subject_key="987654", digest="0" * 64)
    [found] = person_client(shop.cast.qa).get(ALL, {"key": "987654"}).json()["results"]
    assert found["stands"] is False
    assert "was altered after it was given" in found["breaks"][0]


def test_others_and_devices_do_not_read_them(shop, device):
    assert person_client(shop.cast.operator).get(ALL).status_code == 403
    assert device.get(ALL).status_code == 403
