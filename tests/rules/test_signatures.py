"""A signature covers one canonical form: the same content, the same digest; a changed one, another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masterdata.rules.signatures import canonical, content_digest, manifestation_digest, ticket_refusal

MANIFESTATION = {
    "content": {"item": "FOIL", "quantity": "1.5"},
    "printed_name": "Q. Auditor",
    "meaning": "approved",
    "signed_at": "2026-11-23T08:00:00.000000Z",
    "subject_kind": "bom_version",
    "subject_key": "7",
    "components": "user name and password",
}
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5).filter(str.isalnum), inner, max_size=4)
    ),
    max_leaves=10,
)


def test_the_order_of_keys_does_not_matter():
    assert content_digest({"a": "1", "b": ["2"]}) == content_digest({"b": ["2"], "a": "1"})


def test_the_canonical_form_is_plain_utf8_json():
    assert canonical({"ü": ["×", 1, None, True]}) == '{"ü":["×",1,null,true]}'.encode()


def test_tuples_and_lists_are_the_same_content():
    assert content_digest({"a": (1, 2)}) == content_digest({"a": [1, 2]})


@pytest.mark.parametrize("value", [1.5, float("nan"), b"x", {1, 2}, object(), {1: "x"}, "a\x00b"])
def test_values_without_one_way_to_be_written_are_refused(value):
    with pytest.raises(TypeError, match=r"content\.x"):
        canonical({"x": value})


@given(plain, plain)
def test_different_contents_have_different_digests(one, other):
    same = canonical({"x": one}) == canonical({"x": other})
    assert (content_digest({"x": one}) == content_digest({"x": other})) == same


@pytest.mark.parametrize("field", sorted(MANIFESTATION))
def test_everything_that_is_shown_is_covered(field):
    changed = {**MANIFESTATION, field: {"item": "FILM"} if field == "content" else "something else"}
    assert manifestation_digest(**changed) != manifestation_digest(**MANIFESTATION)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"age_seconds": 300}, None),
        ({"age_seconds": 300.5}, "ticket_expired"),
        ({"age_seconds": -1}, "ticket_expired"),
        ({"used": True}, "ticket_used"),
        ({"digest": "b"}, "content_changed"),
        ({"signer_active": False}, "signer_not_active"),
    ],
)
def test_a_ticket_is_good_once_for_five_minutes_and_for_one_content(change, code):
    good = {"ticket_digest": "a", "digest": "a", "age_seconds": 10, "used": False, "signer_active": True}
    refusal = ticket_refusal(**{**good, **change})
    assert (refusal and refusal.code) == code
