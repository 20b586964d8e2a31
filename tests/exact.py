"""Exact numbers for property tests, of the class that the product computes with."""

from typing import Any

from hypothesis import strategies as st

from masterdata.rules.exact import Fraction


def exact(**bounds: Any) -> st.SearchStrategy[Fraction]:
    """`hypothesis.strategies.fractions`, as the product's `Fraction`."""
    return st.fractions(**bounds).map(Fraction)
