"""How much waits for people: the figures beside the entries of the rail."""

from backflush.models import OperationReport, ReversalRequest
from backflush.rules.vocabulary import ReportState
from traceability.models import QualityRecord
from traceability.rules.vocabulary import QualityState


def waiting_for_people(site_id: int) -> dict[str, int]:
    """`blocked` reports, `reversals` that wait for a signature, and `quality` records that nobody has taken up."""
    return {
        "blocked": OperationReport.objects.filter(site_id=site_id, state=ReportState.BLOCKED).count(),
        "reversals": ReversalRequest.objects.filter(posting__site_id=site_id, reversal=None, declined_at=None).count(),
        "quality": QualityRecord.objects.filter(site_id=site_id, state=QualityState.OPEN).count(),
    }
