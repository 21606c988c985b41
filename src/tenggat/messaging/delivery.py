"""Handing due messages to the gateway: committed as `sending` before the call, never sent twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tenggat.foundation import database, sql
from tenggat.foundation.refusals import Refusal
from tenggat.messaging.gateways.file import FileGateway, Outgoing
from tenggat.messaging.planning import zones_of
from tenggat.messaging.texts import Reader, render, template
from tenggat.rules.programme import Programme
from tenggat.rules.reminders import next_open

BATCH = 2000
"""Messages per claim: the file gateway has no rate, and a batch that a crash leaves open is settled by the file."""

_SQL = sql.load("tenggat.messaging", "outbox.sql")
_KEY = ("person_id", "wave", "step", "channel", "deadline_version")


class SenderAtWork(Refusal):
    """Two senders would write into one file."""

    code = "sender_at_work"


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
    for step in programme.steps:
        template(step.name, programme.language, programme.title)
    if not database.rows(_SQL["sole_sender"])[0][0]:
        raise SenderAtWork("Another command is sending right now; wait until it has ended.")
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
    while claimed := _claim(zones, now=now):
        sendable = [row for row in claimed if _address(row)]
        gateway.send((_outgoing(programme, row) for row in sendable), at=now.isoformat())
        _settle([(row, "accepted" if _address(row) else "rejected") for row in claimed], gateway.name, now=now)
        done.accepted += len(sendable)
        done.rejected += len(claimed) - len(sendable)
        progress(done.accepted)
    done.waiting = database.rows(_SQL["waiting"])[0][0]
    return done


@transaction.atomic
def _claim(zones: list[str], *, now: datetime) -> list[dict[str, Any]]:
    names = (*_KEY, "deadline_at", "name", "phone", "email", "time_zone")
    found = database.rows(_SQL["claim_due"], {"now": now, "open_zones": zones, "size": BATCH})
    return [dict(zip(names, row, strict=True)) for row in found]


def reference(row: dict[str, Any]) -> str:
    """Ours, for one message, the same whenever it is asked for."""
    return "{person_id}.{wave}.{step}.{channel}.{deadline_version}".format(**row)


def _address(row: dict[str, Any]) -> str:
    return (row["phone"] if row["channel"] == "sms" else row["email"]) or ""


def _outgoing(programme: Programme, row: dict[str, Any]) -> Outgoing:
    reader = Reader(programme.title, programme.language, programme.time_zone, row["name"], row["time_zone"])
    text = render(row["step"], reader, deadline_at=row["deadline_at"])
    return Outgoing(reference(row), row["channel"], _address(row), text)


def _settle(answers: list[tuple[dict[str, Any], str]], outcome: str, *, now: datetime) -> None:
    columns: dict[str, Any] = {name: [row[name] for row, _ in answers] for name in _KEY}
    columns |= {"state": [state for _, state in answers], "outcome": [outcome] * len(answers), "now": now}
    database.execute(_SQL["settle"], columns)


def _settle_interrupted(gateway: FileGateway, *, now: datetime) -> int:
    """Whatever a sender that died had taken: what the file has was sent, the rest waits again."""
    rows = [dict(zip(_KEY, row, strict=True)) for row in database.rows(_SQL["interrupted"])]
    if not rows:
        return 0
    known = gateway.knows({reference(row) for row in rows})
    sent = [row for row in rows if reference(row) in known]
    lost = [row for row in rows if reference(row) not in known]
    _settle([(row, "accepted") for row in sent], gateway.name, now=now)
    database.execute(_SQL["give_back"], {name: [row[name] for row in lost] for name in _KEY})
    return len(sent)
