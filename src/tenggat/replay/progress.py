"""How far each wave is, for whoever watches."""

from datetime import datetime
from typing import Protocol

from tenggat.replay.shares import Share
from tenggat.replay.timetable import Calendar


class Watch(Protocol):
    """Whoever watches a replay."""

    def wave(self, number: int, done: int, total: int, what: str) -> None:
        """`done` of `total` of a wave is over; `what`: written, imported, buying, revoking, over."""


class Progress:
    """A wave has four stretches as long as its people: written, imported, buying (by days gone), revoked."""

    def __init__(self, watch: Watch, *, shares: dict[int, Share], calendars: tuple[Calendar, ...]) -> None:
        self.watch, self.calendars = watch, calendars
        self.people = {wave: share.accepted for wave, share in shares.items()}

    def written(self, wave: int, *, done: int) -> None:
        """People stand in the file."""
        self._tell(wave, done, "written")

    def imported(self, wave: int, *, done: int) -> None:
        """People are accepted."""
        self._tell(wave, self.people[wave] + done, "imported")

    def bought(self, *, now: datetime) -> None:
        """The platforms have delivered: every wave that is buying is so many of its days further."""
        for wave in self.calendars:
            if wave.announced_at < now <= wave.fed_at:
                gone = min(1.0, (now - wave.announced_at) / (wave.deadline_at - wave.announced_at))
                self._tell(wave.number, round(self.people[wave.number] * (2 + gone)), "buying")

    def revoked(self, wave: int, *, done: int, expected: int) -> None:
        """A slice of a run is done; the last step is left for the corrections."""
        share = min(1.0, done / expected) if expected else 1.0
        self._tell(wave, max(3 * self.people[wave], round(self.people[wave] * (3 + share)) - 1), "revoking")

    def over(self, wave: int) -> None:
        """Nothing more happens in this wave."""
        self._tell(wave, 4 * self.people[wave], "over")

    def _tell(self, wave: int, done: int, what: str) -> None:
        self.watch.wave(wave, done, 4 * self.people[wave], what)
