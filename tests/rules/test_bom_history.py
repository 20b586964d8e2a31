"""Dated lines become successive whole versions, and the same component keeps its identity through them."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from masterdata.rules.bom_history import DatedLine, identities_of, versions_of


def line(row, component, first, last=None, quantity="1"):
    return DatedLine("BIKE", component, Decimal(quantity), "EA", first, last, row)


JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
WHEEL = line(1, "WHEEL", JAN, quantity="2")
BELL = line(2, "BELL", FEB, date(2026, 2, 28))


def test_a_version_begins_where_a_line_begins_and_where_one_has_ended():
    found = [
        (version.start, version.end, [each.component for each in version.lines])
        for version in versions_of([WHEEL, BELL])
    ]
    assert found == [(JAN, FEB, ["WHEEL"]), (FEB, MAR, ["WHEEL", "BELL"]), (MAR, None, ["WHEEL"])]


def test_a_line_that_ends_one_day_and_its_successor_of_the_next_meet_without_a_gap():
    changed = [line(1, "SADDLE", JAN, date(2026, 1, 31)), line(2, "SADDLE", FEB, quantity="2")]
    assert [(each.start, each.end) for each in versions_of(changed)] == [(JAN, FEB), (FEB, None)]
    assert len(set(identities_of(changed).values())) == 1


def test_a_time_in_which_nothing_holds_has_no_version():
    gap = [line(1, "A", JAN, date(2026, 1, 5)), line(2, "A", FEB)]
    assert [(each.start, each.end) for each in versions_of(gap)] == [(JAN, date(2026, 1, 6)), (FEB, None)]


def test_two_lines_of_one_component_at_one_time_are_two():
    both = [line(1, "SCREW", JAN), line(2, "SCREW", JAN)]
    assert len(set(identities_of(both).values())) == 2


def test_reading_twice_gives_the_same_identities():
    assert identities_of([WHEEL, BELL]) == identities_of([BELL, WHEEL])


days = st.dates(date(2026, 1, 1), date(2026, 1, 31))


@st.composite
def dated_lines(draw):
    lines = []
    for row in range(draw(st.integers(1, 8))):
        first, last = draw(days), draw(st.none() | days)
        lines.append(line(row, draw(st.sampled_from("AB")), min(first, last or first), last and max(first, last)))
    return lines


@given(dated_lines(), days)
def test_on_every_day_the_version_has_exactly_the_lines_that_hold(lines, day):
    standing = [
        version for version in versions_of(lines) if version.start <= day and (version.end is None or day < version.end)
    ]
    assert len(standing) <= 1
    held = {each.row for each in lines if each.holds_on(day)}
    assert {each.row for version in standing for each in version.lines} == held


@given(dated_lines())
def test_no_version_has_an_identity_twice(lines):
    identities = identities_of(lines)
    for version in versions_of(lines):
        used = [identities[each.row] for each in version.lines]
        assert len(used) == len(set(used))
