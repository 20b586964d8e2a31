"""Nothing in a body is silently dropped, changed or doubled on its way to data."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backflush.rules.strict_json import MOST_BYTES, MOST_DEPTH, Number, read_json

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_a_client_writes_is_what_is_read(value):
    body = json.dumps(value).encode()
    data, faults = read_json(body)
    if not faults:
        assert data == value
    else:
        assert [fault.code for fault in faults] == ["too_deep"]


@given(st.binary(max_size=300))
def test_no_bytes_raise(body):
    data, faults = read_json(body)
    assert data is None or not faults


@given(st.text(st.sampled_from('{}[]",:\\u0d8dcNaInfity-1.eE \x00'), max_size=60))
def test_nothing_that_looks_like_json_raises(text):
    data, faults = read_json(text.encode())
    assert data is None or not faults


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b"", "not_json", ""),
        (b"{", "not_json", ""),
        (b"{'a': 1}", "not_json", ""),
        (b"\xef\xbb\xbf{}", "not_json", ""),
        (b'{"a": NaN}', "not_json", ""),
        (b'{"a": -Infinity}', "not_json", ""),
        (b'{"a": "\xff"}', "not_utf8", ""),
        ('{"a": "é"}'.encode("latin-1"), "not_utf8", ""),
        ('{"a": "b"}'.encode("utf-16"), "not_utf8", ""),
        (b'{"good": "1", "good": "2"}', "duplicate_key", "good"),
        (b'{"scrap": [{"reason": "A", "reason": "B"}]}', "duplicate_key", "scrap.0.reason"),
        (b'{"parameters": {"a": "1", "a": "2", "a": "3"}}', "duplicate_key", "parameters.a"),
        (b'{"scrap": [{"reason": "A\\u0000"}]}', "nul", "scrap.0.reason"),
        (b'{"order": "\\ud800"}', "surrogate", "order"),
        (b'{"\\u0000": "x"}', "nul", "body"),
        (b'"' + b"x" * MOST_BYTES + b'"', "too_long", ""),
        (b"[" * (MOST_DEPTH + 1) + b"]" * (MOST_DEPTH + 1), "too_deep", ""),
        (b"[" * 60_000, "too_deep", ""),
    ],
)
def test_a_body_that_cannot_be_read_says_why(body, code, field):
    data, faults = read_json(body)
    assert data is None
    assert [(fault.code, fault.field) for fault in faults] == [(code, field)]
    assert faults[0].detail.endswith(".")


def test_every_bad_text_is_listed_at_once():
    _, faults = read_json(b'{"order": "\\u0000", "scrap": [{"reason": "\\udfff"}], "good": "1"}')
    assert [(fault.field, fault.code) for fault in faults] == [("order", "nul"), ("scrap.0.reason", "surrogate")]


def test_doubled_keys_and_bad_texts_are_listed_together():
    _, faults = read_json(b'{"a": {"b": "\\u0000", "b": 1}, "a": 2, "\\ud800": 1, "\\ud800": 2}')
    assert [(fault.field, fault.code) for fault in faults] == [
        ("a", "duplicate_key"),
        ("\\ud800", "duplicate_key"),
        ("a.b", "duplicate_key"),
        ("a.b", "nul"),
        ("body", "surrogate"),
    ]


def test_brackets_inside_a_text_are_no_depth():
    text = "[" * 50 + '"' + "{" * 50 + "\\"
    assert read_json(json.dumps({"note": text}).encode()) == ({"note": text}, [])


@pytest.mark.parametrize("number", ["10", "1.50", "1e400", "9" * 5000, "-0.0", "123456789012345678.123456789"])
def test_numbers_keep_the_digits_they_were_written_with(number):
    data, faults = read_json(f'{{"good": {number}}}'.encode())
    assert not faults
    assert isinstance(data["good"], Number)
    assert data["good"] == number
