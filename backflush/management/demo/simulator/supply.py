"""Deliveries, so that stock never runs out for good; filled supermarkets; planned and released orders."""

from datetime import timedelta
from decimal import Decimal

from django.db.models import Sum

from backflush.management.demo import bottles, monitors, tablets
from backflush.management.demo.floor import shelf_of
from backflush.management.demo.runs import Delivery
from backflush.management.demo.simulator.player import Player
from traceability.actions.fill_supermarket import fill_supermarket
from traceability.models import MaterialLot, StockBalance, WorkOrder
from traceability.rules.vocabulary import LotStatus, OrderState

_DELIVERIES = {one.item: one for story in (tablets, bottles, monitors) for one in story.DELIVERIES}
_BOARDS_A_DELIVERY = 8
#: product, first part of its order numbers, quantities, orders kept open
_SERIES = (
    (tablets.PRODUCT, "WO-1", ("1600", "1800", "2000", "2400"), 4),
    (bottles.PRODUCT, "WO-2", ("2400", "3600"), 2),
    (monitors.PRODUCT, "WO-30", ("12", "16", "20"), 2),
    (monitors.MODULE, "WO-35", ("40", "60"), 1),
)
_PLANNED = 2
_SUPERMARKETS = (("WATER-PU", "M-WATER"), ("SCREW-M2", "M-FAST"))


class Supply:
    """What comes to the plant: material and work."""

    def __init__(self, player: Player) -> None:
        self.player = player

    # Material

    def act(self) -> str:
        """A supermarket is filled, or what runs low is delivered; empty where there is enough of everything."""
        for item, place in _SUPERMARKETS:
            done = self._fill(item, place)
            if done:
                return done
        for code in self.player.chance.sample(sorted(_DELIVERIES), 6):
            if self._stock(code) < Decimal(_DELIVERIES[code].quantity):
                return self.deliver(code)
        return ""

    def deliver(self, code: str) -> str:
        """A new lot, now and then one that waits for QA; serialized boards come one by one."""
        if code == "BOARD-HM":
            return self._boards()
        if code == monitors.MODULE and self._release_modules():
            return f"{code} released by quality"
        delivery = _DELIVERIES[code]
        waits = self.player.happens(12)
        number = self._next_number(code, f"{code}-")
        keeps = max((keeps for _, keeps, _ in delivery.lots), default=0)
        lot = self.player.floor.receive(
            code,
            f"{code}-{number:03d}",
            delivery.quantity,
            self.player.now(),
            place="QUAR-01" if waits else shelf_of(self.player.plant.item(code)),
            supplier=delivery.supplier,
            days=keeps or None,
            released=not waits,
            unit_cost=self._price(delivery),
            **self._certificate(delivery),
        )
        return f"{lot.code} received" + (" into quarantine" if waits else "")

    def _boards(self) -> str:
        first = self._next_number("BOARD-HM", "HM1-26-")
        for number in range(first, first + _BOARDS_A_DELIVERY):
            self.player.floor.receive(
                "BOARD-HM",
                f"HM1-26-{number:05d}",
                "1",
                self.player.now(),
                place="ELEC-01",
                supplier="S-FUNKWERK",
                unit_cost=Decimal("39.10"),
            )
        return f"{_BOARDS_A_DELIVERY} boards received"

    def _release_modules(self) -> bool:
        """Optics modules of the house, where some wait for quality."""
        lot = MaterialLot.objects.filter(
            site=self.player.plant.site,
            item=self.player.plant.item(monitors.MODULE),
            status=LotStatus.QUARANTINE,
            origin="production",
        ).first()
        if lot is None:
            return False
        self.player.floor.decide(lot, LotStatus.RELEASED, "")
        return True

    def _price(self, delivery: Delivery) -> Decimal:
        """The newest price, a little up or down."""
        newest = Decimal(delivery.lots[-1][2])
        return (newest * Decimal(self.player.chance.randint(97, 104)) / 100).quantize(Decimal("0.0001"))

    def _certificate(self, delivery: Delivery) -> dict[str, Decimal]:
        named = {name for values in delivery.extra.values() for name in values}
        if "potency" in named:
            return {"potency": Decimal(self.player.chance.randint(9780, 9960)) / 10000}
        if "density" in named and self.player.happens(40):
            item = self.player.plant.item(delivery.item)
            nominal = Decimal("1.06") if item.code == "COATF" else Decimal("1.26")
            density = (nominal * Decimal(self.player.chance.randint(990, 1015)) / 1000).quantize(Decimal("0.0001"))
            return {"density": density, "density_temperature": Decimal("20")}
        return {}

    def _stock(self, code: str) -> Decimal:
        """What lies unbound in stores and supermarkets, whatever its status."""
        total = StockBalance.objects.filter(
            site_id=self.player.plant.site.pk, item_id=self.player.plant.item(code).pk, order_id=0
        ).aggregate(total=Sum("quantity"))["total"]
        return total or Decimal(0)

    def _next_number(self, item: str, prefix: str) -> int:
        codes = MaterialLot.objects.filter(
            site=self.player.plant.site, item__code=item, code__startswith=prefix
        ).values_list("code", flat=True)
        numbers = [int(code.removeprefix(prefix)) for code in codes if code.removeprefix(prefix).isdigit()]
        return max(numbers, default=0) + 1

    def _fill(self, code: str, place: str) -> str:
        """Bring a lot to a supermarket that holds less than half a delivery."""
        item, target = self.player.plant.item(code), self.player.plant.bin(place)
        there = sum(
            StockBalance.objects.filter(
                site_id=target.site_id, bin_id=target.pk, item_id=item.pk, order_id=0
            ).values_list("quantity", flat=True),
            Decimal(0),
        )
        if there > Decimal(_DELIVERIES[code].quantity) / 2:
            return ""
        shelf = self.player.floor.on_shelf(item.pk, self.player.now())
        if not shelf:
            return self.deliver(code)
        lot, start, quantity = shelf[0]
        fill_supermarket(
            lot=lot,
            from_bin=start,
            to_bin=target,
            quantity=quantity,
            actor=self.player.floor.picker(),
            now=self.player.now(),
        )
        return f"{place} filled with {lot.code}"

    # Work

    def plan(self) -> str:
        """Release an order where too few are open, plan one where too few are planned; empty where all is well."""
        for product, prefix, quantities, wanted in _SERIES:
            orders = WorkOrder.objects.filter(site=self.player.plant.site, item__code=product)
            planned = orders.filter(state=OrderState.PLANNED).order_by("number")
            if planned.count() < _PLANNED:
                return self._new(product, prefix, self.player.chance.choice(quantities))
            if orders.filter(state=OrderState.RELEASED).count() < wanted:
                order = planned[0]
                lines = {"40": self._emptier_line()} if product == tablets.PRODUCT else None
                self.player.floor.release(order, self.player.now(), lines)
                return f"{order.number} released"
        return ""

    def _new(self, product: str, prefix: str, quantity: str) -> str:
        numbers = WorkOrder.objects.filter(
            site=self.player.plant.site, item__code=product, number__startswith=prefix
        ).values_list("number", flat=True)
        last = max((int(one.removeprefix(prefix)) for one in numbers if one.removeprefix(prefix).isdigit()), default=0)
        width = 6 - len(prefix) + 1
        number = f"{prefix}{last + 1:0{width}d}"
        due = self.player.now() + timedelta(days=self.player.chance.randint(1, 6))
        self.player.floor.order(number, product, quantity, self.player.now(), due_at=due)
        return f"{number} planned"

    def _emptier_line(self) -> str:
        """The blister line with fewer open orders."""
        count = {
            code: WorkOrder.objects.filter(
                state=OrderState.RELEASED, operations__line=self.player.plant.line(code)
            ).count()
            for code in ("BL1", "BL2")
        }
        return min(count, key=lambda code: (count[code], code))
