"""`{% may_open "order-variance" order.pk as shown %}`: whether to offer a link or a form to whoever reads the page."""

from typing import Any

from django import template
from django.template import RequestContext

from masterdata.pages.offers import opens, takes

register = template.Library()


@register.simple_tag(takes_context=True)
def may_open(context: RequestContext, name: str, *arguments: Any) -> bool:
    """Whether the page of this name opens for the reader."""
    return opens(context.request.user, name, *arguments)


@register.simple_tag(takes_context=True)
def may_send(context: RequestContext, name: str, *arguments: Any) -> bool:
    """Whether the page of this name takes what the reader sends."""
    return takes(context.request.user, name, *arguments)
