"""Exploding BOMs: losses compound, phantoms multiply through, nothing is rounded."""

import uuid

import pytest

from masterdata.rules.exact import Fraction
from masterdata.rules.explosion import component_of, explode
from masterdata.rules.usage import BomFact, BomLineFact, BomOutputFact, RunningLoss, Usage, UsageLine, plain_text
from masterdata.rules.vocabulary import Convention, Loss, Per
from tests import recipes

F = Fraction


def identity(name):
    return uuid.UUID(recipes.component(name))


FG, KIT, INNER, A, B = 1, 2, 3, 4, 5
UNITS = dict.fromkeys((FG, KIT, INNER, A, B), "C62")
DIMENSIONS = {"C62": "count", "KGM": "mass", "LTR": "volume"}


def used(item=A, quantity="1", **fields):
    operation = fields.pop("operation", "10")
    name = fields.pop("name", f"use of {item}")
    unit = fields.pop("unit", "C62")
    return BomLineFact(identity(name), item, F(quantity), unit, operation, **fields)


def bom(item, *lines, base="1", phantom=False, assembly=None, operations=None, outputs=()):
    return BomFact(item * 10, item, F(base), "C62", phantom, assembly, operations or {}, lines, tuple(outputs))


def loss(percent, convention=Convention.GROSS_UP, **fields):
    return RunningLoss(F(percent), convention, **fields)


def exploded(top, *others, units=UNITS, factors=None) -> Usage:
    by_item = {one.item: one for one in others}

    def convert(item, from_unit, to_unit):
        return F(1) if from_unit == to_unit else (factors or {}).get((item, from_unit, to_unit))

    return explode(top, by_item.get, units, convert, DIMENSIONS)


def only_line(usage: Usage) -> UsageLine:
    (line,) = usage.lines
    return line


def test_quantity_and_pieces_stand_over_the_base():
    line = only_line(exploded(bom(FG, used(quantity="0.25", pieces=F(3)), base="6")))

    assert line.plain == line.kept == line.full == F("0.25") * 3 / 6


def test_assembly_operation_and_component_losses_compound():
    line = only_line(exploded(bom(FG, used(scrap=loss(10)), assembly=loss(10), operations={"10": loss(5)})))

    assert line.plain == 1
    assert line.kept == F("1.1")
    assert line.full == F("1.1") * F("1.05") * F("1.1")


def test_each_loss_counts_by_its_own_convention():
    line = only_line(exploded(bom(FG, used(scrap=loss(50, Convention.DIVIDE)), assembly=loss(10))))

    assert line.full == F("1.1") / F("0.5")


def test_net_operation_factor_takes_the_place_of_assembly_scrap_at_its_operation_only():
    usage = exploded(
        bom(
            FG,
            used(A, operation="10"),
            used(B, operation="20"),
            assembly=loss(10),
            operations={"10": loss(5, net=True), "20": loss(5)},
        )
    )

    assert [line.full for line in usage.lines] == [F("1.05"), F("1.1") * F("1.05")]


def test_what_an_avoidable_factor_adds_is_kept_apart():
    line = only_line(exploded(bom(FG, used(scrap=loss(10, loss=Loss.AVOIDABLE)), assembly=loss(20))))

    assert line.full == F("1.2") * F("1.1")
    assert line.full_avoidable == F("1.2") * F("0.1")
    assert line.kept_avoidable == F("0.1")


def test_losses_on_top_of_an_avoidable_share_stay_avoidable():
    line = only_line(exploded(bom(FG, used(scrap=loss(20)), assembly=loss(10, loss=Loss.AVOIDABLE))))

    assert line.full_avoidable == F("0.1") * F("1.2")
    assert line.kept_avoidable == 0


def test_phantoms_multiply_through_to_any_depth_unrounded():
    usage = exploded(
        bom(FG, used(KIT), base="3"),
        bom(KIT, used(INNER), base="3", phantom=True),
        bom(INNER, used(A, "7"), phantom=True),
    )

    assert only_line(usage).full == F(7, 9)


def test_a_phantoms_own_losses_always_apply_and_its_parents_do_not():
    line = only_line(
        exploded(
            bom(FG, used(KIT, scrap=loss(2)), assembly=loss(20)),
            bom(KIT, used(A, "2", scrap=loss(5)), phantom=True, assembly=loss(10)),
        )
    )

    assert line.kept == 2 * F("1.02") * F("1.1") * F("1.05")
    assert line.full == line.kept * F("1.2")


def test_a_component_with_a_bom_that_is_no_phantom_is_a_leaf():
    usage = exploded(bom(FG, used(KIT, "4")), bom(KIT, used(A)))

    assert [(line.item, line.full) for line in usage.lines] == [(KIT, 4)]


def test_phantoms_components_flush_where_the_phantom_is_used():
    usage = exploded(bom(FG, used(KIT, operation="20")), bom(KIT, used(A, operation="10"), phantom=True))

    assert only_line(usage).operation == "20"


@pytest.mark.parametrize(
    ("fields", "name", "owed"),
    [
        ({"per": Per.ORDER, "quantity": "3"}, "fixed", F(3)),
        ({"per": Per.STEPS, "steps": ((F(0), F(7)), (F(10), F(9)))}, "steps", ((F(0), F(7)), (F(10), F(9)))),
        ({"per": Per.HANDLING_UNIT, "quantity": "2"}, "per_unit_closed", F(2)),
        ({"setup": F(5), "quantity": "0"}, "setup", F(5)),
    ],
)
def test_what_a_phantom_owes_once_is_not_multiplied(fields, name, owed):
    usage = exploded(bom(FG, used(KIT, "4"), base="2"), bom(KIT, used(A, **fields), phantom=True, assembly=loss(10)))

    line = only_line(usage)
    assert getattr(line, name) == owed
    assert line.plain == line.kept == line.full == 0


def test_a_quantity_per_order_takes_no_percentage():
    line = only_line(exploded(bom(FG, used(quantity="5", per=Per.ORDER, scrap=loss(10)), assembly=loss(10))))

    assert line.fixed == 5
    assert line.full == 0


def test_units_convert_before_anything_is_added():
    units = {**UNITS, A: "KGM"}
    line = only_line(
        exploded(
            bom(FG, used(A, "12.5", unit="LTR", setup=F(2))), units=units, factors={(A, "LTR", "KGM"): F("0.78934")}
        )
    )

    assert line.full == F("9.86675")
    assert line.setup == F("1.57868")
    assert line.crosses == 1


def test_every_missing_conversion_is_listed_and_its_line_left_out():
    usage = exploded(bom(FG, used(A, unit="LTR"), used(B), used(KIT, unit="LTR")), bom(KIT, used(A), phantom=True))

    assert [(gap.code, gap.item) for gap in usage.missing] == [("no_conversion", A), ("no_conversion", KIT)]
    assert [line.item for line in usage.lines] == [B]


def test_outputs_know_no_losses_and_explode_through_phantoms():
    output = BomOutputFact(identity("out"), KIT, F(2), "C62", "10")
    usage = exploded(
        bom(FG, used(A), base="4", assembly=loss(50), outputs=[output]),
        bom(KIT, used(B, "3", scrap=loss(10)), phantom=True, assembly=loss(10)),
    )

    assert [(made.item, made.quantity) for made in usage.outputs] == [(B, F(2, 4) * 3)]


def test_the_same_phantom_used_twice_gives_two_components():
    usage = exploded(bom(FG, used(KIT, name="left"), used(KIT, name="right")), bom(KIT, used(A), phantom=True))

    assert len({line.component for line in usage.lines}) == 2


def test_a_component_keeps_its_name_from_version_to_version():
    path = (uuid.UUID(int=1), uuid.UUID(int=2))

    assert component_of(path[:1]) == str(path[0])
    assert component_of(path) == component_of(path) != component_of(path[::-1])


def test_fractions_are_written_as_people_write_them():
    assert [plain_text(value) for value in (F(5), F(1, 8), F(-5, 2), F(1, 3))] == ["5", "0.125", "-2.5", "1/3"]
