"""The demo plant as the story's modules see it: its people, places and items by the names they go by on the floor."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from backflush.management.demo import cast
from masterdata.actions.define_bin import define_bin
from masterdata.actions.define_item import define_item
from masterdata.actions.define_operation import define_operation
from masterdata.actions.define_production_line import define_production_line
from masterdata.actions.define_reason import define_reason
from masterdata.actions.define_supplier import define_supplier
from masterdata.actions.enrol_device import enrol_device
from masterdata.actions.enrol_person import enrol_person
from masterdata.actions.open_site import open_site
from masterdata.actions.serve_line import serve_line
from masterdata.models import (
    Bin,
    BinService,
    Device,
    Item,
    Operation,
    Person,
    ProductionLine,
    ReasonCode,
    Site,
    Supplier,
)

#: code, name, kind, stock unit, decimals, standard cost, and further fields as `define_item` takes them
ItemRow = tuple[str, str, str, str, int, str, dict[str, Any]]
#: number, name, line, and flags as `define_operation` takes them
OperationRow = tuple[str, str, str, dict[str, bool]]


def is_demo_plant() -> bool:
    """Whether this database holds the demo plant, whose credentials are known to everybody."""
    return Site.objects.filter(code=cast.SITE).exists()


class Plant:
    """What the plant has, by code. Looked up once: none of it is ever renamed."""

    def __init__(self) -> None:
        self._known: dict[tuple[type, str], Any] = {}

    @cached_property
    def site(self) -> Site:
        return Site.objects.get(code=cast.SITE)

    def person(self, username: str) -> Person:
        return self._one(Person, username, username=username)

    def line(self, code: str) -> ProductionLine:
        return self._one(ProductionLine, code, site=self.site, code=code)

    def bin(self, code: str) -> Bin:
        return self._one(Bin, code, site=self.site, code=code)

    def device(self, code: str) -> Device:
        return self._one(Device, code, site=self.site, code=code)

    def item(self, code: str) -> Item:
        return self._one(Item, code, code=code)

    def reason(self, code: str) -> ReasonCode:
        return self._one(ReasonCode, code, code=code)

    def supplier(self, code: str) -> Supplier:
        return self._one(Supplier, code, code=code)

    def devices_at(self, line_id: int) -> list[cast.DemoDevice]:
        """The demo devices that stand at a production line."""
        code = ProductionLine.objects.values_list("code", flat=True).get(pk=line_id)
        return [device for device in cast.DEVICES if device.line == code]

    def _one(self, model: Any, name: str, **wanted: Any) -> Any:
        key = (model, name)
        if key not in self._known:
            self._known[key] = model.objects.get(**wanted)
        return self._known[key]


def open_plant(at: datetime) -> Plant:
    """The site with its people, lines, bins, devices, reasons and suppliers; what is there already stays as it is."""
    _enrol_admin()
    if not is_demo_plant():
        open_site(
            code=cast.SITE,
            name=cast.SITE_NAME,
            time_zone=cast.TIME_ZONE,
            currency="EUR",
            now=at,
            actor="service:demo",
        )
    plant = Plant()
    admin = plant.person("ada")
    _enrol_people(plant, admin)
    engineer = plant.person("ines")
    known = _codes(ProductionLine)
    for code, name in cast.LINES:
        if code not in known:
            define_production_line(site=plant.site, code=code, name=name, actor=engineer)
    _define_bins(plant, engineer)
    known = _codes(Device)
    for device in cast.DEVICES:
        if device.code not in known:
            enrol_device(
                site=plant.site,
                code=device.code,
                name=device.name,
                actor=admin,
                now=at,
                line=plant.line(device.line),
                token=device.token,
            )
    known = _codes(ReasonCode)
    for code, name, kind, owner, loss, category in cast.REASONS:
        if code not in known:
            define_reason(
                code=code, name=name, kind=kind, owner=owner, actor=engineer, loss=loss, copq_category=category
            )
    known = _codes(Supplier)
    for code, name in cast.SUPPLIERS:
        if code not in known:
            define_supplier(code=code, name=name, actor=engineer)
    return plant


def define_items(plant: Plant, rows: Iterable[ItemRow], at: datetime) -> None:
    """Items that are not there yet."""
    known = _codes(Item)
    for code, name, kind, unit, decimals, cost, fields in rows:
        if code not in known:
            define_item(
                code=code,
                name=name,
                kind=kind,
                stock_unit=unit,
                actor=plant.person("ines"),
                now=at,
                decimals=decimals,
                standard_cost=Decimal(cost),
                **fields,
            )


def define_route(plant: Plant, code: str, rows: Iterable[OperationRow]) -> None:
    """Operations of an item that are not there yet."""
    item = plant.item(code)
    known = set(Operation.objects.filter(item=item).values_list("number", flat=True))
    for number, name, line, flags in rows:
        if number not in known:
            define_operation(
                item=item, number=number, name=name, actor=plant.person("ines"), line=plant.line(line), **flags
            )


def _codes(model: Any) -> set[str]:
    return set(model.objects.values_list("code", flat=True))


def _enrol_admin() -> None:
    if not Person.objects.exists():
        _enrol(cast.PEOPLE[0], None, None)


def _enrol_people(plant: Plant, admin: Person) -> None:
    known = set(Person.objects.values_list("username", flat=True))
    for person in cast.PEOPLE:
        if person.username not in known:
            _enrol(person, plant.site, admin)


def _enrol(person: cast.DemoPerson, site: Site | None, admin: Person | None) -> None:
    enrol_person(
        username=person.username,
        name=person.name,
        badge=person.badge,
        pin=person.pin,
        password=person.password,
        roles=person.roles,
        site=site,
        actor=admin,
    )


def _define_bins(plant: Plant, engineer: Person) -> None:
    known = _codes(Bin)
    served = set(BinService.objects.values_list("bin__code", "line__code"))
    for place, (code, name, kind, lines) in enumerate(cast.BINS, start=1):
        if code not in known:
            define_bin(site=plant.site, code=code, name=name, kind=kind, actor=engineer, walking_order=place * 10)
        for line in lines:
            if (code, line) not in served:
                serve_line(bin=plant.bin(code), line=plant.line(line), actor=engineer)
