"""The closed lists of words for reports and postings."""

from enum import StrEnum


class ReportKind(StrEnum):
    OPERATION_COMPLETE = "operation_complete"
    GOOD_UNITS = "good_units"
    PACK_CONFIRMED = "pack_confirmed"
    HANDLING_UNIT_CLOSED = "handling_unit_closed"
    ORDER_CLOSE = "order_close"
    SETUP = "setup"
    SCAN_ISSUE = "scan_issue"


class ReportState(StrEnum):
    RECEIVED = "received"
    POSTED = "posted"
    BLOCKED = "blocked"
    REFUSED = "refused"
    WAIVED = "waived"
    REVERSED = "reversed"


class ReportOrigin(StrEnum):
    """How a report came to be: sent by a device or a person, or signed by QA in place of a wrong one."""

    SENT = "sent"
    CORRECTION = "correction"


#: the kind of what is decided for a posting that no report asked for: what an order still has to post at its close
TRUE_UP = "true_up"


class PostingKind(StrEnum):
    REPORT = "report"
    SCAN_ISSUE = "scan_issue"
    TRUE_UP = "true_up"
    REVERSAL = "reversal"


class RulingKind(StrEnum):
    """What QA may sign about a blocked report, beside withdrawing it."""

    ACCEPTED = "accepted"
    TIME_CORRECTED = "time_corrected"


#: Which state may follow which; everything else is refused, by rules and by the database.
TRANSITIONS = {
    ReportState.RECEIVED: {ReportState.POSTED, ReportState.BLOCKED, ReportState.REFUSED},
    ReportState.BLOCKED: {ReportState.RECEIVED, ReportState.WAIVED},
    ReportState.POSTED: {ReportState.REVERSED},
    ReportState.REFUSED: set(),
    ReportState.WAIVED: set(),
    ReportState.REVERSED: set(),
}


class ProposalKind(StrEnum):
    """What proposed figures an impact replay is about."""

    BOM_VERSION = "bom_version"
    UNIT_FACTOR = "unit_factor"


class ImpactState(StrEnum):
    """How far an impact replay is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


#: of an impact replay that somebody still waits for
OPEN_IMPACTS = (ImpactState.QUEUED, ImpactState.RUNNING)
