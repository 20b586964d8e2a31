"""Change requests of the demo plant: one that took effect weeks ago, and one that waits for QA's signature."""

from datetime import datetime, timedelta

from backflush.management.demo.plant import Plant
from backflush.management.demo.signing import drafted_bom, ticket
from backflush.management.demo.tablets import PRODUCT, lines
from masterdata.actions.attach_to_change import attach_to_change
from masterdata.actions.note_on_change import note_on_change
from masterdata.actions.propose_change import propose_change
from masterdata.actions.sign_change import sign_change
from masterdata.actions.submit_change import submit_change
from masterdata.models import ChangeRequest
from masterdata.queries.changes import content_of_request, record_of
from masterdata.rules.change_control import ChangeState, OrderChoice

TRAY = "TRAY-12"
TRIAL = b"setup,pieces of lidding foil lost\r\n1,17\r\n2,18\r\n3,19\r\n"


def happen(plant: Plant, now: datetime) -> None:
    """Told once; what was cut off is told on."""
    _dearer_tray(plant, now - timedelta(days=18))
    _wider_film(plant, now - timedelta(hours=20))


def _dearer_tray(plant: Plant, at: datetime) -> None:
    """Ines writes down the new price, Noor signs it."""
    request = ChangeRequest.objects.filter(kind="item", subject=TRAY).first()
    if request is None:
        request = propose_change(
            kind="item",
            record=plant.item(TRAY),
            proposed={"standard_cost": "0.36"},
            author=plant.person("ines"),
            reason="New price list of the tray's supplier",
            now=at,
        )
    if request.state == ChangeState.DRAFT:
        submit_change(request=request, actor=plant.person("ines"), now=at)
    if request.state == ChangeState.SUBMITTED:
        signed = ticket("noor", content_of_request(request, record_of(request)), at)
        sign_change(request=request, ticket=signed, role="qa", now=at)


def _wider_film(plant: Plant, at: datetime) -> None:
    """Version 3 of the tablets waits for QA; Karl has said something about it."""
    reason = "Wider forming film from the second supplier takes longer to thread"
    version = drafted_bom(
        plant,
        PRODUCT,
        3,
        lines(lactose_scrap="1.8", pvc_setup="5.5", alu_setup="18"),
        at,
        base_quantity="1000",
        reason=reason,
    )
    request = ChangeRequest.objects.filter(kind="bom_version", record_id=version.pk).first()
    if request is None:
        request = propose_change(
            kind="bom_version",
            record=version,
            proposed={},
            author=plant.person("ines"),
            reason=reason,
            now=at,
            later_orders=OrderChoice.KEEP,
        )
    if request.state == ChangeState.DRAFT:
        if not request.attachments.exists():
            attach_to_change(
                request=request, person=plant.person("ines"), name="threading-trial.csv", content=TRIAL, now=at
            )
        submit_change(request=request, actor=plant.person("ines"), now=at)
        said = "Threaded twice on Tuesday: 17 and 18 pieces of foil. The figure fits."
        note_on_change(request=request, author=plant.person("karl"), text=said, now=at + timedelta(hours=2))
