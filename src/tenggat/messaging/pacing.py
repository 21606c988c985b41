"""How fast a route may send: a bucket of tokens and a day's quota that all its senders share, on any machine."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tenggat.messaging.models import Allowance

_SHORTEST = 0.001
"""Seconds to wait at least: less would be lost among the digits of a clock."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The sender's own clock in seconds, and how to wait: it paces the wire, and decides nothing about a person."""

    tick: Callable[[], float]
    wait: Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Limits:
    """rate: messages a second, None for as many as the gateway takes; burst: at once; per_day: the gateway's quota."""

    rate: float | None = None
    burst: int = 500
    per_day: int | None = None


class Taken:
    """`count` messages may go now; where it is 0, not before `seconds` have passed, or never today (None)."""

    __slots__ = ("count", "seconds")

    def __init__(self, count: int, seconds: float | None) -> None:
        self.count = count
        self.seconds = seconds


@transaction.atomic
def take(route: str, limits: Limits, *, wanted: int, tick: float, today: date) -> Taken:
    """Take up to `wanted` tokens of a route's bucket, which holds at most `burst` and fills at `rate` a second."""
    if limits.rate is None and limits.per_day is None:
        return Taken(wanted, 0)
    start = {"tokens": float(limits.burst), "filled_at": tick, "day": today, "taken": 0}
    Allowance.objects.get_or_create(route=route, defaults=start)
    bucket = Allowance.objects.select_for_update().get(route=route)
    if bucket.day != today:
        bucket.day, bucket.taken = today, 0
    if limits.per_day is not None:
        wanted = min(wanted, limits.per_day - bucket.taken)
        if wanted <= 0:
            return Taken(0, None)
    seconds = 0.0
    if limits.rate is not None:
        filled = bucket.tokens + max(0.0, tick - bucket.filled_at) * limits.rate
        bucket.tokens = min(float(limits.burst), filled)
        bucket.filled_at = tick
        wanted = min(wanted, int(bucket.tokens))
        bucket.tokens -= wanted
        seconds = 0.0 if wanted else max(_SHORTEST, (1 - bucket.tokens) / limits.rate)
    bucket.taken += wanted
    bucket.save(update_fields=["tokens", "filled_at", "day", "taken"])
    return Taken(wanted, seconds)


@transaction.atomic
def give_back(route: str, limits: Limits, *, count: int) -> None:
    """Put tokens back that no message needed."""
    if not count or (limits.rate is None and limits.per_day is None):
        return
    bucket = Allowance.objects.select_for_update().get(route=route)
    bucket.tokens = min(float(limits.burst), bucket.tokens + count)
    bucket.taken = max(0, bucket.taken - count)
    bucket.save(update_fields=["tokens", "taken"])
