"""Signs of ledger lines: with them an order's lines add up to what it cost beyond what it made."""

import pytest

from variance.rules.direction import direction_of


@pytest.mark.parametrize(
    ("into_use", "mirror", "told"),
    [
        (True, False, ("used", 1)),
        (False, True, ("given back", -1)),
        (False, False, ("received", -1)),
        (True, True, ("taken back", 1)),
    ],
)
def test_what_was_used_counts_plus_and_what_was_made_minus_and_a_mirror_the_other_way(into_use, mirror, told):
    word, sign = direction_of(into_use=into_use, mirror=mirror)
    assert (told[0] in word, sign) == (True, told[1])
