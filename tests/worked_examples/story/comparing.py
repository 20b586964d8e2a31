"""What was told against what came, to the last digit. Each difference is a sentence."""

from collections.abc import Mapping

from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.usage import plain_text
from tests.worked_examples.story import observing
from tests.worked_examples.story.playing import Outcome, Theatre
from tests.worked_examples.story.reading import Expected


def differences(told: Expected, came: Outcome, theatre: Theatre) -> list[str]:
    """Everything that is not as told; empty: the event ended as it should."""
    found = _status(told, came)
    missing = [code for code in told.reasons if code not in came.reasons]
    if missing:
        found.append(f"reasons: {', '.join(missing)} expected; given were {', '.join(came.reasons) or 'none'}")
    if told.lines is not None:
        found += _lines(told.lines, came, theatre)
    if told.outputs is not None:
        made = observing.received(theatre.stage, came.postings)
        found += _amounts("output", told.outputs, made, exactly=True)
    order = theatre.stage.orders[came.order]
    left = {lot: observing.left_at_order(theatre.stage, lot, order) for lot in told.balances}
    found += _amounts(f"balance at order {came.order} of lot", told.balances, left)
    stock = {lot: observing.left_in_store(theatre.stage, lot) for lot in told.stock}
    return found + _amounts("stock in store of lot", told.stock, stock)


def _status(told: Expected, came: Outcome) -> list[str]:
    if told.status is None or told.status == came.status:
        return []
    # only reports are stored as blocked; any other action that refuses leaves nothing behind, whatever one calls it
    if not came.postings and not came.reports and {told.status, came.status} == {"blocked", "refused"}:
        return []
    return [f"status: {told.status} expected, {came.status} came"]


def _lines(told: Mapping[tuple[str, str | None], Fraction], came: Outcome, theatre: Theatre) -> list[str]:
    """Exactly these lines. An item told without a lot is compared over all its lots."""
    named = {lot for _, lot in told if lot is not None}
    without_lot = {item for item, lot in told if lot is None}
    serials = {row.code: name for name, rows in theatre.stage.lots.items() for row in rows}
    actual: dict[tuple[str, str | None], Fraction] = {}
    for (item, lot), quantity in observing.issued(theatre.stage, came.postings).items():
        shown = lot if lot in named else serials.get(lot, lot)
        key = (item, None if item in without_lot else shown)
        actual[key] = actual.get(key, ZERO) + quantity
    names = {key: key[0] + (f" from {key[1]}" if key[1] else "") for key in {*told, *actual}}
    return _amounts(
        "line",
        {names[key]: quantity for key, quantity in told.items()},
        {names[key]: quantity for key, quantity in actual.items()},
        exactly=True,
    )


def _amounts(
    what: str, told: Mapping[str, Fraction], came: Mapping[str, Fraction], *, exactly: bool = False
) -> list[str]:
    names = {*told, *came} if exactly else set(told)
    return [
        f"{what} {name}: {plain_text(told.get(name, ZERO))} expected, {plain_text(came.get(name, ZERO))} came"
        for name in sorted(names)
        if told.get(name, ZERO) != came.get(name, ZERO)
    ]
