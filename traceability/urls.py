"""Addresses of traceability: lots, and what the floor does with them."""

from django.urls import path

from traceability.api.conversions import ItemConversion
from traceability.api.handling_units import HandlingUnits, OneHandlingUnit
from traceability.api.lots import Lots, OneLot
from traceability.api.quality_records import QualityRecords
from traceability.web import (
    exports,
    item_units,
    line_clearance,
    lots,
    move_stock,
    product,
    quality,
    quality_record,
    receive,
    return_stock,
    stage,
)

api_urls = [
    path("api/v1/lots", Lots.as_view(), name="api-lots"),
    path("api/v1/lots/<int:lot_id>", OneLot.as_view(), name="api-lot"),
    path("api/v1/quality-records", QualityRecords.as_view(), name="api-quality-records"),
    path("api/v1/items/<path:code>/conversion", ItemConversion.as_view(), name="api-item-conversion"),
    path("api/v1/handling-units", HandlingUnits.as_view(), name="api-handling-units"),
    path("api/v1/handling-units/<str:sscc>", OneHandlingUnit.as_view(), name="api-handling-unit"),
]
web_urls: list = []
desk_urls = [
    path("items/<int:pk>/units", item_units.item_units, name="item-units"),
    path("exports", exports.exports, name="exports"),
    path("exports/<str:kind>.<str:form>", exports.export, name="export"),
    path("lots", lots.lots, name="lots"),
    path("products/<int:pk>", product.product, name="product"),
    path("quality-records", quality.records, name="quality-records"),
    path("quality-records/new", quality.record_new, name="quality-record-new"),
    path("quality-records/<str:number>", quality_record.record, name="quality-record"),
    path("quality-records/<str:number>/note", quality_record.record_note, name="quality-record-note"),
    path("quality-records/<str:number>/review", quality_record.record_review, name="quality-record-review"),
    path("quality-records/<str:number>/dispose", quality_record.record_dispose, name="quality-record-dispose"),
    path("quality-records/<str:number>/close", quality_record.record_close, name="quality-record-close"),
]

floor_urls = [
    path("floor/receive", receive.receive, name="receive"),
    path("floor/received/<int:pk>", receive.lot_received, name="lot-received"),
    path("floor/move", move_stock.move_stock, name="move-stock"),
    path("floor/orders/<int:pk>/clear/<int:line_pk>", line_clearance.line_clearance, name="line-clearance"),
    path("floor/orders/<int:pk>/clear/<int:line_pk>/end", line_clearance.line_clearance_end, name="line-clearance-end"),
    path("floor/orders/<int:pk>/stage", stage.stage, name="stage"),
    path("floor/orders/<int:pk>/stage/take-back", stage.stage_take_back, name="stage-take-back"),
    path("floor/orders/<int:pk>/return", return_stock.return_stock, name="return"),
]

urlpatterns = [*api_urls, *web_urls, *desk_urls, *floor_urls]
