"""The laws of change requests hold in PostgreSQL itself: each is planted against as the application role and as the owner."""

import re
from pathlib import Path

import pytest

from masterdata.actions.sign_change import sign_change
from masterdata.models import ChangeRequest
from masterdata.rules.bom import LineDraft
from masterdata.rules.change_control import TRANSITIONS, ChangeState
from tests import changing, databases, plant
from tests.laws.test_master_data import ROLES, refused
from tests.processes import RealDatabase

SQL = Path(__file__).parents[2] / "masterdata" / "migrations" / "changes.sql"
COLUMNS = (
    "number, kind, subject, state, round, reason, proposed, required_roles, later_orders, decision_reason, hindrance,"
    " author_id, created_at"
)


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker):
    """Requests in several states: CR-1 effective, CR-2 submitted, CR-3 a draft, CR-4 a submitted BOM version."""
    name = databases.unique("changes")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        foil = plant.item("FOIL", unit="KGM")
        plant.item("FILM", unit="KGM")
        changing.changed(foil, standard_cost="2")
        changing.submitted(changing.proposed(foil, standard_cost="3"))
        changing.proposed(foil, standard_cost="4")
        kit = plant.product("KIT")
        plant.approved_bom(kit, [LineDraft("FOIL", "1")])
        version = plant.drafted_bom(kit, [LineDraft("FOIL", "2")])
        changing.submitted(changing.proposed(version, author=version.author))
    yield RealDatabase(name)
    databases.drop(name)


def inserted(state: str, **more: str) -> str:
    values = {"number": "99", "round": "1", **more}
    return (
        f"INSERT INTO masterdata_changerequest ({COLUMNS}) SELECT {values['number']}, 'item', 'X', '{state}', {values['round']},"
        " 'why', '{}', '{}', '', '', '', author_id, now() FROM masterdata_changerequest LIMIT 1"
    )


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", [state for state in ChangeState if state != ChangeState.DRAFT])
def test_a_new_request_is_a_draft(planted, role, state):
    refused(planted, role, inserted(state), "new_change_is_a_draft")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("number", "state", "law"),
    [
        (3, "approved", "change_moves_along_its_table"),
        (3, "effective", "change_moves_along_its_table"),
        (3, "rejected", "change_moves_along_its_table"),
        (1, "draft", "change_moves_along_its_table"),
        (1, "withdrawn", "change_moves_along_its_table"),
        (2, "effective", "change_moves_along_its_table"),
        (2, "approved", "approved_change_has_its_signatures"),
        (4, "approved", "approved_change_has_its_signatures"),
        (3, "submitted", "a_change_is_signed"),
    ],
)
def test_states_move_along_the_table_and_with_their_signatures(planted, role, number, state, law):
    statement = f"UPDATE masterdata_changerequest SET state = '{state}' WHERE number = {number}"
    refused(planted, role, statement, law)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("change", ["proposed = '{}'", "reason = 'x'", "effective_from = now()", "subject = 'Y'"])
def test_what_was_submitted_is_decided_on_and_not_changed(planted, role, change):
    refused(planted, role, f"UPDATE masterdata_changerequest SET {change} WHERE number = 2", "submitted_change_waits")
    refused(planted, role, f"UPDATE masterdata_changerequest SET {change} WHERE number = 1", "submitted_change_waits")


@pytest.mark.parametrize("role", ROLES)
def test_the_author_does_not_sign_and_a_signature_is_not_taken_from_another_request(planted, role):
    own = (
        "INSERT INTO masterdata_changesignature (request_id, round, role, person_id, signature_id)"
        " SELECT r.id, 1, 'qa', {person}, s.signature_id FROM masterdata_changerequest r, masterdata_changesignature s"
        " WHERE r.number = 2"
    )
    refused(planted, role, own.format(person="r.author_id"), "author_is_not_approver")
    refused(planted, role, own.format(person="s.person_id"), "signature_is_for_this_record")


@pytest.mark.parametrize("role", ROLES)
def test_a_governed_row_changes_under_an_approved_request_only(planted, role):
    law = "governed_record_changes_by_request"
    for number in ("", "1", "2", "x"):
        told = f"SELECT set_config('backflush.change_request', '{number}', false)"
        refused(planted, role, f"{told}; UPDATE masterdata_item SET standard_cost = 9 WHERE code = 'FOIL'", law)
    refused(planted, role, "UPDATE masterdata_productionline SET name = 'x'", law)
    refused(planted, role, "UPDATE masterdata_operation SET name = 'x'", law)


@pytest.mark.parametrize("role", ROLES)
def test_decisions_on_orders_are_written_in_drafts(planted, role):
    statement = (
        "INSERT INTO masterdata_changeorder (request_id, order_id, order_name, choice)"
        " SELECT id, 1, 'PLANT WO-1', 'keep' FROM masterdata_changerequest WHERE number = 4"
    )
    refused(planted, role, statement, "orders_are_decided_in_drafts")


@pytest.mark.parametrize("role", ROLES)
def test_a_version_under_a_request_is_approved_by_nothing_else(planted, role):
    statement = (
        "UPDATE masterdata_bomversion v SET state = 'approved', effective_from = now(), signature_id = s.id"
        " FROM masterdata_signature s WHERE v.state = 'submitted' AND s.person_id <> v.author_id"
        " AND s.subject_kind = 'change_request'"
    )
    refused(planted, role, statement, "version_is_approved_by_its_request")


@pytest.mark.parametrize("role", ROLES)
def test_signatures_and_notes_stay(planted, role):
    refused(planted, role, "DELETE FROM masterdata_changesignature", "history_is_only_added_to")
    refused(planted, role, "UPDATE masterdata_changesignature SET role = 'admin'", "history_is_only_added_to")
    refused(planted, role, "DELETE FROM masterdata_changerequest", "nothing_is_deleted")


def test_the_database_and_the_rules_have_the_same_table_of_states():
    text = SQL.read_text()
    told = text[
        text.index("(OLD.state, NEW.state) NOT IN (") : text.index("PERFORM masterdata_refuse('change_moves_along")
    ]
    pairs = set(re.findall(r"\('(\w+)', '(\w+)'\)", told.partition(") OR")[0]))
    assert pairs == {(start.value, end.value) for (start, _), end in TRANSITIONS.items()}


@pytest.mark.django_db
def test_two_who_sign_at_once_do_not_both_approve():
    """Whoever comes second finds the request decided; the control is the table of states itself."""
    foil = plant.item("FOIL", unit="KGM")
    request = changing.submitted(changing.proposed(foil, standard_cost="3"))
    first, second = (changing.ticket(request, plant.people().qa) for _ in range(2))
    sign_change(request=request, ticket=first, role="qa", now=plant.NOW)
    with pytest.raises(Exception, match="cannot be signed now"):
        sign_change(request=ChangeRequest.objects.get(pk=request.pk), ticket=second, role="qa", now=plant.NOW)
