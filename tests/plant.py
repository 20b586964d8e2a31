"""The test plant: plain builders over the actions, with a fixed cast. Asking twice for the same thing gives the same row.

    people = plant.people()
    kit = plant.product("KIT")                       # with operation 10 at the line, and its trigger definition
    foil = plant.item("FOIL", unit="KGM", decimals=3, cost="4.00")
    plant.approved_bom(kit, lines=[LineDraft("FOIL", "0.5")])

Everything is set up at NOW, well before the times that tests report at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from masterdata.actions.approve_bom import approve_bom
from masterdata.actions.approve_trigger import approve_trigger
from masterdata.actions.approve_unit_factor import approve_unit_factor
from masterdata.actions.define_bin import define_bin
from masterdata.actions.define_item import define_item
from masterdata.actions.define_operation import define_operation
from masterdata.actions.define_production_line import define_production_line
from masterdata.actions.define_reason import define_reason
from masterdata.actions.define_supplier import define_supplier
from masterdata.actions.draft_bom import draft_bom
from masterdata.actions.draft_trigger import draft_trigger
from masterdata.actions.draft_unit_factor import draft_unit_factor
from masterdata.actions.enrol_device import enrol_device
from masterdata.actions.enrol_person import enrol_person
from masterdata.actions.open_site import open_site
from masterdata.actions.serve_line import serve_line
from masterdata.actions.submit_bom import submit_bom
from masterdata.actions.verify_credentials import verify_credentials
from masterdata.models import (
    Bin,
    BomVersion,
    Device,
    Item,
    Operation,
    Person,
    ProductionLine,
    ReasonCode,
    SigningTicket,
    Site,
    Supplier,
    TriggerDefinition,
    UnitFactor,
)
from masterdata.queries import approved_from, bom_content, factor_content, trigger_content
from masterdata.rules.bom import LineDraft
from masterdata.rules.exact import Fraction
from masterdata.rules.signatures import content_digest

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
PASSWORD = "wrench-lantern-orchard-9"
PIN = "2468"
DEVICE_TOKEN = "token-of-the-only-test-device"


class QuickHasher(PBKDF2PasswordHasher):
    """One round: tests of the product are not tests of how slow a hash is."""

    iterations = 1


@dataclass(frozen=True)
class Cast:
    """Everybody who plays in tests, by what they do."""

    admin: Person
    operator: Person
    checker: Person
    supervisor: Person
    engineer: Person
    second_engineer: Person
    qa: Person
    finance: Person
    auditor: Person


_CAST = {
    "operator": ("Olga Operator", ["operator"]),
    "checker": ("Chen Checker", ["operator"]),
    "supervisor": ("Sam Supervisor", ["supervisor"]),
    "engineer": ("Ede Engineer", ["engineer"]),
    "second_engineer": ("Sefa Engineer", ["engineer"]),
    "qa": ("Quinn Quality", ["qa"]),
    "finance": ("Fay Finance", ["finance"]),
    "auditor": ("Aude Auditor", ["auditor"]),
}


def people() -> Cast:
    """The cast. User names are the field names, badges `B-<user name>`; all share PASSWORD and PIN."""
    known = {person.username: person for person in Person.objects.all()}
    if "admin" not in known:
        known["admin"] = enrol_person(
            username="admin",
            name="Ada Admin",
            badge="B-admin",
            pin=PIN,
            password=PASSWORD,
            roles=["admin"],
            site=None,
            actor=None,
        )
    home = site()
    for username, (name, roles) in _CAST.items():
        if username not in known:
            known[username] = enrol_person(
                username=username,
                name=name,
                badge=f"B-{username}",
                pin=PIN,
                password=PASSWORD,
                roles=roles,
                site=home,
                actor=known["admin"],
            )
    return Cast(**{name: known[name] for name in ("admin", *_CAST)})


def site(code: str = "PLANT", *, time_zone: str = "Europe/Berlin", currency: str = "EUR") -> Site:
    found = Site.objects.filter(code=code).first()
    return found or open_site(
        code=code, name=f"Plant {code}", time_zone=time_zone, currency=currency, now=NOW, actor="service:tests"
    )


def line(code: str = "L1", *, at_site: Site | None = None) -> ProductionLine:
    home = at_site or site()
    found = ProductionLine.objects.filter(site=home, code=code).first()
    return found or define_production_line(site=home, code=code, name=f"Line {code}", actor="service:tests")


def place(kind: str, code: str = "", *, serves: ProductionLine | None = None, at_site: Site | None = None) -> Bin:
    """A bin by kind: STORE-1, STAGING-1, … or the site's uncounted end. Staging and supermarket bins serve line L1."""
    home = at_site or site()
    uncounted = Bin.objects.filter(site=home, code=kind.upper()).first()
    if uncounted and not code:
        return uncounted
    code = code or f"{kind.upper()}-1"
    found = Bin.objects.filter(site=home, code=code).first()
    if found:
        return found
    made = define_bin(site=home, code=code, name=f"{kind} {code}", kind=kind, actor="service:tests")
    if kind in ("staging", "supermarket"):
        serve_line(bin=made, line=serves or line(at_site=home), actor="service:tests")
    return made


def device(code: str = "MES-1", *, token: str = DEVICE_TOKEN, at_line: ProductionLine | None = None) -> Device:
    """An enrolled device at line L1. Each further one needs a token of its own."""
    found = Device.objects.filter(code=code).first()
    if found:
        return found
    where = at_line or line()
    made, _ = enrol_device(
        site=where.site, code=code, name=f"Device {code}", line=where, actor=people().admin, now=NOW, token=token
    )
    return made


def item(
    code: str, *, unit: str = "C62", decimals: int = 3, cost: str = "1.00", kind: str = "raw", **fields: Any
) -> Item:
    """An item; `fields` as `define_item` takes them."""
    found = Item.objects.filter(code=code).first()
    return found or define_item(
        code=code,
        name=code.capitalize(),
        kind=kind,
        stock_unit=unit,
        actor=people().engineer,
        now=NOW,
        decimals=decimals,
        standard_cost=Decimal(cost),
        **fields,
    )


def product(
    code: str = "KIT",
    *,
    unit: str = "C62",
    decimals: int = 0,
    cost: str = "0",
    operations: Sequence[str] = ("10",),
    basis: str = "good",
    **fields: Any,
) -> Item:
    """A finished item with a route at line L1 and an approved trigger definition for each operation."""
    made = item(code, unit=unit, decimals=decimals, cost=cost, kind="finished", **fields)
    route(made, operations)
    for number in operations:
        trigger(made, number, basis=basis)
    return made


def route(made: Item, numbers: Iterable[str] = ("10",), *, at_line: ProductionLine | None = None, **flags: Any) -> None:
    """Operations of an item at line L1; `flags` as `define_operation` takes them."""
    for number in numbers:
        if not Operation.objects.filter(item=made, number=number).exists():
            define_operation(
                item=made,
                number=number,
                name=f"Operation {number}",
                line=at_line or line(),
                actor=people().engineer,
                **flags,
            )


def ticket(person: Person, content: dict[str, Any], *, at: datetime = NOW) -> SigningTicket:
    """The right of a person to sign this content."""
    return verify_credentials(user=person.username, password=PASSWORD, content_digest=content_digest(content), now=at)


def _after_the_last(versions: Any) -> datetime:
    """NOW, or a second after the newest approved version, so that builders can be called again."""
    last = versions.filter(state="approved").order_by("-effective_from").first()
    return max(NOW, last.effective_from + timedelta(seconds=1)) if last else NOW


def drafted_bom(made: Item, lines: Sequence[LineDraft], *, at: datetime = NOW, **fields: Any) -> BomVersion:
    """A draft by the engineer; `fields` as `draft_bom` takes them."""
    return draft_bom(item=made, author=people().engineer, now=at, lines=lines, **fields)


def approved_bom(
    made: Item,
    lines: Sequence[LineDraft],
    *,
    at: datetime | None = None,
    effective_from: datetime | None = None,
    **fields: Any,
) -> BomVersion:
    """Drafted by the engineer, approved by QA, effective at `at` (NOW; a later version a second later) or as said."""
    at = at or _after_the_last(made.bom_versions)
    version = submit_bom(version=drafted_bom(made, lines, at=at, **fields), actor=people().engineer, now=at)
    signed = ticket(people().qa, approved_from(bom_content(version), effective_from), at=at)
    return approve_bom(version=version, ticket=signed, effective_from=effective_from, now=at)


def trigger(
    made: Item,
    operation: str = "10",
    *,
    basis: str = "good",
    kind: str = "operation_complete",
    devices: Sequence[Device] | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> TriggerDefinition:
    """An approved trigger definition, a new version each time. Devices: the test device, unless named."""
    route(made, [operation])
    at = at or _after_the_last(made.trigger_definitions.filter(operation_number=operation, line=fields.get("line")))
    definition = draft_trigger(
        item=made,
        operation_number=operation,
        author=people().engineer,
        now=at,
        kind=kind,
        output_basis=basis,
        devices=[device()] if devices is None else devices,
        **fields,
    )
    signed = ticket(people().qa, trigger_content(definition), at=at)
    return approve_trigger(definition=definition, ticket=signed, effective_from=None, now=at)


def factor(made: Item, from_unit: str, to_unit: str, value: str, *, at: datetime = NOW, **fields: Any) -> UnitFactor:
    """An approved unit factor: 1 `from_unit` = `value` `to_unit` (a decimal or a fraction such as 1/3)."""
    exact = Fraction(value)
    drafted = draft_unit_factor(
        item=made,
        from_unit=from_unit,
        to_unit=to_unit,
        numerator=exact.numerator,
        denominator=exact.denominator,
        author=people().engineer,
        now=at,
        **fields,
    )
    signed = ticket(people().qa, factor_content(drafted), at=at)
    return approve_unit_factor(factor=drafted, ticket=signed, effective_from=None, now=at)


def reason(code: str, kind: str, *, loss: str = "") -> ReasonCode:
    found = ReasonCode.objects.filter(code=code).first()
    return found or define_reason(
        code=code, name=f"Reason {code}", kind=kind, owner="Production", loss=loss, actor=people().engineer
    )


def supplier(code: str = "SUP-1") -> Supplier:
    found = Supplier.objects.filter(code=code).first()
    return found or define_supplier(code=code, name=f"Supplier {code}", actor=people().engineer)
