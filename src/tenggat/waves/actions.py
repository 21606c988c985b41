"""The verbs of waves as a whole: opening and announcing. Accepting one person stands in accepting.py."""

from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, connection, transaction

from tenggat.foundation.actors import Actor
from tenggat.foundation.refusals import Refusal
from tenggat.foundation.sql import load
from tenggat.journal.models import Act, Event
from tenggat.rules.deadlines import deadline_at
from tenggat.rules.programme import NotInForce, Programme
from tenggat.waves.accepting import Accepted, accept
from tenggat.waves.entitlement import RuleNotInForce, locked_wave
from tenggat.waves.models import Wave

__all__ = ["Accepted", "accept", "announce_wave", "open_wave"]

LARGEST = 2**31 - 1
_BUYING = ("bought", "purchased", "purchase_cancelled")


class WaveExists(Refusal):
    """The wave is open already, with another quota."""

    code = "wave_exists"


class WaveInvalid(Refusal):
    """A number or quota that no wave can have."""

    code = "wave_invalid"


class AlreadyAnnounced(Refusal):
    """A deadline that was promised does not move by announcing again."""

    code = "already_announced"


class PurchasesKnown(Refusal):
    """A deadline that is over already cannot be set after people have bought: it would judge them in hindsight."""

    code = "purchases_known"

    def __init__(self, number: int) -> None:
        message = f"People of wave {number} have bought, and the deadline that this moment gives is over: check --at."
        super().__init__(message, wave=number)


@transaction.atomic
def open_wave(*, number: int, quota: int, now: datetime, actor: Actor) -> Wave:
    """Open a wave for `quota` people. Raises WaveInvalid, WaveExists."""
    if not (0 < number <= LARGEST and 0 < quota <= LARGEST):
        raise WaveInvalid("The number and the quota of a wave are whole numbers above 0.", wave=number)
    try:
        with transaction.atomic():
            wave = Wave.objects.create(number=number, quota=quota, opened_at=now)
    except IntegrityError:
        message = f"Wave {number} is open already: choose another number, or go on with it."
        raise WaveExists(message, wave=number) from None
    _act("wave_opened", now, now, actor, {"wave": number, "quota": quota})
    return wave


@transaction.atomic
def announce_wave(*, number: int, at: datetime, programme: Programme, now: datetime, actor: Actor) -> Wave:
    """Announce a wave: its clock starts, and each participation without a deadline is given its first one.

    The same instant again changes nothing. Raises WaveUnknown, AlreadyAnnounced, RuleNotInForce,
    PurchasesKnown.
    """
    wave = locked_wave(number)
    if wave.announced_at is not None:
        if wave.announced_at != at:
            message = f"Wave {number} was announced at {wave.announced_at.isoformat()}: that day counts."
            raise AlreadyAnnounced(message, wave=number, announced_at=wave.announced_at)
        return wave
    wave.announced_at = at
    wave.deadline_at = _deadline(programme, at)
    wave.deadline_version = 1
    if wave.deadline_at <= now and Event.objects.filter(wave=number, kind__in=_BUYING).exists():
        raise PurchasesKnown(number)
    wave.save(update_fields=["announced_at", "deadline_at", "deadline_version"])
    stamped = _stamp(wave, programme, at=at, now=now, actor=actor)
    details = {"wave": number, "deadline_at": wave.deadline_at.isoformat(), "people": stamped}
    _act("wave_announced", at, now, actor, details)
    return wave


def _stamp(wave: Wave, programme: Programme, *, at: datetime, now: datetime, actor: Actor) -> int:
    """Deadlines for everyone; where the clock starts with the balance, by the day each was accepted."""
    sql = load("tenggat.waves", "waves.sql")
    common: dict[str, Any] = {"wave": wave.number, "announced_at": at, "zone": programme.time_zone}
    personal = programme.clock_starts == "balance"
    with connection.cursor() as cursor:
        days: list[date] = [at.astimezone(programme.zone).date()]
        if personal:
            cursor.execute(str(sql["starting_days"]), common)
            days = [day for (day,) in cursor.fetchall()]
        noon = [datetime.combine(day, time(12), programme.zone) for day in days]
        deadlines = [_deadline(programme, moment) for moment in noon]
        parameters = common | {"personal": personal, "days": days, "deadlines": deadlines}
        cursor.execute(str(sql["stamp_deadlines"]), parameters | {"now": now, "actor": str(actor)})
        return int(cursor.rowcount)


def _deadline(programme: Programme, starts_at: datetime) -> datetime:
    try:
        return deadline_at(programme, starts_at=starts_at)
    except NotInForce as error:
        raise RuleNotInForce(f"The programme says: {error}.") from None


def _act(kind: str, occurred_at: datetime, now: datetime, actor: Actor, details: dict[str, Any]) -> None:
    Act.objects.create(kind=kind, occurred_at=occurred_at, recorded_at=now, actor=str(actor), details=details)
