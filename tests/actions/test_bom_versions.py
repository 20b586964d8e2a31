"""BOM versions: drafted, submitted, approved by somebody else, effective from then on, never changed."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from masterdata.actions.approve_bom import approve_bom
from masterdata.actions.draft_bom import draft_bom
from masterdata.actions.sign_change import reject_change
from masterdata.actions.submit_bom import submit_bom
from masterdata.actions.submit_change import take_back_change
from masterdata.models import BomVersion
from masterdata.queries import (
    approved_from,
    bom_content,
    bom_versions,
    draft_of,
    effective_bom,
    signature_faults,
    where_used,
)
from masterdata.rules.bom import AlternateDraft, LineDraft, OutputDraft, ScrapDraft, StepDraft
from masterdata.rules.refusal import Refused
from tests import changing, plant
from tests.changing import change_item

pytestmark = pytest.mark.django_db
LATER = plant.NOW + timedelta(days=7)
FOIL = LineDraft("FOIL", "0.5")


@pytest.fixture
def kit():
    plant.item("FOIL", unit="KGM")
    plant.item("FILM", unit="KGM")
    return plant.product("KIT")


def submitted(kit, **fields):
    people = plant.people()
    return submit_bom(version=plant.drafted_bom(kit, [FOIL], **fields), actor=people.engineer, now=plant.NOW)


def test_a_version_is_effective_from_its_approval_on(kit):
    version = plant.approved_bom(kit, [FOIL])
    assert effective_bom(kit, plant.NOW) == version
    assert effective_bom(kit, plant.NOW - timedelta(seconds=1)) is None
    assert (version.state, version.signature.person) == ("approved", plant.people().qa)
    assert signature_faults(version) == []


def test_a_new_version_ends_the_one_before(kit):
    first = plant.approved_bom(kit, [FOIL])
    second = plant.approved_bom(kit, [LineDraft("FOIL", "0.6")], at=LATER)
    first.refresh_from_db()
    assert first.effective_to == second.effective_from == LATER
    assert effective_bom(kit, LATER - timedelta(seconds=1)) == first
    assert effective_bom(kit, LATER) == second
    assert [version.number for version in bom_versions(kit)] == [2, 1]
    assert signature_faults(first) == []


def test_a_version_may_be_approved_for_later_but_never_for_earlier(kit):
    assert plant.approved_bom(kit, [FOIL], effective_from=LATER).effective_from == LATER
    other = plant.product("BOX")
    early = plant.NOW - timedelta(days=400)
    with pytest.raises(Refused) as refused:
        plant.approved_bom(other, [FOIL], effective_from=early)
    assert refused.value.codes == ["effective_in_the_past"]
    assert effective_bom(other, plant.NOW) is None
    assert "1 Dec 2024 08:00 UTC has passed" in str(refused.value)


def test_the_time_chosen_is_signed_and_no_other_is_taken(kit):
    version, people = submitted(kit), plant.people()
    ticket = plant.ticket(people.qa, bom_content(version))
    with pytest.raises(Refused) as refused:
        approve_bom(version=version, ticket=ticket, effective_from=LATER, now=plant.NOW)
    assert refused.value.codes == ["content_changed"]
    ticket = plant.ticket(people.qa, approved_from(bom_content(version), LATER))
    approve_bom(version=version, ticket=ticket, effective_from=LATER, now=plant.NOW)
    assert version.signature.content["effective_from"] == "2026-01-12T08:00:00.000000Z"
    assert signature_faults(version) == []


def test_an_effective_time_other_than_the_signed_one_is_a_fault(kit):
    version = plant.approved_bom(kit, [FOIL], effective_from=LATER)
    version.effective_from = LATER + timedelta(days=1)
    assert [fault.code for fault in signature_faults(version)] == ["content_changed"]


def test_a_version_cannot_slip_in_before_one_that_is_approved_already(kit):
    plant.approved_bom(kit, [FOIL], effective_from=LATER)
    with pytest.raises(Refused) as refused:
        plant.approved_bom(kit, [LineDraft("FOIL", "0.6")], at=plant.NOW)
    assert refused.value.codes == ["later_version_exists"]


def test_a_version_says_something_else_than_the_one_it_replaces(kit):
    plant.approved_bom(kit, [FOIL, LineDraft("FILM", "1")])
    same = [LineDraft("FILM", "1.000", unit="KGM"), FOIL]
    with pytest.raises(Refused) as refused:
        plant.approved_bom(kit, same, at=LATER)
    assert refused.value.codes == ["nothing_differs"]
    assert plant.approved_bom(kit, same, at=LATER, base_quantity="2").state == "approved"


def test_a_line_keeps_its_identity_from_version_to_version(kit):
    two = [FOIL, LineDraft("FILM", "1"), LineDraft("FILM", "2")]
    first = plant.approved_bom(kit, two)
    second = plant.drafted_bom(kit, [LineDraft("FILM", "3"), LineDraft("FOIL", "9"), LineDraft("FILM", "4")])
    was = {(line.item.code, line.position): line.identity for line in first.lines.all()}
    now = {(line.item.code, line.position): line.identity for line in second.lines.all()}
    assert now[("FOIL", 20)] == was[("FOIL", 10)]
    assert now[("FILM", 10)] == was[("FILM", 20)]
    assert now[("FILM", 30)] == was[("FILM", 30)]


def test_a_line_that_comes_back_takes_up_its_old_identity(kit):
    first = plant.approved_bom(kit, [FOIL, LineDraft("FILM", "1")])
    plant.approved_bom(kit, [FOIL], at=LATER)
    third = plant.drafted_bom(kit, [FOIL, LineDraft("FILM", "1")])
    assert third.lines.get(item__code="FILM").identity == first.lines.get(item__code="FILM").identity


def test_a_given_identity_is_kept(kit):
    identity = uuid4()
    version = plant.drafted_bom(kit, [LineDraft("FOIL", "1", identity=identity), LineDraft("FOIL", "2")])
    assert version.lines.get(position=10).identity == identity
    assert version.lines.get(position=20).identity != identity


def test_every_figure_is_stored_as_drafted_with_a_history_row_that_names_the_author(kit):
    lines = [
        LineDraft(
            "FOIL",
            "0.5",
            unit="GRM",
            scrap=ScrapDraft("2", convention="divide", source="study", source_note="run 7"),
            setup=ScrapDraft(quantity="3", loss="avoidable"),
            strategy="share",
            alternates=(AlternateDraft("FILM", "1.1", percent="40", valid_until="2027-01-01T00:00:00+00:00"),),
        ),
        LineDraft("FILM", per="steps", steps=(StepDraft("0", "1"), StepDraft("500", "2"))),
    ]
    version = plant.drafted_bom(
        kit,
        lines,
        base_quantity="100",
        assembly_scrap=ScrapDraft("5"),
        operation_scrap=[ScrapDraft("1", operation="10", net=True)],
        outputs=[OutputDraft("FILM", "0.25", kind="co_product", cost_share="10")],
    )
    stored = draft_of(version)
    assert stored.base_quantity == 100
    assert stored.assembly_scrap == ScrapDraft("5")
    assert stored.operation_scrap == (ScrapDraft("1", operation="10", net=True),)
    assert [(line.item, line.unit, line.quantity) for line in stored.lines] == [
        ("FOIL", "GRM", Decimal("0.5")),
        ("FILM", "KGM", 0),
    ]
    assert stored.lines[0].scrap == lines[0].scrap
    assert stored.lines[0].setup == lines[0].setup
    assert stored.lines[0].alternates == lines[0].alternates
    assert stored.lines[1].steps == lines[1].steps
    assert stored.outputs[0].cost_share == 10
    first = version.lines.first()
    rows = [first, first.alternates.get(), *first.scrap_factors.all(), version.outputs.get()]
    assert {row.history.get().history_user for row in rows} == {plant.people().engineer}


def test_the_author_does_not_approve(kit):
    version = submitted(kit)
    people = plant.people()
    with pytest.raises(Refused) as refused:
        approve_bom(
            version=version,
            ticket=plant.ticket(people.engineer, bom_content(version)),
            effective_from=None,
            now=plant.NOW,
        )
    assert refused.value.codes == ["author_is_approver"]
    assert BomVersion.objects.get().state == "submitted"


def test_another_engineer_may_approve(kit):
    version = submitted(kit)
    ticket = plant.ticket(plant.people().second_engineer, bom_content(version))
    assert approve_bom(version=version, ticket=ticket, effective_from=None, now=plant.NOW).state == "approved"


@pytest.mark.parametrize("who", ["operator", "supervisor", "finance", "admin", "auditor"])
def test_nobody_else_approves(kit, who):
    version = submitted(kit)
    ticket = plant.ticket(getattr(plant.people(), who), bom_content(version))
    with pytest.raises(Refused) as refused:
        approve_bom(version=version, ticket=ticket, effective_from=None, now=plant.NOW)
    assert refused.value.codes == ["not_your_duty"]


def test_only_an_engineer_drafts(kit):
    with pytest.raises(Refused) as refused:
        draft_bom(item=kit, author=plant.people().qa, now=plant.NOW, lines=[FOIL])
    assert refused.value.codes == ["not_your_duty"]


def test_a_draft_names_every_item_and_unit_that_does_not_exist(kit):
    with pytest.raises(Refused) as refused:
        plant.drafted_bom(
            kit,
            [
                LineDraft("GHOST", "1"),
                LineDraft("FOIL", "1", unit="QQQ"),
                LineDraft("FOIL", "1", strategy="mix", alternates=(AlternateDraft("SPOOK", valid_until="soon"),)),
            ],
        )
    assert sorted(refused.value.codes) == ["time_invalid", "unknown_item", "unknown_item", "unknown_unit"]
    assert not BomVersion.objects.exists()


def test_a_number_with_too_many_digits_is_refused_with_its_field(kit):
    with pytest.raises(Refused, match="quantity"):
        plant.drafted_bom(kit, [LineDraft("FOIL", "0.0000000001")])


def test_submission_lists_every_fault_at_once(kit):
    version = plant.drafted_bom(kit, [LineDraft("FOIL", "0"), LineDraft("FOIL", "1", operation="99")])
    with pytest.raises(Refused) as refused:
        submit_bom(version=version, actor=plant.people().engineer, now=plant.NOW)
    assert refused.value.codes == ["zero_quantity", "unknown_operation"]
    version.refresh_from_db()
    assert version.state == "draft"


def test_a_cycle_through_approved_boms_is_refused(kit):
    plant.route(plant.item("TRAY"))
    plant.approved_bom(plant.item("TRAY"), [LineDraft("KIT", "1")])
    version = plant.drafted_bom(kit, [LineDraft("TRAY", "1")])
    with pytest.raises(Refused, match="KIT → TRAY → KIT"):
        submit_bom(version=version, actor=plant.people().engineer, now=plant.NOW)


def test_faults_are_looked_for_again_at_approval(kit):
    version = submitted(kit)
    people = plant.people()
    ticket = plant.ticket(people.qa, bom_content(version))
    change_item(
        item=plant.item("FOIL"), actor=people.engineer, reason="new hazard", now=plant.NOW, safety_critical=True
    )
    with pytest.raises(Refused) as refused:
        approve_bom(version=version, ticket=ticket, effective_from=None, now=plant.NOW)
    assert refused.value.codes == ["method_not_allowed"]


def test_states_move_only_along_their_table(kit):
    people = plant.people()
    version = plant.drafted_bom(kit, [FOIL])
    ticket = plant.ticket(people.qa, bom_content(version))
    with pytest.raises(Refused, match="is draft, not submitted"):
        approve_bom(version=version, ticket=ticket, effective_from=None, now=plant.NOW)
    submit_bom(version=version, actor=people.engineer, now=plant.NOW)
    with pytest.raises(Refused, match="is submitted, not draft"):
        submit_bom(version=version, actor=people.engineer, now=plant.NOW)


def test_a_version_that_was_rejected_with_its_request_is_submitted_no_more(kit):
    people, version = plant.people(), plant.drafted_bom(kit, [FOIL])
    request = changing.proposed(version)
    with pytest.raises(Refused, match="is draft; it cannot be taken back now"):
        take_back_change(request=request, actor=people.engineer, reason="a typing error", now=plant.NOW)
    changing.submitted(request)
    take_back_change(request=request, actor=people.engineer, reason="a typing error", now=plant.NOW)
    version.refresh_from_db()
    assert version.state == "draft"
    changing.submitted(request)
    signed = changing.ticket(request, people.qa)
    reject_change(request=request, ticket=signed, role="qa", reason="too thin", now=plant.NOW)
    version.refresh_from_db()
    assert (version.state, version.signature.meaning) == ("rejected", "rejected: too thin")
    with pytest.raises(Refused, match="is rejected, not draft"):
        submit_bom(version=version, actor=people.engineer, now=plant.NOW)


def test_where_used_finds_lines_and_alternates(kit):
    plant.approved_bom(kit, [LineDraft("FOIL", "1", strategy="priority", alternates=(AlternateDraft("FILM"),))])
    plant.drafted_bom(plant.product("BOX"), [LineDraft("FILM", "1")])
    assert [line.version.item.code for line in where_used(plant.item("FILM"))] == ["KIT"]
    assert [line.version.item.code for line in where_used(plant.item("FOIL"), plant.NOW)] == ["KIT"]
    assert where_used(plant.item("FOIL"), plant.NOW - timedelta(days=1)) == []
    assert where_used(kit) == []
