"""When a message may go to a person, on the person's own clock."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tenggat.rules.programme import Programme, Step

NOTICE_LIFETIME = timedelta(days=7)
"""A notice that could not be sent for a week would tell old news; the case file and the dashboard have it."""

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


class Schedule(NamedTuple):
    """From when a message may be sent, and the instant from which it is too late (both UTC)."""

    not_before: datetime
    expires_at: datetime


def schedule(
    programme: Programme, step: Step, *, announced_at: datetime, deadline_at: datetime, zone: str, now: datetime
) -> Schedule | None:
    """Schedule a reminder for a wave and a deadline; None where the wave does not get it, or no hour is left in time.

    The day is the last day minus n, or the day of the announcement plus n, in the programme's zone; the hours are
    those of the person's `zone`. Nothing goes before the announcement; found late, it goes at once inside the
    sending hours. ValueError: the step is a notice and has no days.
    """
    announced_on = announced_at.astimezone(programme.zone).date()
    if not step.is_for_wave(announced_on):
        return None
    day = _day_of(programme, step, announced_on=announced_on, deadline_at=deadline_at)
    opens_at = _instant(datetime.combine(day, programme.window(day).opens), ZoneInfo(zone))
    not_before = next_open(programme, at=max(opens_at, announced_at, now), zone=zone)
    expires_at = last_close(programme, before=deadline_at, zone=zone)
    return Schedule(not_before, expires_at) if not_before < expires_at else None


def _day_of(programme: Programme, step: Step, *, announced_on: date, deadline_at: datetime) -> date:
    if step.days_after is not None:
        return announced_on + step.days_after * _DAY
    if step.days_before is None:
        raise ValueError(f"step {step.name} is a notice: nothing counts down to it")
    return (deadline_at - _TICK).astimezone(programme.zone).date() - step.days_before * _DAY


def notice(programme: Programme, *, at: datetime, zone: str) -> Schedule:
    """Schedule a notice of something that happened at a moment: the first sending hour at or after it."""
    not_before = next_open(programme, at=at, zone=zone)
    return Schedule(not_before, not_before + NOTICE_LIFETIME)


def next_open(programme: Programme, *, at: datetime, zone: str) -> datetime:
    """Give the first instant (UTC) at or after a moment at which a person in a zone may be written to."""
    local = ZoneInfo(zone)
    day = at.astimezone(local).date()
    while True:
        window = programme.window(day)
        if at < _instant(datetime.combine(day, window.closes), local):
            return max(at.astimezone(UTC), _instant(datetime.combine(day, window.opens), local))
        day += _DAY


def closes_at(programme: Programme, *, at: datetime, zone: str) -> datetime:
    """Give the instant (UTC) at which the sending hours of a moment's day end in a zone."""
    local = ZoneInfo(zone)
    day = at.astimezone(local).date()
    return _instant(datetime.combine(day, programme.window(day).closes), local)


def last_close(programme: Programme, *, before: datetime, zone: str) -> datetime:
    """Give the last instant (UTC), not after a moment, at which sending hours end in a zone."""
    local = ZoneInfo(zone)
    day = before.astimezone(local).date()
    while True:
        closes_at = _instant(datetime.combine(day, programme.window(day).closes), local)
        if closes_at <= before:
            return closes_at
        day -= _DAY


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Read a wall clock; one that never comes is read as if the clock had not yet jumped."""
    return wall.replace(tzinfo=zone).astimezone(UTC)
