"""Replays in numbers: stored postings decided again in the order of their numbers, and those that come out otherwise."""

from collections.abc import Iterator
from typing import NamedTuple

from backflush.models import Posting, Recipe
from backflush.queries.postings import differences_between, ledger_of_entries, posting_number, recipe_faults
from backflush.rules.recipe import Recipe as RecipeFigures
from backflush.rules.recipe import read_recipe

#: postings whose facts and lines are read at once
AT_ONCE = 200
#: what facts or a recipe raise that are no longer what was written
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


class Replayed(NamedTuple):
    """A posting that was decided again; no `differences`: the same digits."""

    site_id: int
    number: int
    differences: list[str]

    def __str__(self) -> str:
        return f"{posting_number(self.number)}: {'; '.join(self.differences)}"


def replayed(site_id: int, after: int = 0, most: int | None = None) -> Iterator[Replayed]:
    """Every posting of a site with a number above `after`, up to `most` of them. What was not decided (reversals) is as it is."""
    recipes = _Recipes()
    while most is None or most > 0:
        size = AT_ONCE if most is None else min(AT_ONCE, most)
        postings = list(Posting.objects.filter(site_id=site_id, number__gt=after).order_by("number")[:size])
        if not postings:
            return
        recipes.read({posting.recipe_id for posting in postings if posting.recipe_id})
        lines = ledger_of_entries([posting.entry_id for posting in postings])
        for posting in postings:
            differences = []
            if posting.recipe_id:
                differences = recipes.differences(posting, lines.get(posting.entry_id, []))
            yield Replayed(site_id, posting.number, differences)
        after = postings[-1].number
        most = None if most is None else most - len(postings)


class _Recipes:
    """The recipes met so far: thousands of postings share one."""

    def __init__(self) -> None:
        self._figures: dict[int, RecipeFigures] = {}
        self._faults: dict[int, list[str]] = {}

    def read(self, ids: set[int]) -> None:
        for stored in Recipe.objects.filter(pk__in=ids - self._faults.keys()):
            self._faults[stored.pk] = recipe_faults(stored)
            try:
                self._figures[stored.pk] = read_recipe(stored.body)
            except _UNREADABLE as error:
                self._faults[stored.pk].append(f"its recipe cannot be read: {error!r}")

    def differences(self, posting: Posting, lines: list) -> list[str]:
        assert posting.recipe_id is not None
        recipe = self._figures.get(posting.recipe_id)
        faults = self._faults.get(posting.recipe_id, ["its recipe is not there"])
        if recipe is None:
            return faults
        try:
            return [*faults, *differences_between(posting.facts, recipe, lines)]
        except _UNREADABLE as error:
            return [*faults, f"its facts cannot be decided again: {error!r}"]
