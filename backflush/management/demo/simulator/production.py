"""The next thing to do for an order: clear the line, bring material, scan what is scanned, report what was made, finish."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from backflush.management.demo.floor import counted
from backflush.management.demo.needs import Need, Work, strength
from backflush.management.demo.simulator.player import Player
from backflush.management.demo.simulator.supply import Supply
from backflush.models import OperationReport, ReversalRequest
from backflush.rules.progress import UNTOUCHED
from backflush.rules.vocabulary import ReportState
from masterdata.rules.exact import Fraction
from masterdata.rules.vocabulary import PostingMethod
from traceability.models import WorkOrder
from traceability.queries.line_state import foreign_lots

#: into how many reports an operation's output is told, by product and operation (others: 10)
_REPORTS = {("FICT-40-30", "10"): 1, ("FICT-40-30", "20"): 5, ("FICT-40-30", "30"): 4, ("IMAG-150", "10"): 4}
_USUAL_REPORTS = 10
_MOST_SERIALS = 3
_LOTS_A_TRIP = 6


class Production:
    """Orders go on, one event at a time."""

    def __init__(self, player: Player, supply: Supply) -> None:
        self.player = player
        self.supply = supply

    def act(self) -> str:
        """One event for one order, in words; empty where every order waits for something."""
        for order in self.player.open_orders():
            if not self.player.waits_for_posting(order):
                done = self.advance(order)
                if done:
                    return done
        return ""

    def advance(self, order: WorkOrder) -> str:
        works = self.player.work(order)
        blocked = set(
            OperationReport.objects.filter(order_id=order.pk, state=ReportState.BLOCKED).values_list(
                "operation_number", flat=True
            )
        )
        for work in self._in_turn(works):
            if work.operation.number not in blocked:
                done = self._step(order, work)
                if done:
                    return done
        if not blocked and all(work.left <= 0 for work in works):
            return self._finish(order)
        return ""

    def _in_turn(self, works: Sequence[Work]) -> list[Work]:
        """Operations that have something to report. What is not counted comes before everything after it."""
        ready = [work for work in works if work.ready > 0 and work.left > 0]
        first = next((work for work in ready if not work.operation.count_point), None)
        if first is not None:
            return [first]
        self.player.chance.shuffle(ready)
        return ready

    def _step(self, order: WorkOrder, work: Work) -> str:
        operation = work.operation
        if operation.requires_clearance and foreign_lots(operation.line, order):
            return ""
        if not work.cleared and not self.player.happens(6):
            self.player.floor.clear(order, operation.line, self.player.now())
            return f"{operation.line.code} cleared for {order.number}"
        if work.needs and not self.player.happens(4):
            return self.bring(order, work, work.needs[0])
        return self.scan(order, work) or self._report(order, work)

    def bring(self, order: WorkOrder, work: Work, need: Need, spare: str = "1.04") -> str:
        """One trip with one item; where the shelves are empty, a delivery."""
        scans = self.player.floor.bring(order, work, need, self.player.now(), Fraction(spare), most=_LOTS_A_TRIP)
        if not scans:
            return self.supply.deliver(need.item.code)
        return f"{need.item.code} staged for {order.number}"

    def scan(self, order: WorkOrder, work: Work) -> str:
        """One scan-issue, where a scanned line wants one before the next report."""
        for line in work.recipe.lines:
            item = work.recipe.items[line.item]
            before = work.progress.lines.get(line.component) or UNTOUCHED
            if line.method != PostingMethod.SCAN:
                continue
            missing = next((quantity for one, quantity in work.to_scan if one.id == item.id), Fraction(0))
            if missing <= 0 or (item.serial and before.covered - before.need >= _MOST_SERIALS):
                continue
            for lot, there in self.player.floor.bound(order, item.id):
                share = strength(item, lot)
                off = Fraction(self.player.chance.randint(-30, 30), 10_000)
                wanted = Fraction(1) if item.serial else missing / share * (1 + off)
                quantity = min(there, counted(wanted, item, ROUND_DOWN))
                if quantity > 0:
                    device = self.player.floor.device_of(order.number, work.operation.number)
                    self.player.scan(order, work.operation.number, lot, quantity, device)
                    return f"{item.code} {lot.code} scanned for {order.number}"
        return ""

    def _report(self, order: WorkOrder, work: Work) -> str:
        """Some of what may be reported, now and then with scrap or another setup."""
        number = work.operation.number
        parts = _REPORTS.get((order.item.code, number), _USUAL_REPORTS)
        units = min(work.ready, max(Fraction(1), Fraction(order.quantity) / parts), self._scanned(work))
        good = Decimal(int(units))
        if good < 1:
            return ""
        scrap: list[tuple[Decimal, str]] = []
        for percent, reasons in ((5, ("SC-JAM", "SC-HANDLING", "SC-MISPRINT")), (6, ("SC-START", "SC-SAMPLE"))):
            lost = Decimal(max(1, int(good) * self.player.chance.randint(1, 3) // 100))
            if good > lost and self.player.happens(percent):
                good -= lost
                scrap.append((lost, self.player.chance.choice(reasons)))
        device = self.player.floor.device_of(order.number, number)
        setups = 1 if self.player.happens(3) else 0
        self.player.report(order.number, number, good, device, scrap=scrap, setup_events=setups)
        return f"{good} of {order.number} reported at {number} by {device}"

    def _scanned(self, work: Work) -> Fraction:
        """For how many units the serials are scanned; far more than anything where there are none."""
        units = Fraction(10**9)
        for line in work.recipe.lines:
            if line.method == PostingMethod.SCAN and work.recipe.items[line.item].serial:
                before = work.progress.lines.get(line.component) or UNTOUCHED
                units = min(units, (before.covered - before.need) / line.plain)
        return units

    def _finish(self, order: WorkOrder) -> str:
        """Residuals go back, then Petra closes the order; not while a reversal waits for quality."""
        if ReversalRequest.objects.filter(posting__order_id=order.pk, declined_at=None, reversal=None).exists():
            return ""
        at = self.player.now()
        if self.player.floor.return_residuals(order, at, most=3):
            return f"left-over material of {order.number} returned"
        self.player.floor.close(order, at)
        return f"{order.number} closed"
