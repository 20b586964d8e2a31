"""Addresses of traceability: lots, and what the floor does with them."""

from django.urls import path

from traceability.api.lots import Lots, OneLot

api_urls = [
    path("api/v1/lots", Lots.as_view(), name="api-lots"),
    path("api/v1/lots/<int:lot_id>", OneLot.as_view(), name="api-lot"),
]
web_urls: list = []

urlpatterns = [*api_urls, *web_urls]
