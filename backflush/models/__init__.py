"""Tables of posting."""

from backflush.models.ledger_checks import LedgerCheck, VerifiedMark
from backflush.models.order_closes import OrderClose
from backflush.models.outbox import OutboxHead, OutboxMessage
from backflush.models.postings import OrderProgress, Posting, Recipe, ReversalRequest
from backflush.models.triggers import OperationReport, ReportBody, ReportTransition

__all__ = [
    "LedgerCheck",
    "OperationReport",
    "OrderClose",
    "OrderProgress",
    "OutboxHead",
    "OutboxMessage",
    "Posting",
    "Recipe",
    "ReportBody",
    "ReportTransition",
    "ReversalRequest",
    "VerifiedMark",
]
