"""A physical audit is signed by its auditor over exactly what was measured; high runners are those that post most."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backflush.actions.audit_bom import audit_bom
from backflush.models import BomAudit, BomAuditFinding
from backflush.queries.bom_audits import audit_content, high_runners
from backflush.rules.bom_audit import Finding
from masterdata.queries import signature_stands
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting

pytestmark = pytest.mark.django_db
NOW = floor.NOW


@pytest.fixture
def kit():
    made = plant.product("KIT")
    plant.item("PART", unit="KGM")
    plant.item("BOX", decimals=0)
    plant.approved_bom(made, [LineDraft("PART", "0.5"), LineDraft("BOX", "1")])
    return made


def finding(version, code="PART", measured="0.5", remark="") -> Finding:
    line = version.lines.get(item__code=code)
    return Finding(line.pk, code, line.quantity, Decimal(measured), remark)


def audited(version, findings, *, remark="Ten kits of line L1, on scale 3.", by="qa"):
    ticket = plant.ticket(getattr(plant.people(), by), audit_content(version, findings, remark), at=NOW)
    return audit_bom(version=version, findings=findings, remark=remark, ticket=ticket, now=NOW)


def test_what_was_measured_is_signed_line_by_line(kit):
    version = kit.bom_versions.get()
    made = audited(version, [finding(version, measured="0.52", remark="The spoon."), finding(version, "BOX", "1")])
    assert signature_stands(made.signature)
    rows = [(one.line.item.code, one.expected, one.measured, one.remark) for one in made.findings.order_by("id")]
    assert rows == [("PART", Decimal("0.5"), Decimal("0.52"), "The spoon."), ("BOX", 1, 1, "")]
    assert [one["difference"] for one in made.signature.content["findings"]] == ["0.02", "0"]


@pytest.mark.parametrize(
    ("measured", "remark", "said", "code"),
    [
        ("0.52", "", "x", "difference_without_remark"),
        ("-1", "x", "x", "quantity_missing"),
        ("NaN", "x", "x", "quantity_missing"),
        ("0.1234567891", "x", "x", "quantity_too_fine"),
        ("0.5", "", " ", "remark_missing"),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_recorded(kit, measured, remark, said, code):
    version = kit.bom_versions.get()
    one = finding(version, remark=remark)
    bad = Finding(one.line, one.item, one.expected, Decimal(measured), remark)
    ticket = plant.ticket(plant.people().qa, audit_content(version, [one], said), at=NOW)
    with pytest.raises(Refused) as refused:
        audit_bom(version=version, findings=[bad], remark=said, ticket=ticket, now=NOW)
    assert refused.value.codes == [code]
    assert (BomAudit.objects.count(), BomAuditFinding.objects.count()) == (0, 0)


def test_an_audit_without_a_line_is_none(kit):
    with pytest.raises(Refused) as refused:
        audited(kit.bom_versions.get(), [])
    assert refused.value.codes == ["nothing_audited"]


def test_a_draft_and_lines_of_others_are_not_audited(kit):
    version = kit.bom_versions.get()
    draft = plant.drafted_bom(kit, [LineDraft("PART", "0.6")])
    with pytest.raises(Refused) as refused:
        audited(draft, [finding(version)])
    assert refused.value.codes == ["not_approved", "other_line"]


@pytest.mark.parametrize("who", ["auditor", "operator", "finance"])
def test_not_everybody_audits(kit, who):
    version = kit.bom_versions.get()
    with pytest.raises(Refused) as refused:
        audited(version, [finding(version)], by=who)
    assert refused.value.codes == ["not_your_duty"]


def test_the_products_that_post_most_come_first_and_reversed_postings_do_not_count(kit):
    cup = plant.product("CUP")
    plant.approved_bom(cup, [LineDraft("BOX", "1")])
    orders = {}
    for product, codes in ((kit, ("PART", "BOX")), (cup, ("BOX",))):
        orders[product] = floor.released_order(product, "100")
        for code in codes:
            floor.staged(orders[product], plant.item(code), "60")
    for _ in range(2):
        reporting.posted(orders[cup], good="5")
    reporting.posted(orders[kit], good="10")
    wrong = [reporting.posted(orders[kit], good="10") for _ in range(2)]
    for posting in reversed(wrong):
        reporting.reversed_by_qa(posting)
    version = kit.bom_versions.get()
    made = audited(version, [finding(version)])
    found = high_runners(plant.site().pk, NOW - timedelta(days=1), NOW + timedelta(days=1), NOW)
    assert [(one.item, one.postings, one.good, one.audit) for one in found] == [(cup, 2, 10, None), (kit, 1, 10, made)]
    assert high_runners(plant.site().pk, NOW + timedelta(days=1), NOW + timedelta(days=2), NOW) == []
