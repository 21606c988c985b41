"""The moments between which a notice may go, per time zone, in the shape that set-based statements take."""

from datetime import datetime
from typing import TypedDict

from tenggat.rules.programme import Programme
from tenggat.rules.reminders import notice


class Zones(TypedDict):
    """Parallel lists: zone name, first moment, expiry."""

    zones: list[str]
    not_before: list[datetime]
    expires_at: list[datetime]


def zones_of(programme: Programme) -> list[str]:
    """Every time zone in which somebody of the programme may live."""
    return sorted({programme.time_zone, *programme.identity.regions.values()})


def notice_windows(programme: Programme, *, now: datetime) -> Zones:
    """From when, and until when, a notice of what happened at `now` may be sent, per zone."""
    zones = zones_of(programme)
    windows = [notice(programme, at=now, zone=zone) for zone in zones]
    return Zones(
        zones=zones,
        not_before=[window.not_before for window in windows],
        expires_at=[window.expires_at for window in windows],
    )


def notice_channels(programme: Programme, step: str) -> list[str]:
    """The channels of a notice; none where the programme file does not know the step."""
    return next((list(known.channels) for known in programme.steps if known.name == step), [])
