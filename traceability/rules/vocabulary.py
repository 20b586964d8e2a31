"""The closed lists of words for lots, orders and movements."""

from enum import StrEnum


class LotStatus(StrEnum):
    QUARANTINE = "quarantine"
    RELEASED = "released"
    HELD = "held"
    REJECTED = "rejected"
    RECALLED = "recalled"


class LotOrigin(StrEnum):
    RECEIPT = "receipt"
    PRODUCTION = "production"
    REWORK = "rework"
    SALVAGE = "salvage"


class OrderState(StrEnum):
    PLANNED = "planned"
    RELEASED = "released"
    CLOSED = "closed"


class OrderKind(StrEnum):
    PRODUCTION = "production"
    REWORK = "rework"


class PackingAct(StrEnum):
    PACKED = "packed"
    UNPACKED = "unpacked"


class EntryKind(StrEnum):
    """What a ledger entry did, in the words of goods movements."""

    GOODS_RECEIPT = "goods_receipt"
    TRANSFER = "transfer"
    STAGING = "staging"
    RETURN = "return"
    GOODS_ISSUE = "goods_issue"
    REVERSAL = "reversal"
    SCRAP = "scrap"
    COUNT = "count"
    ADJUSTMENT = "adjustment"


class StagingKind(StrEnum):
    STAGE = "stage"
    RETURN = "return"
    REBIND = "rebind"
    TAKE_BACK = "take_back"


class QualityKind(StrEnum):
    NCMR = "ncmr"
    DEVIATION = "deviation"


class QualityState(StrEnum):
    OPEN = "open"
    IN_REVIEW = "in_review"
    DISPOSED = "disposed"
    CLOSED = "closed"


class Disposition(StrEnum):
    """What becomes of material that does not conform."""

    RELEASE = "release"
    REJECT = "reject"
    SCRAP = "scrap"
    REWORK = "rework"
    RETURN_TO_SUPPLIER = "return_to_supplier"
