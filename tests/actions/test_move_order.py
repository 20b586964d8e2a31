"""An order that a signed change moves is made by the new version from its time on, and by one version only at any time."""

from datetime import timedelta

import pytest

from masterdata.actions.revise_change import revise_change
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import changing, floor, plant
from traceability.models import OrderPin

pytestmark = pytest.mark.django_db
NOW = floor.NOW
SOON, LATER = NOW + timedelta(days=1), NOW + timedelta(days=2)


@pytest.fixture
def order():
    """Of a kit that holds a tray, a phantom of foil."""
    plant.item("FOIL", unit="KGM")
    plant.approved_bom(plant.product("TRAY"), [LineDraft("FOIL", "0.1")], phantom=True)
    kit = plant.product("KIT")
    plant.approved_bom(kit, [LineDraft("TRAY", "1"), LineDraft("FOIL", "0.5")])
    return floor.released_order(kit)


def moves(order, code, lines, *, at, signed_at=NOW, **fields):
    """A new version of an item takes effect at a time and takes the order along; signed."""
    version = plant.drafted_bom(plant.product(code), lines, at=NOW, **fields)
    request = changing.proposed(version, now=NOW, effective_from=at)
    revise_change(request=request, author=request.author, now=NOW, effective_from=at, orders={order.pk: "move"})
    return changing.signed(changing.submitted(request, NOW), signed_at)


def pinned(order):
    pins = OrderPin.objects.filter(order=order).select_related("bom_version__item").order_by("applicable_from")
    return [(one.applicable_from, str(one.bom_version), set(one.phantom_versions.values())) for one in pins]


def test_the_order_goes_over_at_the_time_that_was_signed(order):
    request = moves(order, "KIT", [LineDraft("TRAY", "1"), LineDraft("FOIL", "0.6")], at=SOON)
    assert request.state == "approved"
    tray = plant.item("TRAY").bom_versions.get().pk
    assert pinned(order) == [(NOW, "KIT v1", {tray}), (SOON, "KIT v2", {tray})]


def test_a_phantom_that_changes_afterwards_keeps_the_product_that_the_order_went_over_to(order):
    moves(order, "KIT", [LineDraft("TRAY", "1"), LineDraft("FOIL", "0.6")], at=SOON)
    moves(order, "TRAY", [LineDraft("FOIL", "0.2")], at=LATER, phantom=True)
    tray = plant.item("TRAY").bom_versions.get(number=2).pk
    assert pinned(order)[-1] == (LATER, "KIT v2", {tray})


@pytest.mark.parametrize("at", [SOON, LATER], ids=["before", "at the same moment"])
def test_what_would_be_undone_by_a_later_move_is_refused_in_words(order, at):
    """Two changes that touch one order: the second signature does not put its version before what was decided already."""
    moves(order, "KIT", [LineDraft("TRAY", "1"), LineDraft("FOIL", "0.6")], at=LATER)
    with pytest.raises(
        Refused, match=r"order WO-1 is made by from .* on is decided already; TRAY v2 would come"
    ) as refused:
        moves(order, "TRAY", [LineDraft("FOIL", "0.2")], at=at, phantom=True)
    assert refused.value.codes == ["order_moves_later"]
    assert len(pinned(order)) == 2
