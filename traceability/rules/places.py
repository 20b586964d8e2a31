"""Where goods may go by a plain move, in words. Binding to an order and filling a supermarket have rules of their own."""

from collections.abc import Iterable

from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import UNCOUNTED_BINS, BinKind
from traceability.rules.staging import BinFact

#: Bins in which unbound stock may lie.
_SHELVES = frozenset({BinKind.STORE, BinKind.QUARANTINE, BinKind.FINISHED})
RECEIVING_BINS = _SHELVES | {BinKind.SUPERMARKET}


def same_site_refusals(site_id: int, named: Iterable[tuple[str, int]]) -> list[Refusal]:
    """One refusal for each thing, by name and site, that belongs to another site."""
    return [
        Refusal("wrong_site", f"{name} belongs to another site.", name, "Scan something of this site.")
        for name, site in named
        if site != site_id
    ]


def same_place_refusals(start: BinFact, end: BinFact) -> list[Refusal]:
    if start.code != end.code:
        return []
    return [Refusal("same_place", f"It lies in {end.code} already.", end.code, "Scan the bin that it goes to.")]


def receiving_refusals(target: BinFact) -> list[Refusal]:
    """Where a delivered lot may be put."""
    if target.kind in RECEIVING_BINS:
        return []
    return [_not_there(target, "Receive it into a store or quarantine bin.")]


def put_away_refusals(start: BinFact, end: BinFact, *, may_dispose: bool) -> list[Refusal]:
    """Where unbound stock may be moved. What lies in quarantine leaves it by QA's decision only."""
    refusals = same_place_refusals(start, end)
    if start.kind in UNCOUNTED_BINS:
        refusals.append(
            Refusal("wrong_bin", f"Nothing is counted in {start.code}.", start.code, "Scan the bin that it lies in.")
        )
    if start.kind == BinKind.QUARANTINE and end.kind != BinKind.QUARANTINE and not may_dispose:
        refusals.append(
            Refusal(
                "in_quarantine",
                f"What lies in quarantine bin {start.code} leaves it only when QA has decided.",
                start.code,
                "Ask QA to decide and to move it.",
            )
        )
    if end.kind == BinKind.STAGING:
        refusals.append(_not_there(end, "Stage it for an order instead: only bound lots may lie there."))
    elif end.kind == BinKind.SUPERMARKET:
        refusals.append(_not_there(end, "Fill the supermarket instead: that is checked and recorded by itself."))
    elif end.kind == BinKind.SCRAP:
        refusals.append(_not_there(end, "Scrap it with a reason instead."))
    elif end.kind not in _SHELVES:
        refusals.append(_not_there(end, "Put it into a store or quarantine bin."))
    return refusals


def return_refusals(end: BinFact, *, exposed: bool) -> list[Refusal]:
    """Where bound material goes back to: a store, or quarantine where it was exposed."""
    if exposed and end.kind != BinKind.QUARANTINE:
        return [
            Refusal(
                "exposed_goes_to_quarantine",
                f"Exposed material does not go to {end.code}, a {end.kind} bin.",
                end.code,
                "Bring it to a quarantine bin, where QA decides.",
            )
        ]
    if not exposed and end.kind not in _SHELVES:
        return [_not_there(end, "Return it to a store bin.")]
    return []


def supermarket_refusals(start: BinFact, end: BinFact, *, item_code: str, item_allowed: bool) -> list[Refusal]:
    """What may be filled into a supermarket, from where."""
    refusals = same_place_refusals(start, end)
    if not item_allowed:
        refusals.append(
            Refusal(
                "not_a_supermarket_item",
                f"{item_code} is not an item for supermarkets.",
                item_code,
                "Stage it for an order instead.",
            )
        )
    if end.kind != BinKind.SUPERMARKET:
        refusals.append(_not_there(end, "Scan the supermarket bin that is to be filled."))
    if start.kind not in {BinKind.STORE, BinKind.FINISHED, BinKind.SUPERMARKET}:
        refusals.append(
            Refusal(
                "wrong_bin",
                f"A supermarket is not filled from {start.code}, a {start.kind} bin.",
                start.code,
                "Fill it from the store.",
            )
        )
    return refusals


def _not_there(target: BinFact, remedy: str) -> Refusal:
    return Refusal("wrong_bin", f"{target.code} is a {target.kind} bin; this does not go there.", target.code, remedy)
