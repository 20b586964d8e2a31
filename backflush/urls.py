"""Addresses of backflush: reports, postings and their explanation."""

from django.urls import path

from backflush.api.device_heartbeats import DeviceHeartbeats
from backflush.api.genealogy import LotGenealogy
from backflush.api.operation_reports import OneOperationReport, OperationReports, Retry
from backflush.api.postings import OnePosting, Postings
from backflush.api.scan_issues import ScanIssues
from backflush.api.usage_previews import UsagePreviews
from backflush.api.work_orders import OneWorkOrder, WorkOrders

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
    path("api/v1/lots/<int:lot_id>/genealogy", LotGenealogy.as_view(), name="api-lot-genealogy"),
]
web_urls: list = []

urlpatterns = [*api_urls, *web_urls]
