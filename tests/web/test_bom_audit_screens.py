"""Physical audits on screens: what posts most, the form with nothing lost, the signature, and the findings with a CSV."""

from django.urls import reverse

from backflush.models import BomAudit
from masterdata.models import BomVersion
from tests.web.forms import fields_of, signed


def version() -> BomVersion:
    return BomVersion.objects.filter(item__code="FG-ELD-200", state="approved").get()


def line(code: str) -> int:
    return version().lines.get(item__code=code).pk


def test_what_posts_most_is_audited_and_read_again(as_):
    client, bom = as_("supervisor"), version()
    runners = client.get(reverse("bom-audits"))
    shown = runners.content.decode()
    assert shown.index("FG-ELD-200") < shown.index("SF-SYR-001")
    assert "never" in shown
    address = reverse("bom-audit-new", args=[bom.pk])
    assert address in shown
    sent = fields_of(client.get(address), holds="remark") | {
        f"measured-{line('SF-SYR-001')}": "0.25",
        f"remark-{line('SF-SYR-001')}": "Filled by eye.",
        f"measured-{line('PK-BTL-200')}": "1",
        "remark": "Ten bottles from the end of the line.",
    }
    signing = client.post(address, sent)
    assert "0.25 in place of 0.245 (+0.005): Filled by eye." in signing.content.decode()
    answer = client.post(address, signed(fields_of(signing, holds="digest"), "supervisor"), follow=True)
    shown = answer.content.decode()
    assert "is signed." in shown
    assert "0.005" in shown
    assert "whole" in shown
    made = BomAudit.objects.get()
    file = client.get(reverse("bom-audit", args=[made.pk]), {"format": "csv"}).content.decode()
    assert "SF-SYR-001,0.245,kg,0.25,kg,0.005,kg,Filled by eye." in file
    assert reverse("bom-audit", args=[made.pk]) in client.get(reverse("bom-audits")).content.decode()


def test_a_difference_without_a_remark_is_told_and_what_was_typed_stays(as_):
    client, address = as_("qa"), reverse("bom-audit-new", args=[version().pk])
    typed = {f"measured-{line('SF-SYR-001')}": "0.3", f"measured-{line('PK-BTL-200')}": "one", "remark": "Ten bottles."}
    answer = client.post(address, typed)
    assert answer.status_code == 422
    assert "“one” is not a quantity" in answer.content.decode()
    assert 'value="0.3"' in answer.content.decode()
    answer = client.post(address, typed | {f"measured-{line('PK-BTL-200')}": ""})
    assert "SF-SYR-001 differs from the BOM by 0.055." in answer.content.decode()
    assert BomAudit.objects.count() == 0


def test_a_wrong_password_signs_nothing_and_keeps_the_figures(as_):
    client, address = as_("qa"), reverse("bom-audit-new", args=[version().pk])
    signing = client.post(address, {f"measured-{line('PK-BTL-200')}": "1", "remark": "Ten bottles."})
    sent = fields_of(signing, holds="digest")
    answer = client.post(address, signed(sent, "qa", password="wrong"))
    assert answer.status_code == 422
    assert "You sign exactly this" in answer.content.decode()
    assert BomAudit.objects.count() == 0
    back = client.post(address, signed(sent, "qa") | {"change": "yes"})
    assert "Go on to the signature" in back.content.decode()
    assert BomAudit.objects.count() == 0


def test_an_auditor_reads_and_signs_nothing(as_):
    client, address = as_("auditor"), reverse("bom-audit-new", args=[version().pk])
    assert "Go on to the signature" not in client.get(address).content.decode()
    assert client.post(address, {"remark": "x"}).status_code == 403


def test_an_empty_period_says_so_and_what_is_not_there_is_a_404(as_):
    client = as_("qa")
    shown = client.get(reverse("bom-audits"), {"from": "2001-01-01", "to": "2001-02-01"}).content.decode()
    assert "Nothing was posted in this period." in shown
    assert client.get("/bom-audits/999999").status_code == 404
    assert client.get("/boms/999999/audit").status_code == 404
