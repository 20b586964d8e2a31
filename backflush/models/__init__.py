"""Tables of posting."""

from backflush.models.order_closes import OrderClose
from backflush.models.outbox import OutboxHead, OutboxMessage
from backflush.models.postings import OrderProgress, Posting, Recipe, ReversalRequest
from backflush.models.triggers import OperationReport, ReportBody, ReportRuling, ReportTransition

__all__ = [
    "OperationReport",
    "OrderClose",
    "OrderProgress",
    "OutboxHead",
    "OutboxMessage",
    "Posting",
    "Recipe",
    "ReportBody",
    "ReportRuling",
    "ReportTransition",
    "ReversalRequest",
]
