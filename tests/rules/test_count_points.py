"""What still comes from an earlier operation, when some of its units were scrapped."""

from backflush.rules.count_points import CountPoint, nothing_more_comes
from masterdata.rules.exact import Fraction

ORDERED = Fraction(100)


def point(number, good, scrapped=0, rework=0):
    return CountPoint(number, Fraction(good), Fraction(scrapped), Fraction(good + scrapped + rework))


def test_scrap_at_the_operation_before_is_why_nothing_more_comes():
    points = [point("20", 98, 2), point("30", 98)]
    assert nothing_more_comes(points, ORDERED) == "Nothing more comes from operation 20: 2 units were scrapped there."


def test_one_unit_is_said_as_one():
    points = [point("20", 99, 1), point("30", 99)]
    assert nothing_more_comes(points, ORDERED) == "Nothing more comes from operation 20: 1 unit was scrapped there."


def test_scrap_further_back_ends_every_operation_after_it():
    points = [point("10", 97, 3), point("20", 96, 1), point("30", 96)]
    said = nothing_more_comes(points, ORDERED)
    assert said == "Nothing more comes from operation 20: 3 units were scrapped at operation 10 and 1 there."


def test_what_was_scrapped_here_is_said_too():
    points = [point("20", 100), point("30", 97, 3)]
    assert nothing_more_comes(points, ORDERED) == "Nothing more comes from operation 20: 3 units were scrapped here."


def test_more_may_come_while_the_operation_before_is_not_through_or_not_used_up():
    assert nothing_more_comes([point("20", 50, 2), point("30", 50)], ORDERED) == ""
    assert nothing_more_comes([point("20", 98, 2), point("30", 97)], ORDERED) == ""
    assert nothing_more_comes([point("20", 90, 2, rework=8), point("30", 90)], ORDERED) == ""
    assert nothing_more_comes([point("10", 50)], ORDERED) == ""
