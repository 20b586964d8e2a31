"""Textbook stories through the real product: master data, staging, inbox, worker code, ledger. See README.md."""

import io
from contextlib import redirect_stdout
from importlib import import_module

import pytest
from django.core.management import CommandError, call_command

from tests.worked_examples.conftest import OWN
from tests.worked_examples.story.comparing import differences
from tests.worked_examples.story.playing import Theatre
from tests.worked_examples.story.reading import read_case

PROOFS = ("check_ledger", "replay_postings")


@pytest.fixture
def fresh_worker(real_database, monkeypatch):
    """A worker process starts with an empty recipe book; here many databases come and go in one process."""
    recipes = import_module("backflush.queries.recipes")
    monkeypatch.setattr(recipes._books, "book", recipes.RecipeBook())
    return real_database


def test_story_ends_as_told(case_file, fresh_worker):
    case = read_case(case_file)
    theatre = Theatre(case)
    for index, event in enumerate(case.events):
        outcome = theatre.play(index, event)
        faults = differences(event.expect, outcome, theatre)
        if faults:
            told = "\n".join(f"  {fault}" for fault in faults)
            pytest.fail(
                f"{case_file.name}: {case.name} ({case.source})\n"
                f"event {index} {event.told}\n{told}\n{theatre.explained(outcome)}",
                pytrace=False,
            )
    if case_file.parent == OWN:
        for command in PROOFS:
            _must_find_nothing(case_file.name, command)


def _must_find_nothing(name: str, command: str) -> None:
    """After one of our own stories the ledger must hold, and every posting must compute to the same digits again."""
    said = io.StringIO()
    try:
        with redirect_stdout(said):
            call_command(command, stdout=said, stderr=said)
    except (CommandError, SystemExit) as error:
        if isinstance(error, CommandError) or error.code:
            pytest.fail(f"{name}: {command} after the story: {error}\n{said.getvalue()}", pytrace=False)
