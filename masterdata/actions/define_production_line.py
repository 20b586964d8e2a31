"""Define a production line of a site."""

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import ProductionLine, Site
from masterdata.rules.duties import Duty


def define_production_line(*, site: Site, code: str, name: str, actor: object) -> ProductionLine:
    require(actor, Duty.SET_UP_PLANT)
    with acting(actor):
        return record(ProductionLine(site=site, code=code, name=name), actor=actor)
