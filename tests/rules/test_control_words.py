"""What the control record says of the rules names every reason and word that the rules have."""

import ast
from pathlib import Path

import pytest

from backflush.rules import flush, gate, shortage
from backflush.rules.clock import _CODE
from backflush.rules.control_words import ALLOCATION, BASIS, ELIGIBILITY, TRIGGERS, reversal_steps
from masterdata.rules.vocabulary import AllocationStrategy, OutputBasis, TriggerKind
from traceability.rules import eligibility


def codes_of(module) -> set[str]:
    """The codes of the refusals that a module makes."""
    found = set()
    for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
            first = node.args[0]
            if isinstance(first, ast.Constant):
                found.add(first.value)
    return found


@pytest.mark.parametrize("module", [gate, eligibility, shortage, flush])
def test_every_reason_that_can_block_a_report_is_explained(module):
    assert codes_of(module)
    assert codes_of(module) - set(ELIGIBILITY) == set()


def test_nothing_is_explained_that_does_not_exist():
    known = set.union(*(codes_of(one) for one in (gate, eligibility, shortage, flush))) | {_CODE}
    known |= {"no_conversion", "no_effective_bom"}  # compiled with the recipe, refused by the gate under their own code
    assert set(ELIGIBILITY) - known == set()


def test_every_choice_has_its_words():
    assert set(TRIGGERS) == set(TriggerKind)
    assert set(BASIS) == set(OutputBasis)
    assert set(ALLOCATION) == set(AllocationStrategy)


def test_the_steps_of_a_reversal_name_who_may():
    told = " ".join(reversal_steps())
    assert "(quality assurance)" in told
    assert "engineer or operator or quality assurance or supervisor" in told
