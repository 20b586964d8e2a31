"""Addresses of backflush: reports, postings and their explanation."""

from django.urls import path

from backflush.api.acknowledgements import Acknowledgement
from backflush.api.device_heartbeats import DeviceHeartbeats
from backflush.api.genealogy import LotGenealogy
from backflush.api.goods_movements import GoodsMovements
from backflush.api.operation_reports import OneOperationReport, OperationReports, Retry
from backflush.api.posting_documents import PostingB2mml, PostingEpcis
from backflush.api.postings import OnePosting, Postings
from backflush.api.scan_issues import ScanIssues
from backflush.api.usage_previews import UsagePreviews
from backflush.api.work_orders import OneWorkOrder, WorkOrders
from backflush.web import (
    assemble,
    bom_audits,
    control_record,
    corrections,
    devices,
    exceptions,
    handling_units,
    impact_replays,
    ledger_checks,
    line_board,
    lot,
    measure,
    order,
    order_closing,
    orders,
    outbox,
    pack,
    pilots,
    postings,
    report_output,
    reversals,
    rework,
    sending,
    today,
    weigh,
)

api_urls = [
    path("api/v1/operation-reports", OperationReports.as_view(), name="api-operation-reports"),
    path("api/v1/operation-reports/<str:event_id>", OneOperationReport.as_view(), name="api-operation-report"),
    path("api/v1/operation-reports/<str:event_id>/retry", Retry.as_view(), name="api-operation-report-retry"),
    path("api/v1/scan-issues", ScanIssues.as_view(), name="api-scan-issues"),
    path("api/v1/usage-previews", UsagePreviews.as_view(), name="api-usage-previews"),
    path("api/v1/device-heartbeats", DeviceHeartbeats.as_view(), name="api-device-heartbeats"),
    path("api/v1/work-orders", WorkOrders.as_view(), name="api-work-orders"),
    path("api/v1/work-orders/<path:number>", OneWorkOrder.as_view(), name="api-work-order"),
    path("api/v1/postings", Postings.as_view(), name="api-postings"),
    path("api/v1/postings/<str:number>", OnePosting.as_view(), name="api-posting"),
    path("api/v1/postings/<str:number>/epcis", PostingEpcis.as_view(), name="api-posting-epcis"),
    path("api/v1/postings/<str:number>/b2mml", PostingB2mml.as_view(), name="api-posting-b2mml"),
    path("api/v1/goods-movements", GoodsMovements.as_view(), name="api-goods-movements"),
    path("api/v1/goods-movements/acknowledgement", Acknowledgement.as_view(), name="api-acknowledgement"),
    path("api/v1/lots/<int:lot_id>/genealogy", LotGenealogy.as_view(), name="api-lot-genealogy"),
]
web_urls = [
    path("today", today.today, name="today"),
    path("today/board", today.today_board, name="today-board"),
    path("orders", orders.orders, name="orders"),
    path("orders/new", orders.order_new, name="order-new"),
    path("orders/<int:pk>", order.order, name="order"),
    path("orders/<int:pk>/release", order.order_release, name="order-release"),
    path("orders/<int:pk>/close", order.order_close, name="order-close"),
    path("orders/<int:pk>/closing", order_closing.order_closing, name="order-closing"),
    path("orders/<int:pk>/closing/<str:step>", order_closing.order_closing_step, name="order-closing-step"),
    path("exceptions", exceptions.exceptions, name="exceptions"),
    path("exceptions/retry", exceptions.exceptions_retry, name="exceptions-retry"),
    path("exceptions/<uuid:event_id>", exceptions.exception, name="exception"),
    path("exceptions/<uuid:event_id>/retry", exceptions.exception_retry, name="exception-retry"),
    path("exceptions/<uuid:event_id>/withdraw", exceptions.exception_waive, name="exception-waive"),
    path("exceptions/<uuid:event_id>/accept", exceptions.exception_accept, name="exception-accept"),
    path("exceptions/<uuid:event_id>/correct", exceptions.exception_correct, name="exception-correct"),
    path(
        "products/<int:pk>/operations/<str:operation>/control-record",
        control_record.control_record_page,
        name="control-record",
    ),
    path(
        "products/<int:pk>/operations/<str:operation>/control-record.pdf",
        control_record.control_record_pdf,
        name="control-record-pdf",
    ),
    path("devices", devices.devices, name="devices"),
    path("devices/<int:pk>", devices.device, name="device"),
    path("postings", postings.postings, name="postings"),
    path("postings/<str:number>", postings.posting, name="posting"),
    path("postings/<str:number>/reverse", postings.posting_reverse, name="posting-reverse"),
    path("postings/<str:number>/correct", corrections.posting_correct, name="posting-correct"),
    path("bom-audits", bom_audits.bom_audits, name="bom-audits"),
    path("bom-audits/<int:pk>", bom_audits.bom_audit, name="bom-audit"),
    path("boms/<int:pk>/audit", bom_audits.bom_audit_new, name="bom-audit-new"),
    path("pilots", pilots.pilot_list, name="pilots"),
    path("pilots/new", pilots.pilot_new, name="pilot-new"),
    path("pilots/<int:pk>", pilots.pilot, name="pilot"),
    path("pilots/<int:pk>/end", pilots.pilot_end, name="pilot-end"),
    path("pilots/<int:pk>/propose", pilots.pilot_propose, name="pilot-propose"),
    path("ledger-checks", ledger_checks.ledger_check_list, name="ledger-checks"),
    path("impact-replays", impact_replays.impact_replay_list, name="impact-replays"),
    path("impact-replays/<int:pk>", impact_replays.impact_replay, name="impact-replay"),
    path("impact-replays/<int:pk>/progress", impact_replays.impact_replay_progress, name="impact-replay-progress"),
    path("impact-replays/<int:pk>/cancel", impact_replays.impact_replay_cancel, name="impact-replay-cancel"),
    path("reversals", reversals.reversals, name="reversals"),
    path("reversals/<int:pk>", reversals.reversal, name="reversal"),
    path("reversals/<int:pk>/decline", reversals.reversal_decline, name="reversal-decline"),
    path("outbox", outbox.outbox, name="outbox"),
    path("outbox/goods-movements.csv", outbox.outbox_file, name="outbox-file"),
    path("outbox/deliveries", outbox.outbox_deliveries, name="outbox-deliveries"),
    path("outbox/endpoints/new", outbox.endpoint_new, name="outbox-endpoint-new"),
    path("outbox/endpoints/<int:pk>", outbox.endpoint, name="outbox-endpoint"),
    path("outbox/endpoints/<int:pk>/retry", outbox.endpoint_retry, name="outbox-endpoint-retry"),
    path("outbox/endpoints/<int:pk>/switch", outbox.endpoint_switch, name="outbox-endpoint-switch"),
    path("outbox/endpoints/<int:pk>/secret", outbox.endpoint_secret, name="outbox-endpoint-secret"),
    path("handling-units", handling_units.handling_units, name="handling-units"),
    path("handling-units/<str:sscc>", handling_units.handling_unit, name="handling-unit"),
    path("lots/<int:pk>", lot.lot, name="lot"),
    path("lots/<int:pk>/tree/<str:direction>", lot.lot_tree, name="lot-tree"),
    path("lots/<int:pk>/rework", rework.lot_rework, name="lot-rework"),
    path("lots/<int:pk>/status", lot.lot_status, name="lot-status"),
]
floor_urls = [
    path("floor/line", line_board.line_board, name="line-board"),
    path("floor/line/cards", line_board.line_cards, name="line-cards"),
    path("floor/line/choose", line_board.line_choose, name="line-choose"),
    path("floor/orders/<int:pk>/operations/<str:operation>/report", report_output.report, name="report"),
    path(
        "floor/orders/<int:pk>/operations/<str:operation>/preview", report_output.report_preview, name="report-preview"
    ),
    path("floor/orders/<int:pk>/operations/<str:operation>/weigh", weigh.weigh, name="weigh"),
    path("floor/orders/<int:pk>/operations/<str:operation>/weigh/bar", weigh.weigh_bar, name="weigh-bar"),
    path("floor/orders/<int:pk>/operations/<str:operation>/assemble", assemble.assemble, name="assemble"),
    path(
        "floor/orders/<int:pk>/operations/<str:operation>/assemble/state",
        assemble.assemble_state,
        name="assemble-state",
    ),
    path("floor/orders/<int:pk>/operations/<str:operation>/measure", measure.measure, name="measure"),
    path(
        "floor/orders/<int:pk>/operations/<str:operation>/measure/<int:measurement>/take-back",
        measure.measure_take_back,
        name="measure-take-back",
    ),
    path("floor/orders/<int:pk>/operations/<str:operation>/measure/mark", measure.measure_mark, name="measure-mark"),
    path("floor/orders/<int:pk>/operations/<str:operation>/pack", pack.pack, name="pack"),
    path("floor/reports/<uuid:event_id>", sending.report_sent, name="report-sent"),
    path("floor/reports/<uuid:event_id>/answer", sending.report_answer, name="report-answer"),
]

urlpatterns = [*api_urls, *web_urls, *floor_urls]
