"""The closed lists of words that master data is written in.

Every choice field in the database takes its values from here, so that rules, tables and screens speak one language.
"""

from enum import StrEnum


class Role(StrEnum):
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ENGINEER = "engineer"
    QA = "qa"
    FINANCE = "finance"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Dimension(StrEnum):
    MASS = "mass"
    VOLUME = "volume"
    LENGTH = "length"
    AREA = "area"
    COUNT = "count"
    TIME = "time"


class ItemKind(StrEnum):
    RAW = "raw"
    INTERMEDIATE = "intermediate"
    FINISHED = "finished"
    PACKAGING = "packaging"
    CONSUMABLE = "consumable"


class Tracking(StrEnum):
    LOT = "lot"
    SERIAL = "serial"


class Rounding(StrEnum):
    UP = "up"
    DOWN = "down"
    HALF_EVEN = "half_even"


class RecordState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


class Per(StrEnum):
    """What one line quantity is owed for."""

    BASE = "base"
    ORDER = "order"
    STEPS = "steps"
    HANDLING_UNIT = "handling_unit"


class PostingMethod(StrEnum):
    BACKFLUSH = "backflush"
    SCAN = "scan"
    FORWARD = "forward"


class AlternateStrategy(StrEnum):
    PRIORITY = "priority"
    MIX = "mix"
    SHARE = "share"


class ScrapLevel(StrEnum):
    ASSEMBLY = "assembly"
    OPERATION = "operation"
    COMPONENT = "component"


class ScrapKind(StrEnum):
    RUNNING = "running"
    SETUP = "setup"


class Convention(StrEnum):
    GROSS_UP = "gross_up"
    DIVIDE = "divide"


class Loss(StrEnum):
    STRUCTURAL = "structural"
    AVOIDABLE = "avoidable"


class FigureSource(StrEnum):
    """Where a scrap figure comes from."""

    STUDY = "study"
    PILOT = "pilot"
    SUPPLIER = "supplier"
    HISTORY = "history"
    ENGINEERING = "engineering"


class OutputKind(StrEnum):
    BY_PRODUCT = "by_product"
    CO_PRODUCT = "co_product"
    SALVAGE = "salvage"


class BinKind(StrEnum):
    STORE = "store"
    STAGING = "staging"
    SUPERMARKET = "supermarket"
    QUARANTINE = "quarantine"
    FINISHED = "finished"
    SCRAP = "scrap"
    SUPPLIER = "supplier"
    CONSUMED = "consumed"
    ADJUSTMENT = "adjustment"
    CUSTOMER = "customer"


#: Ends of a move that are not counted: nothing is ever in stock there.
UNCOUNTED_BINS = frozenset({BinKind.SUPPLIER, BinKind.CONSUMED, BinKind.ADJUSTMENT, BinKind.CUSTOMER})


class TriggerKind(StrEnum):
    OPERATION_COMPLETE = "operation_complete"
    GOOD_UNITS = "good_units"
    PACK_CONFIRMED = "pack_confirmed"
    HANDLING_UNIT_CLOSED = "handling_unit_closed"
    ORDER_CLOSE = "order_close"
    SETUP = "setup"


class OutputBasis(StrEnum):
    GOOD = "good"
    GOOD_AND_SCRAP = "good_and_scrap"


class AllocationStrategy(StrEnum):
    FEFO = "fefo"
    FIFO = "fifo"
    LIFO = "lifo"
    RESERVATION = "reservation"
    POTENCY = "potency"
    FEWEST_LOTS = "fewest_lots"


class HandlingUnitKind(StrEnum):
    UNIT = "unit"
    CASE = "case"
    PALLET = "pallet"


class ReasonKind(StrEnum):
    RETURN = "return"
    SCRAP = "scrap"
    ADJUSTMENT = "adjustment"
    REVERSAL = "reversal"
    REWORK = "rework"
    DOWNGRADE = "downgrade"
    COUNT = "count"


class CopqCategory(StrEnum):
    NONE = "none"
    INTERNAL_FAILURE = "internal_failure"
    EXTERNAL_FAILURE = "external_failure"
    APPRAISAL = "appraisal"
    PREVENTION = "prevention"


class ThresholdCode(StrEnum):
    """Governed limits. Each is used where its comment says; there is none that nothing uses."""

    #: minutes after which a blocked report is marked (today's board, exceptions)
    BLOCKED_ALARM_MINUTES = "blocked_alarm_minutes"
    #: days after which a quality record is due (when it is opened)
    QUALITY_DUE_DAYS = "quality_due_days"
    #: days without a signed review of the audit trail after which the next one is overdue
    AUDIT_REVIEW_DAYS = "audit_review_days"


class CredentialStep(StrEnum):
    """What happens to a badge, a PIN or a password."""

    BADGE_LOST = "badge_lost"
    BADGE_GIVEN = "badge_given"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    LOCKOUT_LIFTED = "lockout_lifted"


class ReviewTarget(StrEnum):
    """What a review of the audit trail looks at."""

    ANY = "any"
    DELETIONS = "deletions"
    OUTSIDE_HOURS = "outside_hours"
    CREDENTIALS = "credentials"
    OTHER_HANDS = "other_hands"


class ReviewVerdict(StrEnum):
    IN_ORDER = "in_order"
    QUESTION = "question"
