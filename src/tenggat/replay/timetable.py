"""What a programme office did in 2020, as one list in the order of time; waves 4 to 10 overlap.

Moments that were published stand in facts.py; the others are habits of an office: a wave is opened the day before it
is announced, the accepted are told at once, reminders are planned early in the morning and sent at noon, and revoking
waits until the night's feeds are in and the settlement time is over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import pairwise

from tenggat.replay.facts import WIB, WaveFacts
from tenggat.rules.deadlines import deadline_at
from tenggat.rules.programme import Programme

_DAY = timedelta(days=1)
_RARELY = timedelta(days=10)  # how long a platform may let the office wait for its purchases
_NEAR = timedelta(days=3)  # a delivery that follows another so soon is left out, unless a run waits for it


class Act(IntEnum):
    """What the office does; acts of one moment are done in this order."""

    OPEN = 1
    ANNOUNCE = 2
    FEED = 3
    REMIND = 4
    CORRECT = 5
    REVOKE = 6
    DELIVER = 7


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One act at one moment; a feed and a delivery of messages belong to no wave (0)."""

    at: datetime
    act: Act
    wave: int = 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """One wave's moments: `deadline_at` is the first instant that is too late."""

    number: int
    announced_at: datetime
    deadline_at: datetime

    @property
    def opened_at(self) -> datetime:
        """The morning before the announcement."""
        return _hour(self.announced_at - _DAY, 9)

    @property
    def reminded_at(self) -> datetime:
        """06:00 WIB of H-7: the last day less seven."""
        return _hour(self.deadline_at - _DAY, 6) - 7 * _DAY

    @property
    def fed_at(self) -> datetime:
        """When the platforms deliver for the run."""
        return _hour(self.deadline_at, 1, 30)

    @property
    def revoked_at(self) -> datetime:
        """Half an hour after the settlement time."""
        return _hour(self.deadline_at, 2, 30)

    @property
    def corrected_at(self) -> datetime:
        """When a platform hands in what it had missed."""
        return _hour(self.deadline_at + 2 * _DAY, 10)


def calendars(waves: tuple[WaveFacts, ...], *, programme: Programme) -> tuple[Calendar, ...]:
    """Give each wave's moments by the programme's rule."""
    return tuple(
        Calendar(wave.number, wave.announced_at, deadline_at(programme, starts_at=wave.announced_at).astimezone(WIB))
        for wave in waves
    )


def deliveries(waves: tuple[Calendar, ...]) -> tuple[datetime, ...]:
    """Give the moments at which every platform delivers, at 01:30 WIB; the last is after the last correction."""
    needed = {wave.fed_at for wave in waves} | {_hour(waves[-1].corrected_at + _DAY, 1, 30)}
    moments = set(needed)
    for wave in waves:
        before_reminder = _hour(wave.reminded_at, 1, 30)
        if not any(timedelta(0) <= before_reminder - moment <= _NEAR for moment in moments):
            moments.add(before_reminder)
    return tuple(sorted(moments | _between(sorted(moments), waves)))


def _between(moments: list[datetime], waves: tuple[Calendar, ...]) -> set[datetime]:
    """Fill gaps longer than ten days in which some wave is buying."""
    filled: set[datetime] = set()
    for start, end in pairwise([_hour(waves[0].announced_at, 1, 30), *moments]):
        at = start + _RARELY
        while end - at > _NEAR:
            if any(wave.announced_at < at < wave.deadline_at for wave in waves):
                filled.add(at)
            at += _RARELY
    return filled


def timetable(waves: tuple[Calendar, ...]) -> tuple[Entry, ...]:
    """Give everything that is to be done, in the order of time."""
    entries = {Entry(at, Act.FEED) for at in deliveries(waves)}
    for wave in waves:
        entries |= {
            Entry(wave.opened_at, Act.OPEN, wave.number),
            Entry(wave.announced_at, Act.ANNOUNCE, wave.number),
            Entry(wave.announced_at, Act.REMIND, wave.number),
            Entry(wave.announced_at, Act.DELIVER),
            Entry(wave.reminded_at, Act.REMIND, wave.number),
            Entry(wave.revoked_at, Act.REVOKE, wave.number),
            Entry(wave.corrected_at, Act.CORRECT, wave.number),
            *(Entry(_hour(at, 12), Act.DELIVER) for at in (wave.reminded_at, wave.revoked_at, wave.corrected_at)),
        }
    return tuple(sorted(entries))


def _hour(moment: datetime, hour: int, minute: int = 0) -> datetime:
    """That day's hour in WIB, which knows no summer time."""
    return datetime.combine(moment.astimezone(WIB).date(), datetime.min.time(), WIB).replace(hour=hour, minute=minute)
