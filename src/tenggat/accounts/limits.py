"""What may be done how often. A count that is reached is told with the moment at which it is over."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from tenggat.accounts.models import Limit
from tenggat.foundation import database, sql
from tenggat.foundation.refusals import Refusal

_SQL = sql.load("tenggat.accounts", "accounts.sql")
_FORGOTTEN = timedelta(days=1)
_SLICE = 50  # rows of each table that one asker takes away: more than one asker leaves


class Share(NamedTuple):
    """At most so many in a span."""

    kind: str
    most: int
    span: timedelta


ASKS = Share("ask", 10, timedelta(hours=1))
"""Codes that one bucket asks for at one address."""

NETWORK = Share("network", 600, timedelta(minutes=10))
"""Codes that one network asks for at any address: a mobile operator has thousands of people behind one."""

TRIPLES = Share("triple", 5, timedelta(hours=2))
"""Recoveries that one network begins with one NIK."""

RECOVERIES = Share("recovery", 300, timedelta(minutes=10))
"""Recoveries that one network begins with any NIK."""

CHANGES = Share("change", 10, timedelta(days=1))
"""Changes of an address that one person begins."""

GUESSED = Share("guessed", 20, timedelta(days=1))
"""Wrong codes at one address by strangers; from then on its codes have 8 digits. It never stops anybody."""


class AskedTooOften(Refusal):
    """Too many requests of one kind; `until` is when the next one is heard."""

    code = "asked_too_often"

    def __init__(self, until: datetime) -> None:
        super().__init__("Too many requests: wait, then try again.", until=until)
        self.until = until


def count(share: Share, fingerprint: UUID, *, now: datetime) -> None:
    """Count one more. Raises AskedTooOften."""
    reached, until = _count(share, fingerprint, now)
    if reached > share.most:
        raise AskedTooOften(until)


def note(share: Share, fingerprint: UUID, *, now: datetime) -> None:
    """Count one more of something that is never refused."""
    _count(share, fingerprint, now)


def is_reached(share: Share, fingerprint: UUID, *, now: datetime) -> bool:
    """Whether there have been as many as the share."""
    return Limit.objects.filter(
        kind=share.kind, fingerprint=fingerprint, count__gte=share.most, until_at__gt=now
    ).exists()


def _count(share: Share, fingerprint: UUID, now: datetime) -> tuple[int, datetime]:
    asked = {"kind": share.kind, "fingerprint": fingerprint, "now": now, "until": now + share.span}
    [(reached, until)] = database.rows(_SQL["count"], asked)
    return int(reached), until


def forget(*, now: datetime) -> None:
    """Take away some of what has been over for a day. Each asker does, so that no table grows."""
    for name in _forgetting():
        database.execute(_SQL[name], {"before": now - _FORGOTTEN, "size": _SLICE})


def _forgetting() -> Iterable[str]:
    return ("forget_codes", "forget_challenges", "forget_limits")
