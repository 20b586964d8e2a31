"""Filters for figures and times, as `masterdata.pages.figures` writes them."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

from masterdata.pages import figures

register = template.Library()
register.filter("figure", figures.figure)
register.filter("money", figures.money)
register.filter("exact", figures.exact)
register.filter("words", figures.words)
register.filter("day", figures.day)


@register.filter
def when(moment: datetime | None) -> str:
    return figures.when(moment)


@register.filter
def to_the_second(moment: datetime | None) -> str:
    return figures.when(moment, seconds=True)


@register.filter
def age(moment: datetime | None) -> str:
    return figures.since(moment, timezone.now())


@register.filter
def entry(mapping: Any, key: Any) -> Any:
    """An entry of a mapping by a key that is only known to the template."""
    return mapping.get(key) if mapping else None
