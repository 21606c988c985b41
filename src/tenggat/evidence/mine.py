"""What a person sees of themselves: one statement, nothing masked, nothing that is not theirs."""

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from tenggat.foundation import database, sql
from tenggat.foundation.keys import Keys
from tenggat.foundation.refusals import Refusal

_SQL = sql.load("tenggat.evidence", "mine.sql")

TOLD = (
    "accepted", "deadline_set", "deadline_extended", "bought", "purchased", "purchase_late", "purchase_cancelled",
    "held", "hold_lifted", "revoked", "reinstated", "withdrawn", "blacklisted", "blacklist_lifted", "training_returned",
)  # fmt: skip
"""The kinds of events that a person is told of."""


class NobodyHere(Refusal):
    """The registry does not know the person (any more)."""

    code = "nobody_here"


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened: its kind, when, and what the journal says of it."""

    kind: str
    at: datetime
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mine:
    """One person and their latest participation; `state` is None where there is none.

    balance, training: what is still committed, whole rupiah. card: its digits, or "". deadline_at: the first instant
    that is too late. decided_at: the instant as of which a run decided. asked_at, reason: whether they were asked what
    stops them, in the state that they are in, and what they said. happened: the newest first, fifty at most.
    """

    person_id: UUID
    name: str
    time_zone: str
    wave: int | None
    state: str | None
    accepted_at: datetime | None
    deadline_at: datetime | None
    first_purchase_at: datetime | None
    held_until: datetime | None
    ended_at: datetime | None
    balance: int
    training: int
    card: str
    announced_at: datetime | None
    decided_at: datetime | None
    asked_at: datetime | None
    reason: str | None
    blacklisted: bool
    happened: tuple[Happened, ...]

    def held(self, now: datetime) -> bool:
        """Whether something keeps this person from being revoked now."""
        return self.state == "accepted" and self.held_until is not None and self.held_until > now

    def late(self, now: datetime) -> bool:
        """Whether the deadline is over and the run is still to come."""
        return self.state == "accepted" and self.deadline_at is not None and self.deadline_at <= now


def mine(*, person_id: UUID, keys: Keys) -> Mine:
    """Everything for a person's own page. Raises NobodyHere, KeysUnusable."""
    found = database.one(_SQL["mine"], {"person": person_id, "kinds": list(TOLD)})
    if found is None:
        raise NobodyHere("This account leads to nobody any more: ask the programme office.")
    *before, cipher, announced_at, decided_at, asked_at, reason, blacklisted, events = found
    card = "" if cipher is None else keys.decrypt(bytes(cipher), owner=person_id.bytes).decode()
    happened = tuple(
        Happened(event["kind"], datetime.fromisoformat(event["at"]), event["details"] or {})
        for event in json.loads(events or "[]")
    )
    names = (field.name for field in fields(Mine))
    values = (person_id, *before, card, announced_at, decided_at, asked_at, reason, blacklisted, happened)
    return Mine(**dict(zip(names, values, strict=True)))
