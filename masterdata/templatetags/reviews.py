"""On the page of a governed record: when it was reviewed last, and when it is next."""

from typing import Any

from django import template
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from masterdata.pages.figures import day
from masterdata.pages.overdue import TONES
from masterdata.queries.reviews import review_of, reviews_signed
from masterdata.queries.whereabouts import REVIEWED

register = template.Library()
KINDS = {table: kind for kind, table in REVIEWED.items()}


@register.inclusion_tag("masterdata/reviews_of.html")
def reviews_of(record: models.Model) -> dict[str, Any]:
    """A panel; nothing for records that are not reviewed, and no next day for versions that are not in force."""
    kind = KINDS.get(type(record))
    if kind is None:
        return {}
    found = review_of(kind, record.pk, timezone.now())
    return {
        "kind": kind,
        "key": record.pk,
        "found": found,
        "tone": TONES[found.urgency] if found else "",
        "last": reviews_signed(kind, record.pk).first(),
    }


@register.simple_tag
def next_review_of(record: models.Model) -> str:
    """The day, with a link to the review."""
    kind = KINDS[type(record)]
    found = review_of(kind, record.pk, timezone.now())
    if found is None:
        return ""
    return format_html('<a href="{}">{}</a>', reverse("review", args=[kind, record.pk]), day(found.due))
