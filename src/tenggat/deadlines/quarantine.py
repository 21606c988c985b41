"""A record that cannot be processed: kept out of the run with the reason, shown, tried again on request.

The statements stand in quarantine.sql. Being apart is no right of the person but a state of the record: whoever is
apart is neither due nor held, and is decided as everybody else once the record is mended and tried again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from tenggat.deadlines.halving import Taken, spoilt, walk
from tenggat.foundation import database, sql
from tenggat.foundation.actors import Actor
from tenggat.journal import actions as journal
from tenggat.waves.states import OPEN_END

SLICE = 1000
"""People per transaction of a retry, as in a run."""

Place = tuple[datetime, UUID]
"""Where a slice ends: deadline and person."""

START: Place = (datetime(1, 1, 2, tzinfo=UTC), UUID(int=0))

_SQL = sql.load("tenggat.deadlines", "quarantine.sql")


@dataclass(frozen=True, slots=True)
class Apart:
    """One record in quarantine: whose, of which wave, found by which run, why, when, and the deadline it missed."""

    person_id: UUID
    wave: int
    run: int
    reason: str
    found_at: datetime
    deadline_at: datetime


@dataclass(frozen=True, slots=True)
class Retried:
    """How many people the next run will try again, and how many records refuse even that."""

    released: int
    stuck: int


def revoke_one(statement: str, parameters: Mapping[str, Any]) -> Taken[Place]:
    """Revoke the next person by the slice's own statement, or set the record apart; inside the caller's transaction.

    The row is locked before it is tried, so that the one that fails is the one that is set apart.
    """
    found = database.one(_SQL["next_due"], parameters)
    if found is None:
        return Taken(0, None)
    deadline_at, person_id, wave = found
    just_before = {"size": 1, "after_deadline": deadline_at, "after_person": UUID(int=person_id.int - 1)}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, {**parameters, **just_before})
            if parameters["run"]:  # a rehearsal has no run that what it writes could refer to
                database.execute(_SQL["check_now"])
    except DatabaseError as error:
        reason = spoilt(error)
        if reason is None:
            raise
        entry = {**parameters, "person": person_id, "wave": wave, "deadline": deadline_at, "reason": reason}
        return Taken(0, (deadline_at, person_id), _set_apart(entry))
    return Taken(1, (deadline_at, person_id))


def _set_apart(entry: Mapping[str, Any]) -> int:
    """Keep the record, once; gives 1 where it was not apart before.

    Where the participation or the journal refuses even the mark, the record stands alone: every slice finds the
    row again and steps over it.
    """
    newly = database.execute(_SQL["set_apart"], entry)
    if newly:
        try:
            with transaction.atomic():
                database.execute(_SQL["mark"], {**entry, "open_end": OPEN_END})
                if entry["run"]:
                    database.execute(_SQL["check_now"])
        except DatabaseError as error:
            if spoilt(error) is None:
                raise
    return newly


def let_go_decided(*, now: datetime) -> None:
    """Close the records of people who have been decided in the meantime."""
    database.execute(_SQL["let_go"], {"now": now})


def standing() -> list[Apart]:
    """Everybody who is apart, in the order in which they were found."""
    return [Apart(*row) for row in database.rows(_SQL["standing"])]


def retry(*, now: datetime, actor: Actor) -> Retried:
    """Give everybody who is apart back to the engine; the next run tries them, and sets apart again who still fails.

    In slices of one transaction each: interrupted, the same call does the rest.
    """

    def take(after: Place, size: int) -> Taken[Place]:
        parameters = {"after_deadline": after[0], "after_person": after[1], "size": size}
        parameters |= {"now": now, "actor": str(actor), "open_end": OPEN_END}
        with transaction.atomic():
            return _retry_one(parameters) if size == 1 else _retried(parameters)

    released = sum(walk(take, first=START, size=SLICE))
    if released:
        journal.act(kind="quarantine_retried", occurred_at=now, now=now, actor=actor, details={"people": released})
    return Retried(released, len(standing()))


def _retried(parameters: Mapping[str, Any]) -> Taken[Place]:
    found = database.one(_SQL["retry"], parameters)
    return Taken(found[0], (found[1], found[2])) if found else Taken(0, None)


def _retry_one(parameters: Mapping[str, Any]) -> Taken[Place]:
    place = database.one(_SQL["next_apart"], parameters)
    if place is None:
        return Taken(0, None)
    try:
        with transaction.atomic():
            return _retried(parameters)
    except DatabaseError as error:
        if spoilt(error) is None:
            raise
        return Taken(0, (place[0], place[1]))  # it stays apart: not even its mark can be taken away
