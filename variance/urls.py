"""Addresses of variance: what postings cost against what they should have."""

from django.urls import path

from variance.web.style_guide import style_guide

urlpatterns = [
    path("style-guide", style_guide, name="style-guide"),
]
