"""Handing due messages to the gateway: committed as `sending` before the call, never sent twice."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from tenggat.foundation import database, sql
from tenggat.foundation.side_by_side import second_session
from tenggat.messaging.gateways.file import FileGateway, Outgoing, SenderAtWork
from tenggat.messaging.planning import zones_of
from tenggat.messaging.texts import Reader, check_texts, render
from tenggat.rules.programme import Programme
from tenggat.rules.reminders import next_open

BATCH = 2000
"""Messages per claim: the file gateway has no rate, and what a crash leaves open is settled by the file."""

NO_TEXT = "no_text"
"""Outcome of a message that could not be put into words."""

_WORDLESS = (KeyError, OverflowError)
"""A step that the programme file has no more; a moment that no clock shows. Anything else is no fault of the message:
it stops the delivery, and what was taken waits again; a mistake of ours must not reject a nation's reminders."""

_SQL = sql.load("tenggat.messaging", "outbox.sql")
_KEY = ("person_id", "wave", "step", "channel", "deadline_version")
_START = (datetime(1, 1, 2, tzinfo=UTC), str(UUID(int=0)))


class _Key(NamedTuple):
    person_id: str
    wave: int
    step: str
    channel: str
    deadline_version: int


class _Claimed(NamedTuple):
    person_id: str
    wave: int
    step: str
    channel: str
    deadline_version: int
    not_before: str
    deadline_at: str
    name: str
    phone: str | None
    email: str | None
    time_zone: str

    @property
    def address(self) -> str:
        return (self.phone if self.channel == "sms" else self.email) or ""


class _Answer(NamedTuple):
    """How many of a batch the gateway took, and how many it could not be given."""

    accepted: int
    rejected: int


@dataclass(slots=True)
class Delivered:
    """What a call handed over; `waiting` is what is planned for later or for daytime."""

    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    expired: int = 0
    waiting: int = 0


def deliver(
    *,
    programme: Programme,
    gateway: FileGateway,
    now: datetime,
    progress: Callable[[int], None] = lambda done: None,
) -> Delivered:
    """Send what is due at `now`. Raises SenderAtWork while another sender has the gateway.

    Every text is checked before the first message is taken: TemplateUnusable leaves them all waiting.
    """
    check_texts(programme)
    if not database.rows(_SQL["sole_sender"])[0][0]:
        raise SenderAtWork
    try:
        with gateway:
            return _deliver(programme, gateway, now=now, progress=progress)
    finally:
        database.rows(_SQL["release_sender"])


def _deliver(
    programme: Programme, gateway: FileGateway, *, now: datetime, progress: Callable[[int], None]
) -> Delivered:
    done = Delivered(accepted=_settle_interrupted(gateway, now=now))
    done.expired = database.execute(_SQL["expire_overdue"], {"now": now})
    zones = [zone for zone in zones_of(programme) if next_open(programme, at=now, zone=zone) == now]
    with second_session() as calling:
        handing: Future[_Answer] | None = None
        for claimed in _claims(zones, now=now):
            following = calling.submit(_hand_over, programme, gateway, claimed, now=now)
            if handing:
                _count(handing.result(), done)
                progress(done.accepted)
            handing = following
        if handing:
            _count(handing.result(), done)
            progress(done.accepted)
    done.waiting = database.rows(_SQL["waiting"])[0][0]
    return done


def _claims(zones: list[str], *, now: datetime) -> Iterator[list[_Claimed]]:
    """Batch after batch, in the order of moments and people, until a fresh look from the start finds nothing."""
    after = _START
    while True:
        claimed = _claim(zones, after, now=now)
        if claimed:
            yield claimed
            after = max((_moment(row.not_before), row.person_id) for row in claimed)
        elif after == _START:
            return
        else:
            after = _START


@transaction.atomic
def _claim(zones: list[str], after: tuple[datetime, str], *, now: datetime) -> list[_Claimed]:
    where = {"after_moment": after[0], "after_person": after[1]}
    found = database.rows(_SQL["claim_due"], {"now": now, "open_zones": zones, "size": BATCH, **where})
    return [_Claimed._make(row) for row in found]


def _hand_over(programme: Programme, gateway: FileGateway, claimed: list[_Claimed], *, now: datetime) -> _Answer:
    """Write, send, and write down what the gateway said: in a second session, while the first claims the next batch."""
    outgoing: list[Outgoing] = []
    accepted: list[_Claimed] = []
    wordless: list[_Claimed] = []
    for row in claimed:
        try:
            if row.address:
                outgoing.append(_outgoing(programme, row))
                accepted.append(row)
        except _WORDLESS:
            wordless.append(row)
    gateway.send(outgoing, at=now.isoformat())
    addressless = [row for row in claimed if not row.address]
    _settle(accepted, "accepted", gateway.name, now=now)
    _settle(addressless, "rejected", gateway.name, now=now)
    _settle(wordless, "rejected", NO_TEXT, now=now)
    return _Answer(len(accepted), len(addressless) + len(wordless))


def _count(answer: _Answer, done: Delivered) -> None:
    done.accepted += answer.accepted
    done.rejected += answer.rejected


def reference(row: _Key | _Claimed) -> str:
    """Ours, for one message, the same whenever it is asked for."""
    return f"{row.person_id}.{row.wave}.{row.step}.{row.channel}.{row.deadline_version}"


def _outgoing(programme: Programme, row: _Claimed) -> Outgoing:
    reader = Reader(programme.title, programme.language, programme.time_zone, row.name, row.time_zone)
    text = render(programme.step(row.step), reader, deadline_at=_moment(row.deadline_at))
    return Outgoing(reference(row), row.channel, row.address, text)


def _settle(rows: Sequence[_Key | _Claimed], state: str, outcome: str, *, now: datetime) -> None:
    if rows:
        database.execute(_SQL["settle"], {**_keys(rows), "state": state, "outcome": outcome, "now": now})


def _keys(rows: Sequence[_Key | _Claimed]) -> dict[str, str]:
    """The columns of the keys as the text of arrays, which is several times faster than lists."""
    columns = zip(*(row[: len(_KEY)] for row in rows), strict=True)
    texts = (f"{{{','.join(map(_element, column))}}}" for column in columns)
    return dict(zip(_KEY, texts, strict=True))


@lru_cache(maxsize=1024)
def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _element(value: str | int) -> str:
    return _quoted(value) if isinstance(value, str) else str(value)


_moment = lru_cache(maxsize=1024)(datetime.fromisoformat)  # the same few moments, millions of times


def _settle_interrupted(gateway: FileGateway, *, now: datetime) -> int:
    """Whatever a sender that died had taken: what the file has was sent, the rest waits again."""
    rows = [_Key._make(row) for row in database.rows(_SQL["interrupted"])]
    if not rows:
        return 0
    known = gateway.knows({reference(row) for row in rows})
    sent = [row for row in rows if reference(row) in known]
    lost = [row for row in rows if reference(row) not in known]
    _settle(sent, "accepted", gateway.name, now=now)
    if lost:
        database.execute(_SQL["give_back"], _keys(lost))
    return len(sent)
