"""The syrup plant with one of everything that an address can name, and the arguments that name it."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from backflush.actions.audit_bom import audit_bom
from backflush.actions.define_webhook import define_webhook
from backflush.actions.measure_usage import measure_usage
from backflush.actions.request_impact_replay import request_impact_replay
from backflush.actions.run_pilot import start_pilot
from backflush.models import (
    BomAudit,
    ImpactReplay,
    OperationReport,
    Pilot,
    PilotMeasurement,
    Posting,
    ReversalRequest,
    WebhookEndpoint,
)
from backflush.queries.bom_audits import audit_content
from backflush.rules.bom_audit import Finding
from masterdata.actions.receive_import import receive_import
from masterdata.actions.review_audit import start_review
from masterdata.models import (
    AuditReview,
    BomVersion,
    ChangeAttachment,
    ChangeRequest,
    DataImport,
    Device,
    Item,
    Person,
    ProductionLine,
    ReasonCode,
    RequestBatch,
    TriggerDefinition,
    UnitFactor,
)
from masterdata.rules.vocabulary import ReviewTarget
from tests import changing, floor, importing, plant, quality
from tests.files import attached
from tests.web.scene import item, plant_of_syrup
from traceability.actions.open_handling_unit import open_handling_unit
from traceability.models import MaterialLot, QualityRecord, WorkOrder

SSCC = "340123450000000017"
MEASURED = "WO-20430"
Arguments = dict[str, Any]


def everything() -> None:
    """In about five seconds."""
    plant_of_syrup()
    now, cast = timezone.now(), plant.people()
    _pilot(now)
    open_handling_unit(order=_order(MEASURED), sscc=SSCC, kind="case", actor=cast.operator, now=now)
    define_webhook(site=plant.site(), name="ERP", url="https://erp.example/in", actor=cast.admin, now=now)
    receive_import(content=b"code\r\n", file_name="items.csv", person=cast.engineer, reason="Price round", now=now)
    importing.batch(importing.proposed(importing.exported("items").replace(b",0.31,", b",0.33,"), now=now), now=now)
    _audit(now)
    request_impact_replay(
        kind="bom_version", record_id=_draft().pk, days=30, site=plant.site(), actor=cast.engineer, now=now
    )
    start_review(
        site=plant.site(),
        since=now - timedelta(days=1),
        until=now + timedelta(minutes=1),
        target=ReviewTarget.ANY,
        size=2,
        seed="blue",
        actor=cast.qa,
        now=now,
    )
    quality.ncmr(floor.received_lot(item("PK-BTL-200"), "10", code="B-300", at=quality.NOW))
    attached(changing.proposed(item("PK-CAP-024"), name="Cap, white", now=now), now=now)
    changing.proposed(_draft(), now=now)


def _pilot(now: Any) -> None:
    cast = plant.people()
    pilot = start_pilot(
        site=plant.site(), item=item("FG-ELD-200"), operation="10", why="More is used.", actor=cast.engineer, now=now
    )
    later = timezone.now()
    order = floor.released_order(item("FG-ELD-200"), "100", number=MEASURED, at=later)
    lot = floor.received_lot(item("PK-BTL-200"), "100", code="B-230", at=later)
    floor.staged_lot(order, lot, "100", to_bin=plant.place("staging", "FILL-1-WIP"), at=later)
    line = order.pins.get(bom_version__item=order.item).bom_version.lines.get(item__code="PK-BTL-200")
    measure_usage(
        pilot=pilot,
        event_id=uuid.uuid4(),
        order=order,
        component=str(line.identity),
        lot=lot,
        quantity=Decimal(3),
        actor=cast.operator,
        now=timezone.now(),
    )


def _audit(now: Any) -> None:
    version = BomVersion.objects.get(item__code="FG-ELD-200", state="approved")
    line = version.lines.get(item__code="PK-BTL-200")
    findings = [Finding(line.pk, "PK-BTL-200", line.quantity, Decimal(1), "")]
    signed = plant.ticket(plant.people().qa, audit_content(version, findings, "Ten bottles."), at=now)
    audit_bom(version=version, findings=findings, remark="Ten bottles.", ticket=signed, now=now)


def _order(number: str) -> WorkOrder:
    return WorkOrder.objects.get(number=number)


def _draft() -> BomVersion:
    return BomVersion.objects.get(item__code="FG-ELD-200", state="draft")


def _pk(rows: Any) -> list[Arguments]:
    return [{"pk": rows.order_by("pk")[0].pk}]


def samples() -> dict[str, list[Arguments]]:
    """Arguments of each address that takes any, by its name; a `*` at the end stands for any rest of the name."""
    return {**_governed(), **_worked_on()}


def _governed() -> dict[str, list[Arguments]]:
    """Of master data, people and devices."""
    bulk = Item.objects.get(code="FG-ELD-200")
    kept = ChangeAttachment.objects.select_related("request")
    changes = [{"number": one} for one in ChangeRequest.objects.values_list("number", flat=True)]
    line = ProductionLine.objects.get(code="FILL-1")
    draft, reason = _draft(), ReasonCode.objects.order_by("pk")[0]
    histories = {"reason": reason, "bin": plant.place("store"), "line": line, "device": plant.device("MES-1")}
    histories["person"] = Person.objects.get(username="checker")
    return {
        "product": [{"pk": bulk.pk}],
        "item*": [{"pk": bulk.pk}],
        "bom-draft": [{"pk": bulk.pk}],
        "bom-copy": [{"pk": bulk.pk}],
        "control-record*": [{"pk": bulk.pk, "operation": "10"}],
        "bom-edit": [{"pk": draft.pk}],
        "bom-audit": _pk(BomAudit.objects),
        "bom*": _pk(BomVersion.objects.filter(item=bulk, state="approved")),
        "change-new": [{"kind": "supplier"}, {"kind": "item"}],
        "change-of": [{"kind": "item", "pk": bulk.pk}],
        "change-records": [{"kind": "operation"}, {"kind": "threshold"}],
        "change-open": [{"kind": "bom_version", "pk": draft.pk}],
        "version-take-back": [{"kind": "bom_version", "pk": draft.pk}],
        "change-edit": [{"number": ChangeRequest.objects.get(kind="item", state="draft").number}],
        "change-file*": [{"number": one.request.number, "pk": one.pk} for one in kept],
        "change*": changes,
        "unit-factor": _pk(UnitFactor.objects),
        "trigger": _pk(TriggerDefinition.objects),
        "device*": _pk(Device.objects),
        "import-batch-ask": [{**one, "step": "submit"} for one in _pk(DataImport.objects.filter(state="proposed"))],
        "import-batch*": _pk(RequestBatch.objects),
        "import-step": [{**one, "step": step} for one in _pk(DataImport.objects) for step in ("check", "propose")],
        "import*": _pk(DataImport.objects),
        "audit-review*": _pk(AuditReview.objects),
        "review": [{"kind": "bom_version", "key": _pk(BomVersion.objects.filter(state="approved"))[0]["pk"]}],
        "person*": [{"pk": Person.objects.get(username="checker").pk}],
        "record-history": [{"kind": kind, "pk": one.pk} for kind, one in histories.items()],
    }


def _worked_on() -> dict[str, list[Arguments]]:
    """Of orders, lots, reports and postings."""
    running, draft, line = _order("WO-20418"), _draft(), ProductionLine.objects.get(code="FILL-1")
    floor_order = [{"pk": running.pk, "operation": "10"}]
    lot = MaterialLot.objects.get(code="B-214")
    blocked = OperationReport.objects.filter(state="blocked", order_number="WO-20421")[0].event_id
    posting = f"P-{Posting.objects.order_by('number')[0].number:06d}"
    closing = ("return", "scrap", "rebind", "true-up", "close", "ask-reopening", "sign-reopening")
    measure = {"pk": _order(MEASURED).pk, "operation": "10"}
    return {
        "order-closing-step": [{"pk": running.pk, "step": step} for step in closing],
        "order-release": [{"pk": _order("WO-20425").pk}],
        "order*": [{"pk": running.pk}],
        "exception*": [{"event_id": blocked}],
        "report-sent": [{"event_id": blocked}],
        "report-answer": [{"event_id": blocked}],
        "report*": floor_order,
        "weigh*": floor_order,
        "assemble*": floor_order,
        "pack": floor_order,
        "measure-take-back": [{**measure, "measurement": PilotMeasurement.objects.get().pk}],
        "measure*": [measure],
        "posting*": [{"number": posting}],
        "pilot*": _pk(Pilot.objects),
        "impact-replay*": _pk(ImpactReplay.objects),
        "reversal*": _pk(ReversalRequest.objects),
        "outbox-endpoint*": _pk(WebhookEndpoint.objects),
        "handling-unit": [{"sscc": SSCC}],
        "lot-tree": [{"pk": lot.pk, "direction": "back"}],
        "lot*": [{"pk": lot.pk}],
        "export": [{"kind": "items", "form": "csv"}],
        "quality-record*": [{"number": QualityRecord.objects.get().number}],
        "line-clearance*": [{"pk": running.pk, "line_pk": line.pk}],
        "stage*": [{"pk": running.pk}],
        "return": [{"pk": running.pk}],
        "api-operation-report*": [{"event_id": blocked}],
        "api-work-order": [{"number": running.number}],
        "api-posting*": [{"number": posting}],
        "api-lot*": [{"lot_id": lot.pk}],
        "api-bom": [{"bom_id": draft.pk}],
        "api-unit-factor": [{"factor_id": one.pk} for one in UnitFactor.objects.order_by("pk")[:1]],
        "api-trigger-definition": [{"trigger_id": one.pk} for one in TriggerDefinition.objects.order_by("pk")[:1]],
        "api-change-request": [{"change_number": one.number} for one in ChangeRequest.objects.all()],
        "api-change-attachment": [
            {"change_number": one.request.number, "attachment_id": one.pk}
            for one in ChangeAttachment.objects.select_related("request")
        ],
        "api-item-conversion": [{"code": "RM-EXT-310"}],
        "api-handling-unit": [{"sscc": SSCC}],
    }


def asked() -> dict[str, Arguments]:
    """What an address is asked with that says 404 or 400 when it is asked nothing."""
    return {
        "line-cards": {"line": "FILL-1"},
        "assemble-state": {"unit": "1"},
        "value-lines": {"order": _order("WO-20418").pk},
        "api-item-conversion": {"from": "LTR", "to": "KGM", "quantity": "1"},
    }
