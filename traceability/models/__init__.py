"""Tables of traceability."""

from traceability.models.handling_units import HandlingUnit, PackingRecord
from traceability.models.ledger import UNBOUND, CarriedLink, LedgerEntry, LedgerLine, StockBalance
from traceability.models.lots import LotStatusChange, MaterialLot
from traceability.models.quality import QualityLink, QualityNote, QualityNumber, QualityRecord
from traceability.models.staging import StagingScan
from traceability.models.work_orders import LineClearance, OrderOperation, OrderPin, WorkOrder

__all__ = [
    "UNBOUND",
    "CarriedLink",
    "HandlingUnit",
    "LedgerEntry",
    "LedgerLine",
    "LineClearance",
    "LotStatusChange",
    "MaterialLot",
    "OrderOperation",
    "OrderPin",
    "PackingRecord",
    "QualityLink",
    "QualityNote",
    "QualityNumber",
    "QualityRecord",
    "StagingScan",
    "StockBalance",
    "WorkOrder",
]
