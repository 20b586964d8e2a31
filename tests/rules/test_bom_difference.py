"""Two versions compared: every field that differs, lines matched by identity, nothing where nothing differs."""

from copy import deepcopy

from masterdata.rules.bom_difference import Difference, differences

LOSS = {
    "level": "component",
    "kind": "running",
    "operation": "",
    "percent": "2",
    "quantity": "0",
    "convention": "gross_up",
    "net": False,
    "loss": "structural",
    "source": "study",
    "source_note": "Study 14",
}
OLD = {
    "base_quantity": "1",
    "base_unit": "C62",
    "phantom": False,
    "scrap_factors": [],
    "outputs": [],
    "lines": [
        {
            "identity": "a",
            "position": 10,
            "item": "SYRUP",
            "quantity": "0.245",
            "unit": "KGM",
            "operation": "10",
            "alternates": [],
            "whole_assemblies": False,
            "scrap_factors": [LOSS],
        },
        {
            "identity": "b",
            "position": 20,
            "item": "CAP",
            "quantity": "1",
            "unit": "C62",
            "operation": "10",
            "alternates": [],
            "whole_assemblies": False,
            "scrap_factors": [],
        },
    ],
}


def test_the_same_content_differs_in_nothing():
    assert differences(OLD, deepcopy(OLD)) == []


def test_a_changed_quantity_and_a_moved_line():
    new = deepcopy(OLD)
    new["lines"][0]["quantity"] = "0.25"
    new["lines"].reverse()
    assert differences(OLD, new) == [Difference("SYRUP", "quantity", "0.245", "0.25")]


def test_lines_added_and_taken_out():
    new = deepcopy(OLD)
    new["lines"][1] |= {"identity": "c", "item": "LID"}
    assert differences(OLD, new) == [
        Difference("LID", "line", "", "1 C62 at operation 10"),
        Difference("CAP", "line", "1 C62 at operation 10", ""),
    ]


def test_losses_are_told_whole():
    new = deepcopy(OLD)
    new["lines"][0]["scrap_factors"] = [{**LOSS, "percent": "10"}]
    (found,) = differences(OLD, new)
    assert found.field == "component running scrap"
    assert found.old == "2 % gross up, structural, from study (Study 14)"
    assert found.new.startswith("10 % gross up")


def test_the_head_and_yes_or_no():
    new = deepcopy(OLD)
    new |= {"phantom": True, "base_quantity": "12"}
    new["lines"][1]["alternates"] = [{"rank": 1, "item": "LID", "factor": "1", "percent": None}]
    assert differences(OLD, new) == [
        Difference("version", "base quantity", "1", "12"),
        Difference("version", "phantom", "no", "yes"),
        Difference("CAP", "alternates", "", "rank 1, item LID, factor 1"),
    ]
