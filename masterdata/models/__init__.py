"""Tables of master data."""

from masterdata.models.audit import AuditBlock, AuditEvent
from masterdata.models.boms import BomAlternate, BomLine, BomLineStep, BomOutput, BomVersion, ScrapFactor
from masterdata.models.devices import Device, DeviceClock, DeviceNonce
from masterdata.models.imports import DataImport, ImportedRecord, ImportFile
from masterdata.models.items import Item, LabelVersion, Supplier
from masterdata.models.operations import Operation, TriggerDefinition
from masterdata.models.people import Person, PersonToken, Training
from masterdata.models.places import Bin, BinService, ProductionLine, Site
from masterdata.models.reasons import ReasonCode
from masterdata.models.signatures import MasterDataRevision, Signature, SigningTicket
from masterdata.models.units import Unit, UnitFactor

__all__ = [
    "AuditBlock",
    "AuditEvent",
    "Bin",
    "BinService",
    "BomAlternate",
    "BomLine",
    "BomLineStep",
    "BomOutput",
    "BomVersion",
    "DataImport",
    "Device",
    "DeviceClock",
    "DeviceNonce",
    "ImportFile",
    "ImportedRecord",
    "Item",
    "LabelVersion",
    "MasterDataRevision",
    "Operation",
    "Person",
    "PersonToken",
    "ProductionLine",
    "ReasonCode",
    "ScrapFactor",
    "Signature",
    "SigningTicket",
    "Site",
    "Supplier",
    "Training",
    "TriggerDefinition",
    "Unit",
    "UnitFactor",
]
