"""Addresses of variance: what postings cost against what they should have."""

from django.urls import path

from variance.api.variances import Variances
from variance.web.boards import board
from variance.web.find import find
from variance.web.home import home
from variance.web.ledger_lines import variance_lines
from variance.web.order_variances import order_variance_page
from variance.web.style_guide import style_guide
from variance.web.value import value
from variance.web.value_lines import value_lines

api_urls = [
    path("api/v1/variances", Variances.as_view(), name="api-variances"),
]
web_urls = [
    path("", home, name="home"),
    path("find", find, name="find"),
    path("variance", board, name="variance-board"),
    path("variance/orders/<int:pk>", order_variance_page, name="order-variance"),
    path("variance/lines", variance_lines, name="variance-lines"),
    path("value", value, name="value"),
    path("value/lines", value_lines, name="value-lines"),
    path("style-guide", style_guide, name="style-guide"),
]

urlpatterns = [*api_urls, *web_urls]
