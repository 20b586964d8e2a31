"""Define a bin of a site."""

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Bin, Site
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import UNCOUNTED_BINS


def define_bin(*, site: Site, code: str, name: str, kind: str, actor: object, walking_order: int = 0) -> Bin:
    """A counted bin. The uncounted ends of a site are made with it, once."""
    require(actor, Duty.SET_UP_PLANT)
    if kind in UNCOUNTED_BINS and Bin.objects.filter(site=site, kind=kind).exists():
        raise Refused(
            Refusal("one_end_per_site", f"Site {site.code} has its {kind} end already.", code, "Use that one.")
        )
    with acting(actor):
        return record(Bin(site=site, code=code, name=name, kind=kind, walking_order=walking_order), actor=actor)
