"""A version that was submitted before change requests were kept goes back to its author, and to nobody else."""

import pytest

from masterdata.actions.submit_bom import submit_bom
from masterdata.actions.take_back_version import WHY, take_back_version
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import changing, plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    plant.item("FOIL", unit="KGM")
    return plant.drafted_bom(plant.product("KIT"), [LineDraft("FOIL", "0.5")])


def submitted_alone(draft):
    """As an earlier version of the product did it."""
    return submit_bom(version=draft, actor=draft.author, now=plant.NOW)


def back(version, actor):
    return take_back_version(kind="bom_version", version=version, actor=actor, now=plant.NOW)


def test_its_author_takes_it_back_and_the_history_says_why(draft):
    version = back(submitted_alone(draft), draft.author)
    assert (version.state, version.submitted_at) == ("draft", None)
    assert version.history.latest().history_change_reason == WHY[:100]
    assert changing.submitted(changing.proposed(version)).state == "submitted"


def test_another_engineer_does_not_take_it_back_for_the_author(draft):
    submitted_alone(draft)
    with pytest.raises(Refused, match="was written by Ede Engineer") as refused:
        back(draft, plant.people().second_engineer)
    assert refused.value.codes == ["not_the_author"]


def test_a_version_that_a_request_decides_on_is_taken_back_with_the_request(draft):
    changing.submitted(changing.proposed(draft))
    with pytest.raises(Refused, match="CR-1 decides on KIT v1"):
        back(draft, draft.author)


def test_a_draft_has_nothing_to_be_taken_back(draft):
    with pytest.raises(Refused) as refused:
        back(draft, draft.author)
    assert refused.value.codes == ["out_of_sequence"]
