"""Tables of posting."""

from backflush.models.bom_audits import BomAudit, BomAuditFinding
from backflush.models.impact_replays import ImpactReplay
from backflush.models.ledger_checks import LedgerCheck, VerifiedMark
from backflush.models.order_closes import OrderClose, OrderReopening
from backflush.models.outbox import OutboxHead, OutboxMessage
from backflush.models.pilots import Pilot, PilotMeasurement, PilotOrderMark, PilotProposal
from backflush.models.postings import OrderProgress, Posting, Recipe, ReversalRequest
from backflush.models.triggers import OperationReport, ReportBody, ReportRuling, ReportTransition
from backflush.models.webhooks import OutboxConsumer, WebhookAttempt, WebhookEndpoint, WebhookProgress

__all__ = [
    "BomAudit",
    "BomAuditFinding",
    "ImpactReplay",
    "LedgerCheck",
    "OperationReport",
    "OrderClose",
    "OrderProgress",
    "OrderReopening",
    "OutboxConsumer",
    "OutboxHead",
    "OutboxMessage",
    "Pilot",
    "PilotMeasurement",
    "PilotOrderMark",
    "PilotProposal",
    "Posting",
    "Recipe",
    "ReportBody",
    "ReportRuling",
    "ReportTransition",
    "ReversalRequest",
    "VerifiedMark",
    "WebhookAttempt",
    "WebhookEndpoint",
    "WebhookProgress",
]
