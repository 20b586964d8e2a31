"""Blocked reports are mended as a shift would mend them: the cause goes away and the report posts, or it is withdrawn."""

from collections.abc import Callable

from backflush.actions.retry_report import retry_report
from backflush.actions.waive_report import waive_report, waiver_content
from backflush.management.demo.signing import ticket
from backflush.management.demo.simulator.player import Player
from backflush.management.demo.simulator.production import Production
from backflush.models import OperationReport, ReportTransition
from backflush.rules.vocabulary import ReportKind, ReportState
from masterdata.models import Bin, Device
from traceability.actions.return_to_stock import return_to_stock
from traceability.models import MaterialLot, StockBalance, WorkOrder
from traceability.queries.line_state import foreign_lots
from traceability.rules.vocabulary import LotStatus

_LOOKED_AT = 75.0
_GIVEN_UP = 600.0
#: what no later event can make true
_UNTRUE = ("quantity_implausible", "operation_out_of_sequence", "reason_unknown", "order_not_open", "lot_unknown")
#: a disposition of the past: staging and releasing now do not mend it
_TOO_LATE = "was not released when"


class Mending:
    """One blocked report at a time, oldest first, after it has stood on the boards for a while."""

    def __init__(self, player: Player, production: Production) -> None:
        self.player = player
        self.production = production

    def act(self) -> str:
        """One step towards posting a blocked report, in words; empty where none is old enough or all must wait."""
        blocked = OperationReport.objects.filter(
            site_id=self.player.plant.site.pk,
            state=ReportState.BLOCKED,
            received_at__lt=self.player.long_ago(_LOOKED_AT),
        ).order_by("received_at", "id")
        for report in blocked[:20]:
            done = self._mend(report)
            if done:
                return done
        return ""

    def _mend(self, report: OperationReport) -> str:
        reasons = self._reasons(report)
        codes = {reason["code"] for reason in reasons}
        order = WorkOrder.objects.filter(pk=report.order_id).select_related("item", "site").first()
        if order is not None and self.player.waits_for_posting(order):
            return ""
        if report.received_at < self.player.long_ago(_GIVEN_UP):
            return self._waive(report, "Nobody could confirm these units.")
        if any(reason["code"] == "clock_out_of_sync" and reason["subject"] == "device clock" for reason in reasons):
            return self._set_clock(report)
        if codes & {*_UNTRUE, "clock_out_of_sync"} or order is None:
            return self._waive(report, "Reported with a wrong count, order or time; reported again.")
        if report.kind == ReportKind.SCAN_ISSUE and codes & {"short", "not_staged"}:
            return self._waive(report, "Scanned twice.")
        if any(_TOO_LATE in reason["sentence"] for reason in reasons):
            return self._waive(report, "Made with a lot on hold; the units are scrapped and reported again.")
        steps: dict[str, Callable[[], str]] = {
            "expired": lambda: self._take_expired_away(order),
            "not_released": lambda: self._release_held(order),
            "line_not_clear": lambda: self._clear(order, report),
            "serials_missing": lambda: self._bring_and_scan(order, report),
            "not_staged": lambda: self._bring_and_scan(order, report),
            "short": lambda: self._bring_and_scan(order, report),
        }
        for code, step in steps.items():
            if code in codes:
                done = step()
                if done:
                    return done
        if report.judged_at and report.judged_at < self.player.long_ago(_LOOKED_AT):
            retry_report(report=report, actor=self.player.plant.person("petra"), now=self.player.now())
            return f"report of {report.order_number} retried"
        return ""

    def _reasons(self, report: OperationReport) -> list[dict[str, str]]:
        newest = (
            ReportTransition.objects.filter(report_id=report.pk, to_state=ReportState.BLOCKED).order_by("-id").first()
        )
        return newest.reasons if newest else []

    def _waive(self, report: OperationReport, note: str) -> str:
        at = self.player.now()
        signed = ticket("petra", waiver_content(report, note), at)
        waive_report(report=report, ticket=signed, note=note, now=at)
        return f"report of {report.order_number} at {report.operation_number} withdrawn"

    def _set_clock(self, report: OperationReport) -> str:
        code = Device.objects.values_list("code", flat=True).get(pk=report.device_id)
        self.player.beat(code)
        return f"clock of {code} set"

    def _take_expired_away(self, order: WorkOrder) -> str:
        """Expired lots at the line go to the cage."""
        today = self.player.floor.day(self.player.now())
        for balance in StockBalance.objects.filter(site_id=order.site_id, order_id=order.pk, quantity__gt=0):
            lot = self.player.floor.lot(balance.lot_id)
            if lot.expires_on is not None and lot.expires_on < today:
                return_to_stock(
                    order=order,
                    lot=lot,
                    from_bin=Bin.objects.get(pk=balance.bin_id),
                    to_bin=self.player.plant.bin("QUAR-01"),
                    quantity=balance.quantity,
                    reason=self.player.plant.reason("RT-EXPIRED"),
                    exposed=False,
                    actor=self.player.floor.picker(),
                    now=self.player.now(),
                )
                return f"expired lot {lot.code} taken from {order.number}"
        return ""

    def _release_held(self, order: WorkOrder) -> str:
        """The laboratory found nothing: a held lot at the line is released."""
        bound = StockBalance.objects.filter(site_id=order.site_id, order_id=order.pk, quantity__gt=0)
        lot = (
            MaterialLot.objects.filter(
                pk__in=list(bound.values_list("lot_id", flat=True)),
                status__in=[LotStatus.HELD, LotStatus.QUARANTINE],
            )
            .order_by("pk")
            .first()
        )
        if lot is None:
            return ""
        self.player.floor.decide(lot, LotStatus.RELEASED, "Sample within limits")
        return f"lot {lot.code} released"

    def _clear(self, order: WorkOrder, report: OperationReport) -> str:
        operation = order.operations.select_related("line").filter(number=report.operation_number).first()
        if operation is None or foreign_lots(operation.line, order):
            return ""
        self.player.floor.clear(order, operation.line, self.player.now())
        return f"{operation.line.code} cleared for {order.number}"

    def _bring_and_scan(self, order: WorkOrder, report: OperationReport) -> str:
        """What the operation lacks is brought or scanned; a little more where only the spare was used up."""
        work = next((one for one in self.player.work(order) if one.operation.number == report.operation_number), None)
        if work is None:
            return ""
        if work.operation.requires_clearance and foreign_lots(work.operation.line, order):
            return ""
        if work.needs:
            return self.production.bring(order, work, work.needs[0], "1.15")
        return self.production.scan(order, work)
