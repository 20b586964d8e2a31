"""Goods receipt: a lot comes into the plant, in the supplier's unit, and is counted in the item's own."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.define_item import unit_of
from masterdata.models import Bin, Item, Person, Site, Supplier, Unit
from masterdata.queries import item_factors, unit_facts
from masterdata.rules.days import written_day
from masterdata.rules.densities import MeasuredDensity, with_density_of_lot
from masterdata.rules.duties import Duty
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.units import RoundingRule, conversion, decimal_text
from masterdata.rules.vocabulary import BinKind, Tracking
from traceability.actions.ledger import record_moves
from traceability.models import UNBOUND, LotStatusChange, MaterialLot
from traceability.queries.bins import bin_fact, end_bin
from traceability.queries.days import site_day
from traceability.queries.precision import counted, rounding_rule
from traceability.rules.lot_codes import code_refusals
from traceability.rules.moves import Move
from traceability.rules.places import receiving_refusals, same_site_refusals
from traceability.rules.quantities import exact_quantity, is_countable
from traceability.rules.vocabulary import EntryKind, LotStatus


def receive_lot(
    *,
    site: Site,
    item: Item,
    code: str,
    quantity: object,
    unit: Unit | str,
    bin: Bin,  # noqa: A002
    actor: Person,
    now: datetime,
    expires_on: date | None = None,
    supplier: Supplier | None = None,
    supplier_lot: str = "",
    unit_cost: Decimal | None = None,
    potency: Decimal | None = None,
    density: Decimal | None = None,
    density_temperature: Decimal | None = None,
    released: bool = False,
) -> MaterialLot:
    """Receive `quantity` (in `unit`, a unit or its code) of a new lot into a bin and return the lot.

    It is in quarantine unless it is `released` by rule. `unit_cost` is per stock unit (default: the item's standard cost);
    `potency` a fraction of 1; `density` kg per litre, used in place of the item's own. An item with a shelf life and no
    `expires_on` expires that many days after its receipt. Raises Refused with everything that is wrong.
    """
    require(actor, Duty.HANDLE_STOCK)
    stock_quantity = in_stock_unit(item, quantity, unit, now, density)
    refusals = [
        *same_site_refusals(site.pk, [(bin.code, bin.site_id)]),
        *receiving_refusals(bin_fact(bin)),
        *_lot_refusals(site, item, code, stock_quantity, expires_on, now),
        *_certificate_refusals(code, unit_cost=unit_cost, potency=potency, density=density),
    ]
    if refusals:
        raise Refused(*refusals)
    if expires_on is None and item.shelf_life_days:
        expires_on = site_day(site, now) + timedelta(days=item.shelf_life_days)
    with acting(actor):
        lot, made = MaterialLot.objects.get_or_create(
            site=site,
            item=item,
            code=code.strip(),
            defaults={
                "status": LotStatus.RELEASED if released else LotStatus.QUARANTINE,
                "released_since": now if released else None,
                "expires_on": expires_on,
                "received_at": now,
                "supplier": supplier,
                "supplier_lot": supplier_lot.strip(),
                "unit_cost": item.standard_cost if unit_cost is None else unit_cost,
                "potency": potency,
                "density": density,
                "density_temperature": density_temperature,
            },
        )
        if not made:
            raise Refused(_known(item, code))
        _record(lot, bin, stock_quantity, actor, now)
    return lot


def _record(lot: MaterialLot, into: Bin, quantity: Decimal, actor: Person, now: datetime) -> None:
    """The first status of the lot, and its way from the supplier into the bin."""
    LotStatusChange.objects.create(lot=lot, status=lot.status, at=now, person=actor, note="received")
    supplier = end_bin(lot.site_id, BinKind.SUPPLIER)
    record_moves(
        site_id=lot.site_id,
        kind=EntryKind.GOODS_RECEIPT,
        moves=[Move(lot.pk, lot.item_id, supplier.pk, UNBOUND, into.pk, UNBOUND, quantity)],
        actor=actor,
        occurred_at=now,
        now=now,
    )


def in_stock_unit(
    item: Item, quantity: object, unit: Unit | str, at: datetime, density: Decimal | None = None
) -> Decimal:
    """A quantity in any unit as a countable quantity in the item's stock unit, exactly. Raises Refused.

    `no_conversion` where no approved path leads there; `quantity_too_fine` where the item cannot be counted like that.
    """
    unit = unit_of(unit)
    if unit.pk == item.stock_unit_id:
        return counted(quantity, item)
    exact = exact_quantity(quantity)
    units = unit_facts()
    factors = list(item_factors([item.pk], at).get(item.pk, ()))
    if density is not None and density > 0:
        factors = with_density_of_lot(factors, units, MeasuredDensity("certificate", Fraction(density)))
    found = conversion(unit.code, item.stock_unit.code, units, factors)
    if found is None:
        raise Refused(
            Refusal(
                "no_conversion",
                f"There is no approved factor from {unit.code} to {item.stock_unit.code} for {item.code}.",
                item.code,
                f"Enter the quantity in {item.stock_unit.code}, or let an engineer have the factor approved.",
            )
        )
    converted = exact * found.factor
    rule = rounding_rule(item)
    if not is_countable(converted, rule):
        step = decimal_text(RoundingRule(rule.decimals).step)
        raise Refused(
            Refusal(
                "quantity_too_fine",
                f"{quantity} {unit.code} is not a whole number of {step} {item.stock_unit.code},"
                f" as which {item.code} is counted.",
                item.code,
                f"Weigh or count it in {item.stock_unit.code} and enter that.",
            )
        )
    return counted(converted, item)


def _lot_refusals(
    site: Site, item: Item, code: str, quantity: Decimal, expires_on: date | None, now: datetime
) -> list[Refusal]:
    refusals = code_refusals(code, item.code)
    if not refusals and MaterialLot.objects.filter(site=site, item=item, code=code.strip()).exists():
        refusals.append(_known(item, code))
    if item.tracking == Tracking.SERIAL and quantity != 1:
        refusals.append(
            Refusal(
                "serial_is_one",
                f"{item.code} is tracked by serial: each serial is a lot of exactly one.",
                item.code,
                "Receive every serial by itself, with quantity 1.",
            )
        )
    if expires_on is not None and expires_on < site_day(site, now):
        refusals.append(
            Refusal(
                "expired",
                f"Lot {code} of {item.code} expired on {written_day(expires_on)}.",
                f"{item.code} {code}",
                "Check the date on the label; if it is right, refuse the delivery.",
            )
        )
    return refusals


def _certificate_refusals(code: str, **values: Decimal | None) -> list[Refusal]:
    refusals = []
    for name, value in values.items():
        least_is_zero = name == "unit_cost"
        if value is not None and (value < 0 or (value == 0 and not least_is_zero)):
            refusals.append(
                Refusal(
                    "value_out_of_range",
                    f"The {name.replace('_', ' ')} of lot {code} cannot be {value}.",
                    code,
                    "Enter the value of the certificate.",
                )
            )
    return refusals


def _known(item: Item, code: str) -> Refusal:
    return Refusal(
        "lot_exists",
        f"Lot {code.strip()} of {item.code} was received before.",
        f"{item.code} {code.strip()}",
        "Give the second delivery a lot code of its own.",
    )
