"""A device's counter shows which reports never came."""

import pytest

from backflush.rules.sequence import sequence_gaps


@pytest.mark.parametrize(
    ("numbers", "gaps"),
    [
        ([], []),
        ([7], []),
        ([1, 2, 3], []),
        ([1, 3], ["2"]),
        ([1, 2, 6, 9], ["3–5", "7–8"]),
        ([1, 4, 2, 3], []),
        ([5000, 5001, 0, 1, 3], ["2"]),
        ([5000, 5002, 0, 1], ["5001"]),
        ([3, 3, 4], []),
    ],
)
def test_gaps(numbers, gaps):
    assert [str(gap) for gap in sequence_gaps(numbers)] == gaps


def test_a_gap_knows_how_many_are_missing():
    assert [gap.count for gap in sequence_gaps([1, 5])] == [3]
