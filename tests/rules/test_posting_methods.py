"""What may never be posted blindly is refused by method, whichever flag says so."""

import pytest

from masterdata.rules.posting_methods import ItemFlags, method_refusal
from masterdata.rules.vocabulary import PostingMethod, Tracking


@pytest.mark.parametrize("method", list(PostingMethod))
def test_an_ordinary_item_may_be_posted_by_any_method(method):
    assert method_refusal(ItemFlags(), method, "FOIL") is None


@pytest.mark.parametrize(
    ("flags", "forward_too"),
    [
        (ItemFlags(tracking=Tracking.SERIAL), False),
        (ItemFlags(potency_controlled=True), False),
        (ItemFlags(safety_critical=True), True),
        (ItemFlags(operator_determined=True), True),
        (ItemFlags(high_value=True), True),
        (ItemFlags(variable_weight=True), True),
    ],
)
def test_a_flagged_item_may_not_be_backflushed(flags, forward_too):
    refusal = method_refusal(flags, PostingMethod.BACKFLUSH, "API-1")
    assert refusal.code == "method_not_allowed"
    assert "scan" in refusal.remedy
    assert method_refusal(flags, PostingMethod.SCAN, "API-1") is None
    assert (method_refusal(flags, PostingMethod.FORWARD, "API-1") is None) == forward_too


def test_every_reason_is_named():
    both = ItemFlags(safety_critical=True, high_value=True)
    assert "safety-critical and high-value" in method_refusal(both, "backflush", "VALVE").sentence
