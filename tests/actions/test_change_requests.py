"""Change requests: proposed, submitted with every fault, signed by others, effective at once or at their time."""

from datetime import timedelta

import pytest

from masterdata.actions.approve_bom import approve_bom
from masterdata.actions.propose_change import propose_change
from masterdata.actions.redraft_bom import redraft_bom
from masterdata.actions.revise_change import revise_change
from masterdata.actions.sign_change import reject_change, sign_change
from masterdata.actions.submit_change import submit_change, take_back_change, withdraw_change
from masterdata.actions.take_effect import take_due_changes
from masterdata.models import BinService, ChangeRequest, LabelVersion, Signature, Supplier
from masterdata.queries import approved_from, bom_content, effective_bom, signature_faults
from masterdata.queries.changes import changes_in, missing_signers, others_open, record_of, waiting_for
from masterdata.queries.signature_check import broken_signatures
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import plant
from tests.changing import changed, proposed, signed, submitted, ticket

pytestmark = pytest.mark.django_db
NOW = plant.NOW
LATER = NOW + timedelta(days=2)


@pytest.fixture
def cast():
    return plant.people()


@pytest.fixture
def foil(cast):
    return plant.item("FOIL", unit="KGM", decimals=3, cost="4.00")


def codes(refused) -> set[str]:
    return {one.code for one in refused.value.refusals}


def sign_as(request, person, role, now=NOW):
    return sign_change(request=request, ticket=ticket(request, person, now), role=role, now=now)


def test_an_item_changes_when_qa_has_signed_and_not_before(foil, cast):
    request = proposed(foil, standard_cost="5.25", shelf_life_days=90)
    assert request.subject == "FOIL"
    assert str(request) == "CR-1"
    submitted(request)
    foil.refresh_from_db()
    assert str(foil.standard_cost) == "4.000000"
    sign_as(request, cast.qa, "qa")
    foil.refresh_from_db()
    assert (str(foil.standard_cost), foil.shelf_life_days) == ("5.250000", 90)
    assert request.state == "effective"
    assert request.effective_at == NOW
    assert foil.history.first().history_change_reason.startswith("CR-1: a better figure")


def test_the_difference_is_told_field_by_field(foil):
    request = proposed(foil, standard_cost="5.25", name=foil.name)
    assert [(one.field, one.old, one.new) for one in changes_in(request, foil)] == [("standard_cost", "4", "5.25")]


def test_the_author_may_not_approve_and_nobody_signs_twice(foil, cast):
    policy = changed_policy("item", ["qa", "engineer"])
    assert policy.state == "effective"
    request = submitted(proposed(foil, standard_cost="6"))
    with pytest.raises(Refused) as refused:
        sign_as(request, cast.engineer, "engineer")
    assert codes(refused) == {"author_is_approver"}
    sign_as(request, cast.qa, "qa")
    assert request.state == "submitted"
    assert missing_signers(request) == ["engineer"]
    with pytest.raises(Refused) as refused:
        sign_as(request, cast.qa, "qa")
    assert codes(refused) == {"signed_already", "role_not_missing"}
    sign_as(request, cast.second_engineer, "engineer")
    assert request.state == "effective"


def changed_policy(kind, roles):
    request = propose_change(
        kind="change_policy",
        record=None,
        proposed={"kind": kind, "roles": roles},
        author=plant.people().engineer,
        reason="four eyes more",
        now=NOW,
    )
    return signed(submitted(request))


def test_a_submission_lists_every_fault_at_once(foil, cast):
    request = proposed(foil, standard_cost="5")
    revise_change(
        request=request, author=cast.engineer, now=NOW, proposed={}, reason=" ", effective_from=NOW - timedelta(1)
    )
    with pytest.raises(Refused) as refused:
        submitted(request)
    assert codes(refused) == {"reason_missing", "nothing_changes", "effective_in_the_past"}


def test_what_the_fields_do_not_take_is_refused_when_it_is_proposed(foil):
    with pytest.raises(Refused) as refused:
        proposed(foil, standard_cost="4,5", decimals=12, colour="red", potency_controlled="maybe")
    assert codes(refused) == {"value_invalid"} or codes(refused) == {"value_invalid", "unknown_field"}
    assert ChangeRequest.objects.count() == 0


def test_two_requests_on_one_record_see_each_other_and_the_second_must_look_again(foil, cast):
    first, second = proposed(foil, standard_cost="5"), proposed(foil, standard_cost="7", author=cast.second_engineer)
    assert list(others_open(second)) == [first]
    submitted(first), submitted(second)
    sign_as(first, cast.qa, "qa")
    with pytest.raises(Refused) as refused:
        sign_as(second, cast.qa, "qa")
    assert codes(refused) == {"base_changed"}
    take_back_change(request=second, actor=cast.second_engineer, reason="look again", now=NOW)
    assert [(one.old, one.new) for one in changes_in(second, record_of(second))] == [("5", "7")]
    signed(submitted(second))
    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "effective")


def test_signatures_of_a_round_that_was_taken_back_do_not_count(foil, cast):
    changed_policy("item", ["qa", "engineer"])
    request = submitted(proposed(foil, standard_cost="6"))
    sign_as(request, cast.qa, "qa")
    take_back_change(request=request, actor=cast.engineer, reason="a typing error", now=NOW)
    revise_change(request=request, author=cast.engineer, now=NOW, proposed={"standard_cost": "60"})
    submitted(request)
    assert request.round == 2
    assert missing_signers(request) == ["qa", "engineer"]


def test_a_change_takes_effect_at_its_time(foil, cast):
    request = signed(submitted(proposed(foil, standard_cost="5", effective_from=LATER)))
    assert request.state == "approved"
    assert take_due_changes(now=LATER - timedelta(seconds=1)) == []
    assert take_due_changes(now=LATER) == ["CR-1"]
    foil.refresh_from_db()
    assert str(foil.standard_cost) == "5.000000"
    with pytest.raises(Refused) as refused:
        withdraw_change(request=request, actor=cast.engineer, reason="too late", now=LATER)
    assert codes(refused) == {"out_of_sequence"}


def test_an_approved_change_may_be_withdrawn_before_its_time(foil, cast):
    request = signed(submitted(proposed(foil, standard_cost="5", effective_from=LATER)))
    withdraw_change(request=request, actor=cast.engineer, reason="the supplier went away", now=NOW)
    assert take_due_changes(now=LATER) == []
    assert request.state == "withdrawn"


def test_a_ticket_for_what_was_read_before_is_not_good_for_what_stands_there_now(foil, cast):
    request = submitted(proposed(foil, standard_cost="5"))
    old = ticket(request, cast.qa)
    take_back_change(request=request, actor=cast.engineer, reason="a typing error", now=NOW)
    revise_change(request=request, author=cast.engineer, now=NOW, proposed={"standard_cost": "50"})
    submitted(request)
    with pytest.raises(Refused) as refused:
        sign_change(request=request, ticket=old, role="qa", now=NOW)
    assert codes(refused) == {"content_changed"}


def test_a_rejection_is_signed_with_its_reason_and_is_for_good(foil, cast):
    request = submitted(proposed(foil, standard_cost="5"))
    with pytest.raises(Refused) as refused:
        reject_change(request=request, ticket=ticket(request, cast.qa), role="qa", reason="", now=NOW)
    assert codes(refused) == {"reason_missing"}
    reject_change(request=request, ticket=ticket(request, cast.qa), role="qa", reason="no quote attached", now=NOW)
    assert request.state == "rejected"
    assert request.signatures.get().signature.meaning == "rejected: no quote attached"
    with pytest.raises(Refused) as refused:
        submitted(request)
    assert codes(refused) == {"out_of_sequence"}


def test_a_new_record_comes_by_a_request_too_and_only_once(cast):
    one, two = (
        proposed(None, "supplier", code="ALBA", name="Alba Films"),
        proposed(None, "supplier", code="ALBA", name="Alba"),
    )
    signed(submitted(one))
    assert Supplier.objects.get(code="ALBA").name == "Alba Films"
    assert one.record_id
    with pytest.raises(Refused) as refused:
        submitted(two)
    assert codes(refused) == {"exists_already"}


def test_a_line_may_draw_from_a_bin_and_then_no_longer(cast):
    staging, line = plant.place("staging", "S-9"), plant.line("L9")
    BinService.objects.filter(bin=staging).exists()
    request = proposed(None, "bin_service", bin="PLANT S-9", line="PLANT L9", may_draw=True)
    signed(submitted(request))
    service = BinService.objects.get(bin=staging, line=line)
    changed(service, may_draw=False)
    assert not BinService.objects.filter(bin=staging, line=line).exists()


def test_a_label_version_is_approved_with_the_signature_of_its_request(cast):
    plant.item("LEAFLET", label_controlled=True)
    signed(submitted(proposed(None, "label_version", item="LEAFLET", number=1, artwork="ART-77")))
    label = LabelVersion.objects.get()
    assert label.approved_at == NOW
    assert label.signature.person == cast.qa


def drafted_kit(**more):
    kit, _ = plant.product("KIT"), plant.item("FOIL", unit="KGM", decimals=3)
    plant.approved_bom(kit, lines=[LineDraft("FOIL", "0.5")])
    return kit, plant.drafted_bom(kit, lines=[LineDraft("FOIL", "0.6")], **more)


def test_a_bom_version_is_in_force_with_the_signature_of_its_request(cast):
    kit, version = drafted_kit()
    request = submitted(proposed(version, author=version.author), NOW + timedelta(hours=1))
    version.refresh_from_db()
    assert version.state == "submitted"
    assert "lines" in {one.field for one in changes_in(request, version)}
    now = NOW + timedelta(hours=1)
    signed(request, now)
    version.refresh_from_db()
    assert version.state == "approved"
    assert effective_bom(kit, now) == version
    assert signature_faults(version) == []
    assert request.state == "effective"


def test_a_version_under_a_request_is_approved_by_nothing_else(cast):
    _, version = drafted_kit()
    request = submitted(proposed(version, author=version.author))
    version.refresh_from_db()
    signs = plant.ticket(cast.qa, approved_from(bom_content(version), None), at=NOW + timedelta(hours=1))
    with pytest.raises(Refused) as refused:
        approve_bom(version=version, ticket=signs, effective_from=None, now=NOW + timedelta(hours=1))
    assert codes(refused) == {"version_is_approved_by_its_request"}
    assert request.state == "submitted"


def test_a_rejected_request_rejects_its_version_and_one_taken_back_gives_it_back(cast):
    _, version = drafted_kit()
    request = submitted(proposed(version, author=version.author))
    take_back_change(request=request, actor=version.author, reason="a typing error", now=NOW)
    version.refresh_from_db()
    assert version.state == "draft"
    submitted(request)
    reject_change(request=request, ticket=ticket(request, cast.qa), role="qa", reason="too much", now=NOW)
    version.refresh_from_db()
    assert version.state == "rejected"


def test_a_version_has_one_request(cast):
    _, version = drafted_kit()
    proposed(version, author=version.author)
    with pytest.raises(Refused) as refused:
        proposed(version, author=version.author)
    assert codes(refused) == {"requested_already"}


def test_an_operator_proposes_nothing_and_another_engineer_does_not_submit_for_the_author(foil, cast):
    with pytest.raises(Refused) as refused:
        proposed(foil, author=cast.operator, standard_cost="1")
    assert codes(refused) == {"not_your_duty"}
    request = proposed(foil, standard_cost="5")
    with pytest.raises(Refused) as refused:
        submit_change(request=request, actor=cast.second_engineer, now=NOW)
    assert codes(refused) == {"not_the_author"}


def test_whoever_signed_a_round_that_was_taken_back_is_asked_again(foil, cast):
    changed_policy("item", ["qa", "engineer"])
    request = submitted(proposed(foil, standard_cost="6"))
    sign_as(request, cast.qa, "qa")
    assert list(waiting_for(["qa"], cast.qa.pk)) == []
    take_back_change(request=request, actor=cast.engineer, reason="a typing error", now=NOW)
    submitted(request)
    assert list(waiting_for(["qa"], cast.qa.pk)) == [request]


def test_a_signature_under_a_withdrawn_version_stands_when_the_draft_is_written_anew(cast):
    changed_policy("bom_version", ["qa", "engineer"])
    _, version = drafted_kit()
    request = submitted(proposed(version))
    sign_as(request, cast.qa, "qa")
    withdraw_change(request=request, actor=cast.engineer, reason="another figure", now=NOW)
    redraft_bom(version=version, author=cast.engineer, now=NOW, lines=[LineDraft("FOIL", "0.7")], reason="Again.")
    assert list(broken_signatures(Signature.objects.all())) == []
