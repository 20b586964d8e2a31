"""Say that operations at a production line may draw from a bin."""

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Bin, BinService, ProductionLine
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import BinKind

_DRAWN_FROM = frozenset({BinKind.STAGING, BinKind.SUPERMARKET})


def serve_line(*, bin: Bin, line: ProductionLine, actor: object, operation_number: str = "") -> BinService:  # noqa: A002
    """Every operation at the line, or the one that is named. Only staging and supermarket bins are drawn from."""
    require(actor, Duty.SET_UP_PLANT)
    faults = service_faults(bin, line)
    if faults:
        raise Refused(*faults)
    with acting(actor):
        return record(BinService(bin=bin, line=line, operation_number=operation_number), actor=actor)


def service_faults(bin: Bin, line: ProductionLine) -> list[Refusal]:  # noqa: A002
    """Why a line may not draw from a bin: of another kind, or at another site."""
    found = []
    if bin.kind not in _DRAWN_FROM:
        found.append(
            Refusal(
                "bin_is_not_drawn_from",
                f"Bin {bin.code} is of kind {bin.kind}; operations draw from staging and supermarket bins.",
                bin.code,
                "Stage from it into a staging bin.",
            )
        )
    if bin.site_id != line.site_id:
        found.append(
            Refusal("another_site", f"Bin {bin.code} and line {line.code} are at different sites.", bin.code, "")
        )
    return found
