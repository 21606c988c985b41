"""One person's history for whoever answers them; masked, since not every reader may see who it is."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tenggat.foundation import database, sql

_SQL = sql.load("tenggat.evidence", "case.sql")
_MESSAGE = ("step", "channel", "wave", "state", "not_before", "expires_at", "sent_at", "receipt")


@dataclass(frozen=True, slots=True)
class Case:
    """`state`, `deadline_at` and `balance` are those of the latest participation; None and 0 where there is none."""

    person_id: UUID
    name: str
    phone: str | None
    email: str | None
    flags: list[str]
    state: str | None
    wave: int | None
    deadline_at: datetime | None
    balance: int
    blacklisted: bool
    events: list[dict[str, Any]]
    messages: list[dict[str, Any]]


def case(*, person_id: UUID) -> Case:
    """The history of a person whom the registry knows."""
    who = {"person": person_id}
    [(name, phone, email, flags)] = database.rows(_SQL["person"], who)
    found = database.rows(_SQL["participations"], who)
    wave, state, deadline_at, balance = found[-1] if found else (None, None, None, 0)
    return Case(
        person_id=person_id,
        name=mask_words(name),
        phone=mask_end(phone),
        email=mask_email(email),
        flags=list(flags),
        state=state,
        wave=wave,
        deadline_at=deadline_at,
        balance=balance,
        blacklisted=database.rows(_SQL["blacklisted"], who)[0][0],
        events=[_event(row) for row in database.rows(_SQL["events"], who)],
        messages=[_message(row) for row in database.rows(_SQL["messages"], who)],
    )


def _event(row: tuple[Any, ...]) -> dict[str, Any]:
    names = ("at", "kind", "wave", "recorded_at", "actor", "from_state", "to_state", "details")
    event = {name: value for name, value in zip(names, row, strict=True) if value is not None}
    if "details" in event:
        event["details"] = json.loads(event["details"])  # Django leaves JSON as text to whoever runs SQL
    return event


def _message(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(_MESSAGE, row, strict=True))


def mask_words(text: str) -> str:
    """The first letter of each word: enough to recognise, too little to learn a name."""
    return " ".join(word[0] + "***" for word in text.split())


def mask_end(text: str | None, shown: int = 3) -> str | None:
    """Only the last characters."""
    return None if text is None else "***" + text[-shown:]


def mask_email(text: str | None) -> str | None:
    """The first letter, and the domain."""
    if text is None:
        return None
    local, _, domain = text.partition("@")
    return f"{local[:1]}***@{domain}"
