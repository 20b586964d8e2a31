"""What goes wrong in a plant now and then: wrong clocks, counts and orders, held lots, expired lots, misread labels."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from backflush.management.demo import cast
from backflush.management.demo.simulator.player import Player
from backflush.management.demo.simulator.quality import Quality
from backflush.models import OperationReport
from backflush.rules.vocabulary import ReportState
from masterdata.models import Bin
from masterdata.rules.refusal import Refused
from traceability.actions.set_lot_status import set_lot_status
from traceability.actions.stage_lot import stage_lot
from traceability.models import MaterialLot, StockBalance
from traceability.queries.bins import staging_bins
from traceability.rules.vocabulary import LotStatus

_MOST_BLOCKED = 12


class Mishaps:
    """One mishap at a time, and no more where enough is wrong already."""

    def __init__(self, player: Player, quality: Quality) -> None:
        self.player = player
        self.kinds: list[Callable[[], str]] = [
            self._wrong_event_time,
            self._wrong_device_clock,
            self._wrong_count,
            self._wrong_order,
            self._held_lot,
            self._expired_lot,
            quality.ask_for_reversal,
            quality.ask_for_reversal,
        ]

    def act(self) -> str:
        blocked = OperationReport.objects.filter(site_id=self.player.plant.site.pk, state=ReportState.BLOCKED).count()
        return "" if blocked >= _MOST_BLOCKED else self.player.chance.choice(self.kinds)()

    def _wrong_event_time(self) -> str:
        """A controller whose clock ran ahead since its last heartbeat."""
        return self._misreport(ahead=timedelta(minutes=self.player.chance.randint(6, 40)))

    def _wrong_count(self) -> str:
        """A count typed twice."""
        return self._misreport(times=3)

    def _misreport(self, *, ahead: timedelta = timedelta(0), times: int = 0) -> str:
        for order in self.player.open_orders():
            if self.player.waits_for_posting(order):
                continue
            last = order.operations.select_related("line").get(last=True)
            good = Decimal(int(order.quantity) * times) if times else Decimal(max(1, int(order.quantity) // 20))
            device = self.player.floor.device_of(order.number, last.number)
            self.player.report(order.number, last.number, good, device, ahead=ahead)
            return f"{device} misreported for {order.number}"
        return ""

    def _wrong_device_clock(self) -> str:
        """A heartbeat says that a clock is minutes off; what the device reports then waits until it is set."""
        device = self.player.chance.choice(cast.DEVICES)
        self.player.beat(device.code, timedelta(seconds=self.player.chance.choice((-400, 260, 900))))
        return f"clock of {device.code} went wrong"

    def _wrong_order(self) -> str:
        number = f"WO-99{self.player.chance.randint(10, 99)}"
        device = self.player.chance.choice(cast.DEVICES).code
        self.player.report(number, "20", Decimal(self.player.chance.randint(20, 200)), device)
        return f"{device} reported for {number}, which nobody knows"

    def _held_lot(self) -> str:
        """Somebody at a line saw something odd about a lot, and holds it."""
        for order in self.player.open_orders():
            bound = StockBalance.objects.filter(site_id=order.site_id, order_id=order.pk, quantity__gt=0)
            lots = MaterialLot.objects.filter(
                pk__in=list(bound.values_list("lot_id", flat=True)), status=LotStatus.RELEASED, item__tracking="lot"
            ).order_by("pk")
            if lots:
                lot = self.player.chance.choice(list(lots))
                set_lot_status(
                    lot=lot,
                    status=LotStatus.HELD,
                    actor=self.player.plant.person("mara"),
                    now=self.player.now(),
                    note="Looks darker than usual; laboratory asked",
                )
                return f"lot {lot.code} held"
        return ""

    def _expired_lot(self) -> str:
        """Somebody tries to stage a lot that expired on the shelf: the scan is refused, in words."""
        today = self.player.floor.day(self.player.now())
        for order in self.player.open_orders():
            places = list(staging_bins(order.pk, [one.number for one in order.operations.all()]))
            for balance in StockBalance.objects.filter(
                site_id=order.site_id, bin_id__in=list(self.player.floor.shelves), order_id=0, quantity__gt=0
            ):
                lot = self.player.floor.lot(balance.lot_id)
                if lot.expires_on is None or lot.expires_on >= today or not places:
                    continue
                try:
                    stage_lot(
                        order=order,
                        lot=lot,
                        from_bin=self.player.floor.shelves[balance.bin_id],
                        to_bin=Bin.objects.get(pk=places[0]),
                        quantity=balance.quantity,
                        actor=self.player.floor.picker(),
                        now=self.player.now(),
                    )
                except Refused as refused:
                    return f"staging of {lot.code} refused: {refused.refusals[0].sentence}"
        return ""
