"""How a quality record moves from its opening to its signed end: one table, which the database holds too."""

from collections.abc import Collection

from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import BinKind, ReasonKind
from traceability.rules.reasons import reason_refusals
from traceability.rules.vocabulary import Disposition, LotStatus, QualityKind, QualityState

_S = QualityState

#: Kind of record → state → the states that may follow. Material that does not conform is disposed of before its record is
#: closed; a deviation is closed once somebody has looked into it. A trigger of PostgreSQL holds the same table.
QUALITY_TRANSITIONS: dict[QualityKind, dict[QualityState, frozenset[QualityState]]] = {
    QualityKind.NCMR: {
        _S.OPEN: frozenset({_S.IN_REVIEW}),
        _S.IN_REVIEW: frozenset({_S.DISPOSED}),
        _S.DISPOSED: frozenset({_S.CLOSED}),
        _S.CLOSED: frozenset(),
    },
    QualityKind.DEVIATION: {
        _S.OPEN: frozenset({_S.IN_REVIEW}),
        _S.IN_REVIEW: frozenset({_S.CLOSED}),
        _S.DISPOSED: frozenset(),
        _S.CLOSED: frozenset(),
    },
}

PREFIX = {QualityKind.NCMR: "NCMR", QualityKind.DEVIATION: "DEV"}
KIND_WORDS = {QualityKind.NCMR: "nonconforming material", QualityKind.DEVIATION: "deviation"}
STATE_WORDS = {_S.OPEN: "open", _S.IN_REVIEW: "in review", _S.DISPOSED: "disposed of", _S.CLOSED: "closed"}
#: What the lot becomes by each disposition. Rework takes a held lot; whoever releases it does so by its status afterwards.
STATUS_AFTER = {
    Disposition.RELEASE: LotStatus.RELEASED,
    Disposition.REJECT: LotStatus.REJECTED,
    Disposition.SCRAP: LotStatus.REJECTED,
    Disposition.REWORK: LotStatus.HELD,
    Disposition.RETURN_TO_SUPPLIER: LotStatus.REJECTED,
}
#: A lot in one of these is stopped already.
STOPPED = frozenset({LotStatus.HELD, LotStatus.REJECTED, LotStatus.RECALLED})
#: Where unbound stock lies so that nobody takes it by mistake; from everywhere else it goes to quarantine.
SET_ASIDE = frozenset({BinKind.QUARANTINE, BinKind.SCRAP})

_NEXT = {
    _S.OPEN: "Take it into review first: name who owns it.",
    _S.IN_REVIEW: "Decide what becomes of the material, then close it.",
    _S.DISPOSED: "Close it under signature.",
    _S.CLOSED: "Open another record.",
}


def record_number(kind: str, serial: int) -> str:
    """How people know a record: NCMR-000012."""
    return f"{PREFIX[QualityKind(kind)]}-{serial:06d}"


def flow_refusals(kind: str, current: str, wanted: str, *, number: str) -> list[Refusal]:
    """`out_of_order` where a record may not take this state from the one it is in."""
    if wanted in QUALITY_TRANSITIONS[QualityKind(kind)][QualityState(current)]:
        return []
    return [
        Refusal(
            "out_of_order",
            f"{number} is {STATE_WORDS[QualityState(current)]}; it cannot become {STATE_WORDS[QualityState(wanted)]} now.",
            number,
            _NEXT[QualityState(current)],
        )
    ]


def opening_refusals(kind: str, *, title: str, has_lot: bool) -> list[Refusal]:
    """What a record lacks to be opened."""
    refusals = []
    if kind not in list(QualityKind):
        refusals.append(
            Refusal("kind_unknown", f"“{kind}” is no kind of record.", kind, f"Use one of {', '.join(QualityKind)}.")
        )
    if not title.strip():
        refusals.append(Refusal("title_missing", "Say in a few words what is wrong.", "title", "Write a sentence."))
    if kind == QualityKind.NCMR and not has_lot:
        refusals.append(
            Refusal(
                "lot_missing",
                "Nonconforming material is a lot; this names none.",
                "lot",
                "Open it on the lot's page, or open a deviation instead.",
            )
        )
    return refusals


def disposition_refusals(
    disposition: str,
    *,
    note: str,
    scrap_reason: tuple[str, str, bool] | None,
    from_supplier: bool,
    has_unbound: bool,
    bound_to: Collection[str],
    store_kind: str,
    lot_code: str,
) -> list[Refusal]:
    """Everything against a disposition. `scrap_reason`: code, kind, in use; `store_kind`: of the bin that it is released to."""
    if disposition not in list(Disposition):
        known = ", ".join(one.replace("_", " ") for one in Disposition)
        return [Refusal("disposition_unknown", "Say what becomes of the material.", lot_code, f"One of {known}.")]
    refusals = []
    if not note.strip():
        refusals.append(Refusal("reason_missing", "Say why this is decided.", "note", "Write a sentence."))
    if disposition == Disposition.SCRAP:
        if scrap_reason is None:
            refusals.append(
                Refusal(
                    "reason_missing", f"Scrap of {lot_code} needs a reason code.", "reason", "Choose a scrap reason."
                )
            )
        else:
            refusals += reason_refusals(*scrap_reason, wanted=ReasonKind.SCRAP)
    if disposition == Disposition.RETURN_TO_SUPPLIER and not from_supplier:
        refusals.append(
            Refusal(
                "no_supplier",
                f"Lot {lot_code} names no supplier that it could go back to.",
                lot_code,
                "Reject or scrap it instead.",
            )
        )
    if disposition in (Disposition.SCRAP, Disposition.RETURN_TO_SUPPLIER) and bound_to:
        refusals.append(
            Refusal(
                "still_bound",
                f"Some of lot {lot_code} is still bound to {', '.join(sorted(bound_to))}.",
                lot_code,
                "Return it to a quarantine bin first; then it is decided on as a whole.",
            )
        )
    if disposition == Disposition.RELEASE and has_unbound and store_kind not in (BinKind.STORE, BinKind.FINISHED):
        refusals.append(
            Refusal(
                "store_missing",
                f"Say where lot {lot_code} goes when it leaves quarantine.",
                "bin",
                "Choose a store or finished bin.",
            )
        )
    return refusals
