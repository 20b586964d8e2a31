"""Authority is one table; nobody approves what they wrote."""

import pytest

from masterdata.rules.duties import MAY, Duty, duty_refusal, may, separation_refusal
from masterdata.rules.vocabulary import Role


def test_every_duty_has_somebody():
    assert set(MAY) == set(Duty)
    assert all(MAY.values())


def test_auditor_may_change_nothing():
    reads = {duty for duty in Duty if duty.name.startswith("READ_")}
    assert {duty for duty in Duty if may([Role.AUDITOR], duty)} == reads
    assert len(reads) >= 6


def test_operator_may_not_approve_master_data():
    refusal = duty_refusal([Role.OPERATOR], Duty.APPROVE_MASTER_DATA, "O. Perator")
    assert refusal.code == "not_your_duty"
    assert "engineer or quality assurance" in refusal.remedy


def test_one_role_of_several_is_enough():
    assert duty_refusal([Role.OPERATOR, Role.QA], Duty.APPROVE_MASTER_DATA, "x") is None


@pytest.mark.parametrize(("author", "approver", "code"), [(1, 1, "author_is_approver"), (1, 2, None)])
def test_author_is_not_approver(author, approver, code):
    refusal = separation_refusal(author, approver, "FOIL v2")
    assert (refusal and refusal.code) == code
