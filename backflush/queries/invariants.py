"""All invariants of the product's SQL: the folder `invariants` of every installed app, whichever layer it is."""

from pathlib import Path

from django.apps import apps

from traceability.queries.invariants import Invariant, read_invariants


def all_invariants() -> list[Invariant]:
    """Every invariant, by its number."""
    folders = [Path(app.path) / "invariants" for app in apps.get_app_configs()]
    return sorted((one for folder in folders for one in read_invariants(folder)), key=lambda one: one.name)
