"""A recipe is named by its text; reading the text gives the recipe, the text and the name again."""

from dataclasses import replace

from hypothesis import given

from backflush.rules.recipe import read_recipe
from masterdata.rules.exact import Fraction
from masterdata.rules.vocabulary import HandlingUnitKind
from tests import recipes
from tests.exact import exact

_EXACT = exact(min_value=0, max_value=1000, max_denominator=1000)


def full_recipe(**fields):
    """Every kind of figure at once."""
    lines = [
        recipes.line(1, "1/3", kept="2/5", full="3/7", setup="10", fixed="5", full_avoidable="1/9"),
        recipes.with_alternates(
            "mix",
            [recipes.alternate(3, "1/3", limit="4", until="2026-11-01T00:00:00.000000Z")],
            item=2,
            whole_assemblies=True,
        ),
        recipes.with_alternates("share", [recipes.alternate(3, percent="33.3")], item=4),
        recipes.line(5, "0", steps=[("0", "10"), ("100", "20")], crosses=-1),
        recipes.line(6, "0", per_unit_closed="2", handling_unit_kind=HandlingUnitKind.CASE),
    ]
    given: dict = {
        "items": [recipes.item(1, multiple="25", density=Fraction("0.79"), label_potency=Fraction("0.98"))],
        "outputs": [recipes.output(8, "1/7")],
        "missing": (("no_conversion", 1, "LTR → KGM"),),
        "factor": Fraction(1, 3),
    }
    return recipes.recipe(lines, **{**given, **fields})


def test_text_is_read_back_to_the_same_recipe():
    recipe = full_recipe()

    assert read_recipe(recipe.text) == recipe
    assert read_recipe(recipe.text).text == recipe.text
    assert read_recipe(recipe.text).digest == recipe.digest


def test_a_recipe_without_a_trigger_definition_is_read_back_too():
    recipe = full_recipe(trigger=None)

    assert read_recipe(recipe.text) == recipe


def test_any_other_figure_is_another_recipe():
    names = {
        full_recipe().digest,
        full_recipe(factor=Fraction(1, 4)).digest,
        full_recipe(trigger=recipes.trigger(version=2)).digest,
        full_recipe(serving=(1,)).digest,
        full_recipe(items=[recipes.item(1)]).digest,
    }

    assert len(names) == 5


def test_the_order_in_which_items_are_found_does_not_matter():
    figures = [recipes.item(1), recipes.item(2)]
    line = recipes.line(1)

    assert recipes.recipe([line], items=figures).digest == recipes.recipe([line], items=figures[::-1]).digest


def test_what_a_supermarket_may_serve_is_named_alternates_too():
    recipe = full_recipe()
    assert recipe.shelved_items == set()

    flagged = {item: replace(figures, supermarket=item in (4, 5)) for item, figures in recipe.items.items()}
    assert replace(recipe, items=flagged).shelved_items == {4, 5}


@given(plain=_EXACT, kept=_EXACT, full=_EXACT, setup=_EXACT, factor=_EXACT)
def test_fractions_survive_exactly(plain, kept, full, setup, factor):
    recipe = recipes.recipe(
        [recipes.line(1, str(plain), kept=str(kept), full=str(full), setup=str(setup))], factor=factor
    )

    assert read_recipe(recipe.text) == recipe
