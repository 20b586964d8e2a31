"""Texts in a report that mean nothing are refused, and never taken for nothing: empty codes, units that are none."""

from datetime import UTC, datetime
from typing import Any

import pytest

from backflush.rules.report import Report, parse_report

REPORT = {
    "event_id": "3f0a4c1e-8f57-4b0e-9c64-2f4f6a1f8d11",
    "order": "WO-1",
    "operation": "10",
    "occurred_at": "2026-01-05T08:00:00+01:00",
}


def report(**changes: Any) -> dict[str, Any]:
    return {**REPORT, "good": "10", **changes}


def scan(**changes: Any) -> dict[str, Any]:
    return {**REPORT, "kind": "scan_issue", "item": "FOIL", "lot": "F-1", "quantity": "2.5", **changes}


def faults_of(payload: dict[str, Any]) -> list[tuple[str, str]]:
    found = parse_report(payload)
    assert isinstance(found, list), found
    return [(fault.field, fault.code) for fault in found]


def parsed(payload: dict[str, Any]) -> Report:
    found = parse_report(payload)
    assert isinstance(found, Report), found
    return found


@pytest.mark.parametrize("name", ["confirmed_by", "output_lot", "operator"])
def test_an_empty_code_is_not_the_same_as_none(name):
    assert faults_of(report(**{name: ""})) == [(name, "empty")]
    assert getattr(parsed(report(**{name: None})), name) == ""


@pytest.mark.parametrize(
    ("unit", "code"), [("kgm", "not_a_unit"), ("K M", "not_a_unit"), ("ß", "not_a_unit"), ("", "empty")]
)
def test_a_unit_is_a_code_of_capitals_and_digits(unit, code):
    assert faults_of(scan(unit=unit)) == [("unit", code)]


def test_a_scale_without_a_name_is_left_out():
    assert faults_of(scan(scale="")) == [("scale", "empty")]


def test_small_letters_in_a_time_are_as_good():
    assert parsed(report(occurred_at="2026-01-05t08:00:00.5z")).occurred_at == datetime(
        2026, 1, 5, 8, 0, 0, 500_000, tzinfo=UTC
    )
