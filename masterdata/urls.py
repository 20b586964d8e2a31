"""Addresses of master data."""

from django.urls import path

from masterdata.api.boms import Boms, OneBom
from masterdata.api.items import Items
from masterdata.web.sign_in import sign_in, sign_out, switch_user

api_urls = [
    path("api/v1/items", Items.as_view(), name="api-items"),
    path("api/v1/boms", Boms.as_view(), name="api-boms"),
    path("api/v1/boms/<int:bom_id>", OneBom.as_view(), name="api-bom"),
]
web_urls = [
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
    path("switch-user", switch_user, name="switch-user"),
]

urlpatterns = [*api_urls, *web_urls]
