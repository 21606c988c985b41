"""`{% load tenggat %}`: moments, amounts and counts in a page, which names `programme` (and `reader_zone`)."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template import Context

from tenggat.pages import words

register = template.Library()


@register.filter
def count(value: int) -> str:
    """{{ people|count }}: 373.745."""
    return words.count(value)


@register.filter
def day(on: date) -> str:
    """{{ on|day }}: 31 Oktober 2020."""
    return words.day(on)


@register.simple_tag(takes_context=True)
def money(context: Context, amount: int) -> str:
    """{% money amount %}: Rp 3.550.000, in the programme's currency."""
    return words.money(amount, context["programme"].currency)


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime) -> str:
    """{% moment at %}: day, hour and zone; the reader's clock in brackets where it differs from the programme's."""
    return words.moment(at, context["programme"].zone, _reader(context))


@register.simple_tag(takes_context=True)
def last_moment(context: Context, deadline: datetime) -> str:
    """{% last_moment deadline_at %}: the last minute that is in time."""
    return words.last_moment(deadline, context["programme"].zone, _reader(context))


@register.simple_tag(takes_context=True)
def days_left(context: Context, deadline: datetime) -> str:
    """{% days_left deadline_at %}: 9 hari lagi."""
    return words.days_left(deadline, context["now"], context["programme"].zone)


def _reader(context: Context) -> ZoneInfo | None:
    """`reader_zone` of the page: a ZoneInfo or the name of one, as a participation keeps it."""
    zone: Any = context.get("reader_zone")
    return ZoneInfo(zone) if isinstance(zone, str) else zone
