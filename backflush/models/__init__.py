"""Tables of posting."""

from backflush.models.order_closes import OrderClose, OrderReopening
from backflush.models.outbox import OutboxHead, OutboxMessage
from backflush.models.postings import OrderProgress, Posting, Recipe, ReversalRequest
from backflush.models.triggers import OperationReport, ReportBody, ReportTransition

__all__ = [
    "OperationReport",
    "OrderClose",
    "OrderProgress",
    "OrderReopening",
    "OutboxHead",
    "OutboxMessage",
    "Posting",
    "Recipe",
    "ReportBody",
    "ReportTransition",
    "ReversalRequest",
]
