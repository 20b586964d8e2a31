"""Plays the events of a story: reports through the inbox and the worker's own code, everything else by its action."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from backflush.actions.close_order import close_order
from backflush.actions.post_reports import post_reports
from backflush.actions.receive_report import receive_report
from backflush.actions.request_reversal import request_reversal
from backflush.actions.retry_report import retry_report
from backflush.actions.reverse_posting import reverse_posting
from backflush.models import OperationReport, Posting
from backflush.queries.reversals import reversal_content
from backflush.rules.report import Report
from backflush.rules.vocabulary import ReportKind
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refused
from masterdata.rules.units import decimal_text
from tests import floor, plant
from tests.worked_examples.story import observing
from tests.worked_examples.story.building import build_stage, parts_of, place_lot, receive_lots
from tests.worked_examples.story.reading import Case, CaseError, Event, Lot, moment, number
from traceability.actions.open_handling_unit import open_handling_unit
from traceability.actions.put_away import put_away
from traceability.models import HandlingUnit


@dataclass
class Outcome:
    """What came of an event. `reports`: the reports it is about; `postings`: what was posted by it."""

    status: str
    order: str
    reasons: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    reports: list[OperationReport] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)


class Theatre:
    """The stage of one story, and what has happened on it."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.stage = build_stage(case)
        self.played: list[Outcome] = []
        receive_lots(case, self.stage)
        for lot in case.lots:
            for order, quantity in lot.staged.items():
                if order and quantity > 0 and self._is_forward(lot, order):
                    self._pick(lot, order, quantity)

    def play(self, index: int, event: Event) -> Outcome:
        """Make one event happen; an action that refuses is an outcome too."""
        doing: dict[str, Callable[[Event], Outcome]] = {
            "report": self._report,
            "scan": self._scan,
            "stage": self._stage,
            "return": self._return,
            "retry": self._retry,
            "reverse": self._reverse,
            "close": self._close,
        }
        try:
            outcome = doing[event.kind](event)
        except Refused as refused:
            outcome = Outcome(
                "refused",
                event.order,
                [refusal.code for refusal in refused.refusals],
                [refusal.sentence for refusal in refused.refusals],
                reports=self._reports_meant(event),
            )
        self.played.append(outcome)
        return outcome

    def explained(self, outcome: Outcome) -> str:
        """What the product says of how it came to this: refusals, and the arithmetic of every line."""
        return observing.explanation(self.stage, outcome.sentences, outcome.postings)

    def _report(self, event: Event) -> Outcome:
        said = event.data
        good, scrap, rework = (Decimal(decimal_text(number(said.get(name, "0"), name))) for name in _COUNTS)
        setup = bool(said.get("setup", False))
        kind = ReportKind.SETUP if setup and not (good or scrap or rework) else ReportKind.OPERATION_COMPLETE
        if said.get("handling_unit"):
            kind = ReportKind.HANDLING_UNIT_CLOSED
            self._open_unit(event.order, said["handling_unit"])
        report = Report(
            kind=kind,
            order=event.order,
            operation=said.get("operation", "10"),
            occurred_at=self._moment(event),
            event_id=uuid.uuid4(),
            good=good,
            scrap=((scrap, self._scrap_reason(said.get("scrap_reason", "structural"))),) if scrap else (),
            rework=rework,
            setup_events=1 if setup else 0,
            handling_unit=said.get("handling_unit", ""),
        )
        return self._send([report], event.order)

    def _scan(self, event: Event) -> Outcome:
        said = event.data
        lot = self._lot(said["lot"])
        quantity = number(said["quantity"], "quantity")
        staging = self.stage.bins[f"STAGING-{event.order}"]
        parts = parts_of(self.stage, lot, quantity, place=staging, order=self.stage.orders[event.order])
        if len(self.stage.lots[lot.code]) == 1:
            parts = [(self.stage.lots[lot.code][0], quantity)]
        reports = [
            self._scan_issue(
                event.order, said.get("operation", "10"), said.get("item", lot.item), row.code, amount, event
            )
            for row, amount in parts
        ]
        if not reports:
            raise CaseError(f"{event.told}: none of these serials is left to scan")
        return self._send(reports, event.order)

    def _scan_issue(
        self, order: str, operation: str, item: str, lot: str, quantity: Fraction, event: Event | None = None
    ) -> Report:
        return Report(
            kind=ReportKind.SCAN_ISSUE,
            order=order,
            operation=operation,
            occurred_at=self._moment(event) if event else self.case.now,
            event_id=uuid.uuid4(),
            item=item,
            lot=lot,
            quantity=Decimal(decimal_text(quantity)),
        )

    def _stage(self, event: Event) -> Outcome:
        lot = self._lot(event.data["lot"])
        quantity = number(event.data["quantity"], "quantity")
        place_lot(self.stage, lot, event.order, quantity, at=self.case.now)
        if self._is_forward(lot, event.order):
            picked = self._pick(lot, event.order, quantity)
            picked.status = "done" if picked.status == "posted" else picked.status
            return picked
        return Outcome("done", event.order)

    def _return(self, event: Event) -> Outcome:
        lot = self._lot(event.data["lot"])
        quantity = number(event.data["quantity"], "quantity")
        order = self.stage.orders[event.order]
        outcome = Outcome("done", event.order)
        if lot.place == "supermarket":
            put_away(
                lot=self.stage.lots[lot.code][0],
                from_bin=self.stage.bins["supermarket"],
                to_bin=self.stage.bins["store"],
                quantity=decimal_text(quantity),
                actor=plant.people().operator,
                now=self.case.now,
            )
            return outcome
        staging = self.stage.bins["UNSERVED" if lot.place == "unserved" else f"STAGING-{event.order}"]
        if self._is_forward(lot, event.order):
            outcome.postings = self._unpick(lot, event.order, quantity)
        for row, amount in parts_of(self.stage, lot, quantity, place=staging, order=order):
            floor.return_to_stock(
                order=order,
                lot=row,
                from_bin=staging,
                to_bin=self.stage.bins["store"],
                quantity=decimal_text(amount),
                reason=plant.reason("LEFT-OVER", "return"),
                exposed=False,
                actor=plant.people().operator,
                now=self.case.now,
            )
        return outcome

    def _retry(self, event: Event) -> Outcome:
        reports = self._reports_meant(event)
        for report in reports:
            retry_report(report=report, actor=plant.people().supervisor, now=self.case.now)
        return self._posted(reports, self._order_of(event))

    def _reverse(self, event: Event) -> Outcome:
        reports = self._reports_meant(event)
        postings = list(Posting.objects.filter(report_id__in=[report.pk for report in reports]).order_by("-id"))
        if not postings:
            said = f"event {event.data['report']} has posted nothing that could be reversed"
            return Outcome("refused", self._order_of(event), ["nothing_posted"], [said])
        return Outcome(
            "posted",
            self._order_of(event),
            reports=reports,
            postings=[self._reversed(posting) for posting in postings],
        )

    def _close(self, event: Event) -> Outcome:
        close_order(order=self.stage.orders[event.order], actor=plant.people().supervisor, now=self.case.now)
        return Outcome("done", event.order)

    def _reversed(self, posting: Posting) -> Posting:
        request = request_reversal(
            posting=posting,
            reason=plant.reason("MISCOUNT", "reversal"),
            actor=plant.people().supervisor,
            now=self.case.now,
            note="miscounted",
        )
        signed = plant.ticket(plant.people().qa, reversal_content(request), at=self.case.now)
        return reverse_posting(request=request, ticket=signed, now=self.case.now)

    def _pick(self, lot: Lot, order: str, quantity: Fraction) -> Outcome:
        """Forward lines are usage at the pick: what was staged is issued at once."""
        staging = self.stage.bins[f"STAGING-{order}"]
        operation = self._forward_operation(lot, order)
        assert operation is not None
        parts = parts_of(self.stage, lot, quantity, place=staging, order=self.stage.orders[order])
        return self._send(
            [self._scan_issue(order, operation, lot.item, row.code, amount) for row, amount in parts], order
        )

    def _unpick(self, lot: Lot, order: str, quantity: Fraction) -> list[Posting]:
        """What comes back of a forward line is negative usage: its latest picks are reversed, what stays is issued again."""
        staging = self.stage.bins[f"STAGING-{order}"]
        bound = sum(
            (Fraction(floor.stock(row, staging, self.stage.orders[order])) for row in self.stage.lots[lot.code]),
            Fraction(0),
        )
        done: list[Posting] = []
        for posting in observing.standing_scans(self.stage.lots[lot.code], self.stage.orders[order]):
            if bound >= quantity:
                break
            reversal = self._reversed(posting)
            done.append(reversal)
            bound += -sum(observing.issued(self.stage, [reversal]).values(), Fraction(0))
        if bound > quantity and done:
            done += self._pick(lot, order, bound - quantity).postings
        return done

    def _send(self, reports: list[Report], order: str) -> Outcome:
        rows = [
            receive_report(
                site_id=self.stage.site.pk, report=report, device=self.stage.device, now=self.case.now
            ).report
            for report in reports
        ]
        return self._posted(rows, order)

    def _posted(self, reports: list[OperationReport], order: str) -> Outcome:
        """Run the worker's code until nothing waits, and see what became of the reports."""
        post_reports(now=self.case.now)
        for report in reports:
            report.refresh_from_db()
        states = {str(report.state) for report in reports}
        ids = [report.pk for report in reports]
        reasons = observing.reasons_of(ids) if states - {"posted"} else []
        return Outcome(
            status=next(iter(sorted(states))),
            order=order,
            reasons=[reason["code"] for reason in reasons],
            sentences=[reason["sentence"] for reason in reasons],
            reports=reports,
            postings=list(Posting.objects.filter(report_id__in=ids).order_by("id")),
        )

    def _reports_meant(self, event: Event) -> list[OperationReport]:
        """The reports of the event that `retry` and `reverse` point to."""
        if event.kind not in ("retry", "reverse"):
            return []
        index = int(number(event.data["report"], "report"))
        if not 0 <= index < len(self.played) or not self.played[index].reports:
            raise CaseError(f"{event.told}: event {index} is no report")
        return self.played[index].reports

    def _order_of(self, event: Event) -> str:
        return self.played[int(number(event.data["report"], "report"))].order

    def _lot(self, code: str) -> Lot:
        if code not in self.stage.told_lots:
            raise CaseError(f"there is no lot {code}")
        return self.stage.told_lots[code]

    def _moment(self, event: Event) -> datetime:
        return moment(event.data["at"]) if "at" in event.data else self.case.now

    def _scrap_reason(self, loss: str) -> str:
        if loss not in ("structural", "avoidable"):
            raise CaseError(f"scrap_reason: {loss!r} is neither structural nor avoidable")
        return plant.reason(loss.upper(), "scrap", loss=loss).code

    def _is_forward(self, lot: Lot, order: str) -> bool:
        return self._forward_operation(lot, order) is not None

    def _forward_operation(self, lot: Lot, order: str) -> str | None:
        """The operation of the order's forward line that takes the lot's item, or None."""
        for line in self.case.boms[self.case.orders[order]["item"]]["lines"]:
            items = [line["item"], *(one["item"] for one in line.get("alternates", {}).get("items", []))]
            if line.get("method") == "forward" and lot.item in items:
                return str(line.get("operation", "10"))
        return None

    def _open_unit(self, order: str, sscc: str) -> None:
        if not HandlingUnit.objects.filter(site=self.stage.site, sscc=sscc).exists():
            open_handling_unit(
                order=self.stage.orders[order],
                sscc=sscc,
                kind="case",
                actor=plant.people().operator,
                now=self.case.now,
            )


_COUNTS = ("good", "scrap", "rework")
