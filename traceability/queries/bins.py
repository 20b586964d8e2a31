"""Bins of a site: the uncounted ends, and which bins serve which operation."""

from collections.abc import Iterable

from masterdata.models import Bin, BinService
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import BinKind
from traceability.models import OrderOperation
from traceability.rules.staging import BinFact


def end_bin(site_id: int, kind: BinKind) -> Bin:
    """The site's one bin of an uncounted kind. Raises Refused('no_such_bin') where the site was opened without it."""
    found = Bin.objects.filter(site_id=site_id, kind=kind).order_by("id").first()
    if found is None:
        raise Refused(
            Refusal("no_such_bin", f"This site has no {kind} bin.", kind, f"Let an administrator add a {kind} bin.")
        )
    return found


def bin_fact(place: Bin) -> BinFact:
    return BinFact(place.code, place.kind)


def staging_bins(order_id: int, operations: Iterable[str]) -> dict[int, str]:
    """Id and code of the staging bins that serve these operations of an order, in walking order."""
    wanted = set(operations)
    lines = dict(OrderOperation.objects.filter(order_id=order_id, number__in=wanted).values_list("number", "line_id"))
    services = (
        BinService.objects.filter(line_id__in=lines.values(), bin__kind=BinKind.STAGING)
        .select_related("bin")
        .order_by("bin__walking_order", "bin__code")
    )
    return {
        service.bin_id: service.bin.code
        for service in services
        if any(line == service.line_id and service.operation_number in ("", number) for number, line in lines.items())
    }
