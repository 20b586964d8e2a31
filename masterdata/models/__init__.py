"""Tables of master data."""

from masterdata.models.attachments import AttachmentTakenOut, ChangeAttachment
from masterdata.models.audit import AuditBlock, AuditEvent, HistoryMark
from masterdata.models.audit_reviews import AuditReview, ReviewedEvent
from masterdata.models.boms import BomAlternate, BomLine, BomLineStep, BomOutput, BomVersion, ScrapFactor
from masterdata.models.changes import (
    ChangeNote,
    ChangeOrder,
    ChangePolicy,
    ChangeRequest,
    ChangeSignature,
    Threshold,
)
from masterdata.models.credentials import CredentialEvent, FormerPassword
from masterdata.models.devices import Device, DeviceClock, DeviceNonce
from masterdata.models.imports import DataImport, ImportedRecord, ImportFile, RequestBatch
from masterdata.models.items import Item, LabelVersion, Supplier
from masterdata.models.operations import Operation, TriggerDefinition
from masterdata.models.people import Person, PersonToken, Training
from masterdata.models.places import Bin, BinService, ProductionLine, Site
from masterdata.models.reasons import ReasonCode
from masterdata.models.reviews import PeriodicReview
from masterdata.models.signatures import MasterDataRevision, Signature, SigningTicket
from masterdata.models.units import Unit, UnitFactor

__all__ = [
    "AttachmentTakenOut",
    "AuditBlock",
    "AuditEvent",
    "AuditReview",
    "Bin",
    "BinService",
    "BomAlternate",
    "BomLine",
    "BomLineStep",
    "BomOutput",
    "BomVersion",
    "ChangeAttachment",
    "ChangeNote",
    "ChangeOrder",
    "ChangePolicy",
    "ChangeRequest",
    "ChangeSignature",
    "CredentialEvent",
    "DataImport",
    "Device",
    "DeviceClock",
    "DeviceNonce",
    "FormerPassword",
    "HistoryMark",
    "ImportFile",
    "ImportedRecord",
    "Item",
    "LabelVersion",
    "MasterDataRevision",
    "Operation",
    "PeriodicReview",
    "Person",
    "PersonToken",
    "ProductionLine",
    "ReasonCode",
    "RequestBatch",
    "ReviewedEvent",
    "ScrapFactor",
    "Signature",
    "SigningTicket",
    "Site",
    "Supplier",
    "Threshold",
    "Training",
    "TriggerDefinition",
    "Unit",
    "UnitFactor",
]
