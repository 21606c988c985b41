"""What a sender does with the outbox: claim, settle, try again, take over from the dead (outbox.sql)."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db import DatabaseError, transaction

from tenggat.foundation import database, sql
from tenggat.messaging.models import Sender

_SQL = sql.load("tenggat.messaging", "outbox.sql")
_KEY = ("person_id", "wave", "step", "channel", "deadline_version")
START = (datetime(1, 1, 2, tzinfo=UTC), str(UUID(int=0)))
"""The place before the first message."""

Place = tuple[datetime, str]


class Key(NamedTuple):
    """Which message."""

    person_id: str
    wave: int
    step: str
    channel: str
    deadline_version: int


class Claimed(NamedTuple):
    """A message that is this sender's to hand over, with what its text needs.

    address: where it goes, or "" where there is no such address any more. sealed: what direct.py reads.
    """

    person_id: str
    wave: int
    step: str
    channel: str
    deadline_version: int
    attempt: int
    not_before: str
    expires_at: str
    deadline_at: str
    name: str
    address: str
    time_zone: str
    variant: str = ""
    sealed: bytes | None = None


class Answered(NamedTuple):
    """A message and what is to be written down of it."""

    message: Key | Claimed
    outcome: str
    gateway_id: str = ""
    not_before: datetime | None = None


class Claim(NamedTuple):
    """Whose messages a sender may take: its route's channels, numbers, and steps' hours.

    prefixes: beginnings of numbers that alone go this way (None: all); others: those that go another way.
    home_zone: the zone of who is not in the registry.
    """

    route: str
    sender: int
    channels: list[str]
    prefixes: list[str] | None
    others: list[str]
    open_zones: list[str]
    home_zone: str


@contextmanager
def sender_at_work(route: str, *, now: datetime) -> Iterator[int]:
    """Give a sender its number, and hold the lock by which others see that it lives."""
    number = Sender.objects.create(route=route, began_at=now).number
    database.rows(_SQL["begin_sending"], {"sender": number})
    try:
        yield number
    finally:
        with suppress(DatabaseError):  # the lock ends with the session, too; what went wrong is told instead
            database.rows(_SQL["end_sending"], {"sender": number})


def waiting_steps() -> list[str]:
    """Give the names of the steps of which something is planned."""
    return [row[0] for row in database.rows(_SQL["waiting_steps"])]


def expire_overdue(step: str, *, now: datetime) -> int:
    """Give up what could not go in its time."""
    return database.execute(_SQL["expire_overdue"], {"step": step, "now": now})


def waiting() -> int:
    """Count what is planned and still to come."""
    return int(database.rows(_SQL["waiting"])[0][0])


@transaction.atomic
def claim(whose: Claim, step: str, *, after: Place, size: int, now: datetime) -> list[Claimed]:
    """Take the next messages of a step, behind a place; committed as `sending` before anything is called."""
    where = {"step": step, "after_moment": after[0], "after_person": after[1], "size": size, "now": now}
    return [Claimed._make(row) for row in database.rows(_SQL["claim_due"], {**whose._asdict(), **where})]


def place_behind(claimed: Sequence[Claimed]) -> Place:
    """Give the place of the last one taken."""
    return max((moment(row.not_before), row.person_id) for row in claimed)


def settle(rows: Sequence[Answered], state: str, *, sender: int | None, now: datetime) -> None:
    """Write down answers: `accepted`, `rejected`, `unknown` or (a message that may not go at all) `cancelled`."""
    if rows:
        names = {"outcome": [row.outcome for row in rows], "gateway_id": [row.gateway_id for row in rows]}
        mine = {**key_columns([row.message for row in rows]), **names, "state": state, "sender": sender, "now": now}
        database.execute(_SQL["settle"], mine)


def try_again(rows: Sequence[Answered], *, sender: int) -> None:
    """Let messages wait until the moment of each, which must be before they expire."""
    if rows:
        again = {"outcome": [row.outcome for row in rows], "not_before": [row.not_before for row in rows]}
        mine = {**key_columns([row.message for row in rows]), **again, "sender": sender}
        database.execute(_SQL["try_again"], mine)


def keep_attempts(rows: Sequence[Answered], kind: str, *, now: datetime) -> None:
    """Keep what was said of attempts that the gateway did not take (`busy`, `rejected`, `unknown`)."""
    if rows:
        said = {"outcome": [row.outcome for row in rows], "kind": kind, "now": now}
        database.execute(_SQL["keep_attempts"], {**key_columns([row.message for row in rows]), **said})


@transaction.atomic
def take_over(sender: int, *, route: str, known: Collection[str]) -> list[tuple[Key, str, str]]:
    """Take what dead senders had taken by this route, or by one that is not `known`; with route and address."""
    dead = database.rows(_SQL["dead_senders"], {"sender": sender})
    routes = sorted({name for _, name in dead if name == route or name not in known})
    if not routes:
        return []
    numbers = [number for number, _ in dead if number is not None]
    found = database.rows(_SQL["take_over"], {"sender": sender, "routes": routes, "dead": numbers})
    return [(Key(*key), went_by, address) for *key, went_by, address in found]


def give_back(rows: Sequence[Key | Claimed]) -> None:
    """Let messages wait again that the gateway has certainly never seen."""
    if rows:
        database.execute(_SQL["give_back"], key_columns(rows))


def reference(row: Key | Claimed) -> str:
    """Ours, for one message, the same whenever it is asked for."""
    return f"{row.person_id}.{row.wave}.{row.step}.{row.channel}.{row.deadline_version}"


def outward(row: Key | Claimed) -> str:
    """The reference as gateways see it: 32 hexadecimal digits that say nothing of whom it is for."""
    return hashlib.sha256(reference(row).encode()).hexdigest()[:32]


moment = lru_cache(maxsize=1024)(datetime.fromisoformat)  # the same few moments, millions of times


def key_columns(rows: Sequence[Key | Claimed]) -> dict[str, str]:
    """Give the columns of the keys as the text of arrays, which is several times faster than lists."""
    columns = zip(*(row[: len(_KEY)] for row in rows), strict=True)
    texts = (f"{{{','.join(map(_element, column))}}}" for column in columns)
    return dict(zip(_KEY, texts, strict=True))


@lru_cache(maxsize=1024)
def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _element(value: str | int) -> str:
    return _quoted(value) if isinstance(value, str) else str(value)
