"""Addresses of master data."""

from django.urls import path

from masterdata.api.boms import Boms, OneBom
from masterdata.api.items import Items

api_urls = [
    path("api/v1/items", Items.as_view(), name="api-items"),
    path("api/v1/boms", Boms.as_view(), name="api-boms"),
    path("api/v1/boms/<int:bom_id>", OneBom.as_view(), name="api-bom"),
]
web_urls: list = []

urlpatterns = [*api_urls, *web_urls]
