"""All invariants of the product's SQL: those of the ledger and those of posting."""

from pathlib import Path

from traceability.queries.invariants import Invariant, read_invariants

_HERE = Path(__file__).parents[1] / "invariants"


def all_invariants() -> list[Invariant]:
    """Every invariant, by its number."""
    return sorted([*read_invariants(), *read_invariants(_HERE)], key=lambda one: one.name)
