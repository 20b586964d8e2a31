"""What is signed is read in the plant's words: complete, exact, and with the digest of what it always was."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from masterdata.models import BomVersion, UnitFactor
from masterdata.pages.signed_words import Told, told
from masterdata.queries.contents import bom_content, factor_content
from masterdata.queries.reviews import record_content, reviews_due
from masterdata.rules.bom import AlternateDraft, LineDraft, OutputDraft, ScrapDraft, StepDraft
from masterdata.rules.reviews import ReviewKind
from masterdata.rules.signatures import content_digest
from tests import plant
from tests.web.bom_pages import version


def rich_version() -> BomVersion:
    """A version that says something in every field."""
    plant.people()
    made, sugar, cap = (
        plant.product("RICH", operations=["10", "20"]),
        plant.item("SUGAR", unit="KGM", decimals=3),
        plant.item("CAP"),
    )
    other, waste = plant.item("CAP-2"), plant.item("WASTE", unit="KGM", decimals=3)
    return plant.drafted_bom(
        made,
        [
            LineDraft(
                sugar.code,
                "0.1234567",
                tolerance="5",
                scrap=ScrapDraft(percent="2.5", source="study", source_note="Study 14", convention="divide"),
                setup=ScrapDraft(quantity="3", source="pilot"),
            ),
            LineDraft(
                cap.code,
                "1",
                operation="20",
                pieces="2",
                strategy="mix",
                whole_assemblies=True,
                alternates=(AlternateDraft(other.code, "1.05", "40", "500", "2027-01-01T00:00:00+00:00"),),
            ),
            LineDraft(waste.code, per="steps", steps=(StepDraft("0", "1"), StepDraft("1000", "2"))),
        ],
        base_quantity="12",
        outputs=[OutputDraft(waste.code, "0.5", cost_share="10")],
        assembly_scrap=ScrapDraft(percent="1"),
        operation_scrap=[ScrapDraft(percent="3", operation="20", net=True)],
        reason="All that there is.",
    )


def every_change(content: Any) -> Iterator[tuple[str, Any]]:
    """The content with each single value altered, one after the other, and where."""

    def leaves(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
        if isinstance(value, dict):
            for name, one in value.items():
                yield from leaves(one, (*path, name))
        elif isinstance(value, list):
            if value:
                yield (*path, slice(1)), value
            for place, one in enumerate(value):
                yield from leaves(one, (*path, place))
        else:
            yield path, value

    for path, value in leaves(content, ()):
        if path == ("record",):
            continue
        altered = copy.deepcopy(content)
        at = altered
        for step in path[:-1]:
            at = at[step]
        if isinstance(path[-1], slice):
            del at[0]
        else:
            at[path[-1]] = _other(value)
        yield ".".join(map(str, path)), altered


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if value is None:
        return "17"
    if isinstance(value, int):
        return value + 1
    if value.replace(".", "").isdecimal():
        return f"{value}7" if "." in value else f"{value}.000000007"
    return {"base": "order", "running": "setup", "": "20"}.get(value, f"{value}x")


def as_text(shown: Told) -> str:
    return repr(shown).replace("\\n", "; ").replace("\\xa0", " ")


def unseen(kind: str, content: dict[str, Any]) -> list[str]:
    """Values that could be others without a reader seeing it."""
    shown = as_text(told(kind, content))
    return [where for where, altered in every_change(content) if as_text(told(kind, altered)) == shown]


def test_no_value_of_a_version_can_differ_unseen(db):
    content = bom_content(rich_version())
    assert unseen("bom_version", content) == []


def test_no_value_of_a_factor_or_a_plain_record_can_differ_unseen(look):
    look("qa")
    assert unseen("unit_factor", factor_content(UnitFactor.objects.all()[0])) == []
    now = timezone.now()
    for kind in ReviewKind:
        found = reviews_due(now, [kind])
        for one in found[:3]:
            assert unseen(kind, record_content(ReviewKind(kind), one.key)) == [], one.name


def test_what_came_into_a_content_later_is_shown_under_its_own_name(db):
    content = bom_content(rich_version())
    content["lines"][0]["some_rule"] = "strict_one"
    content["colour"] = "blue"
    shown = as_text(told("bom_version", content))
    assert "some rule: strict_one" in shown
    assert "Colour" in shown


def test_figures_units_operations_and_people_stand_in_the_plants_words(db):
    shown = as_text(told("bom_version", bom_content(rich_version())))
    for words in (
        "12 pcs",
        "0.1234567 kg",
        "2.5 % running, ÷ (1 − s)",
        "from a study (Study 14)",
        "3 kg per setup",
        "1 pcs × 2 pieces",
        "1.05 in place of 1, 40 % of the need, at most 500, until 1 Jan 2027",
        "2027-01-01 00:00:00 UTC",
        "each in turn what it has, whole assemblies only",
        "Order of 1,000 or more: 2 kg",
        "backflushed, within ± 5 %",
        "net: in place of the assembly's",
        "Ede Engineer (engineer)",
    ):
        assert words in shown, words
    for machine in ("gross_up", "by_product", "KGM", "C62", "handling_unit_kind", "scrap_factors", "whole_assemblies"):
        assert machine not in shown, machine


def test_a_signer_reads_a_table_and_signs_the_digest_that_it_always_was(as_):
    client = as_("qa")
    found = version(1)
    address = reverse("review", args=["bom_version", found.pk])
    page = client.get(address).content.decode()
    main = page.split("<main")[1]
    for words in ("SF-SYR-001 Syrup, bulk", "0.245 kg", "10 Fill and cap", "20 Pack", "Filling study 14", "1 pcs"):
        assert words in main, words
    for machine in ("source_note", "gross_up", "handling unit kind", "KGM", "{&#x27;", "identity "):
        assert machine not in main, machine
    for line in found.lines.all():
        assert str(line.identity) in main
    before = content_digest(bom_content(found))
    client.get(address)
    assert content_digest(bom_content(version(1))) == before


@pytest.mark.parametrize("kind", ["unit_factor", "trigger_definition", "item", "operation", "bin", "reason_code"])
def test_every_kind_is_read_in_words(look, kind):
    client = look("qa")
    one = reviews_due(timezone.now(), [kind])[0]
    main = client.get(reverse("review", args=[kind, one.key])).content.decode().split("<main")[1]
    says = main.split("What it says now")[1].split("Reviews so far")[0]
    assert "_" not in says.replace("site_", ""), says
