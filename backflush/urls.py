"""Addresses of backflush: reports, postings and their explanation."""

from django.urls import path

from backflush.api.operation_reports import OneOperationReport, OperationReports, Retry

api_urls = [
    path("api/v1/operation-reports", OperationReports.as_view(), name="api-operation-reports"),
    path("api/v1/operation-reports/<str:event_id>", OneOperationReport.as_view(), name="api-operation-report"),
    path("api/v1/operation-reports/<str:event_id>/retry", Retry.as_view(), name="api-operation-report-retry"),
]
web_urls: list = []

urlpatterns = [*api_urls, *web_urls]
