"""What people with a signature do: release and hold lots, sign or decline reversals, and mend what blocks a report."""

from django.db.models import Max

from backflush.actions.decline_reversal import decline_reversal
from backflush.actions.request_reversal import request_reversal
from backflush.actions.reverse_posting import reverse_posting
from backflush.management.demo.floor import last_posting
from backflush.management.demo.signing import ticket
from backflush.management.demo.simulator.player import Player
from backflush.models import ReversalRequest
from backflush.queries.reversals import reporters_of, reversal_content
from backflush.rules.reversal import signer_refusals
from traceability.actions.put_away import put_away
from traceability.models import MaterialLot, StockBalance, WorkOrder
from traceability.rules.vocabulary import LotStatus, OrderState

_SIGNERS = ("noor", "felix")
#: these lots keep waiting, so that there is always one in quarantine and one on hold to look at
_KEPT = ("API-FICT-Q01", "GLYC-H01")


class Quality:
    """Noor and Felix at work, and whoever asks them."""

    def __init__(self, player: Player) -> None:
        self.player = player

    def act(self) -> str:
        """A reversal that waits, or a lot that waits; empty where nothing does."""
        return self._settle_reversal() or self._release_lot()

    def ask_for_reversal(self) -> str:
        """Somebody counted wrongly: the newest posting of an order's last operation is to be reversed."""
        for order in self.player.open_orders():
            last = order.operations.get(last=True)
            posting = last_posting(order, last.number)
            if posting is None or ReversalRequest.objects.filter(posting=posting).exists():
                continue
            request_reversal(
                posting=posting,
                reason=self.player.plant.reason("RV-COUNT"),
                actor=self.player.plant.person("petra"),
                now=self.player.now(),
                note="Count differs from the counter of the line",
            )
            return f"reversal of posting {posting.number} of {order.number} requested"
        return ""

    def _settle_reversal(self) -> str:
        request = (
            ReversalRequest.objects.filter(declined_at=None, reversal=None, requested_at__lt=self.player.long_ago(40))
            .select_related("posting", "reason", "requested_by")
            .order_by("requested_at")
            .first()
        )
        if request is None:
            return ""
        closed = WorkOrder.objects.filter(pk=request.posting.order_id, state=OrderState.CLOSED).exists()
        if closed or self.player.happens(20):
            decline_reversal(
                request=request,
                actor=self.player.plant.person("felix"),
                now=self.player.now(),
                note="The recount agrees with the report",
            )
            return f"reversal of posting {request.posting.number} declined"
        signer = self._signer(request)
        if not signer:
            return ""
        at = self.player.now()
        reverse_posting(request=request, ticket=ticket(signer, reversal_content(request), at), now=at)
        return f"posting {request.posting.number} reversed by {signer}"

    def _signer(self, request: ReversalRequest) -> str:
        """Somebody of quality who neither asked nor reported."""
        reporters = reporters_of(request.posting)
        for username in _SIGNERS:
            person = self.player.plant.person(username)
            against = signer_refusals(
                signer=person.pk,
                requester=request.requested_by_id,
                reporters=reporters,
                name=person.name,
                number=str(request.posting.number),
            )
            if not against:
                return username
        return ""

    def _release_lot(self) -> str:
        """A lot that has waited long enough is released; what lay in the cage is put away."""
        still_open = WorkOrder.objects.exclude(state=OrderState.CLOSED).values("pk")
        lot = (
            MaterialLot.objects.filter(
                site=self.player.plant.site, status__in=(LotStatus.QUARANTINE, LotStatus.HELD), complete=True
            )
            .exclude(code__in=_KEPT)
            .exclude(order_id__in=still_open)
            .annotate(since=Max("status_changes__at"))
            .filter(since__lt=self.player.long_ago(60))
            .select_related("item", "item__stock_unit")
            .order_by("since")
            .first()
        )
        if lot is None:
            return ""
        self.player.floor.decide(lot, LotStatus.RELEASED, "")
        cage = self.player.plant.bin("QUAR-01")
        held = StockBalance.objects.filter(
            site_id=cage.site_id, bin_id=cage.pk, lot_id=lot.pk, order_id=0, quantity__gt=0
        ).first()
        if held is not None:
            put_away(
                lot=lot,
                from_bin=cage,
                to_bin=self.player.floor.home_of(lot),
                quantity=held.quantity,
                actor=self.player.plant.person("noor"),
                now=self.player.now(),
            )
        return f"lot {lot.code} released"
