"""The figures of the press table, as of a moment.

accepted = bought + completed + revoked + withdrawn + held + undecided; the reinstated are a subset of these.
A lapse rate is only given for a wave in which nobody is held or undecided any more: divided by people who are
not yet due it would say less than the truth.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from tenggat.foundation import database, sql
from tenggat.partners.queries import required_watermarks
from tenggat.rules.deadlines import cutoff
from tenggat.rules.programme import Programme

_SQL = sql.load("tenggat.figures", "figures.sql")
_COUNTED = ("accepted", "bought", "completed", "revoked", "withdrawn")


@dataclass(frozen=True, slots=True)
class WaveFigures:
    """People of one wave (or, with wave None, of all)."""

    wave: int | None
    accepted: int = 0
    bought: int = 0
    completed: int = 0
    revoked: int = 0
    withdrawn: int = 0
    reinstated: int = 0
    held: int = 0
    undecided: int = 0

    @property
    def lapse_rate(self) -> float | None:
        """Revoked / (accepted - withdrawn); None while anybody is held or undecided, or nobody was accepted."""
        base = self.accepted - self.withdrawn
        return None if self.held or self.undecided or not base else self.revoked / base

    def as_dict(self) -> dict[str, Any]:
        """The figures by name, with the lapse rate."""
        return {**asdict(self), "lapse_rate": self.lapse_rate}


@dataclass(frozen=True, slots=True)
class Report:
    """All waves and their total, as of a moment.

    `waiting` people, who are among the held, wait for the purchases of the `silent_feeds`.
    """

    as_of: datetime
    waves: list[WaveFigures]
    total: WaveFigures
    waiting: int = 0
    silent_feeds: tuple[str, ...] = ()


def report(*, programme: Programme, now: datetime) -> Report:
    """The figures at `now`, from where the participations stand."""
    watermarks = required_watermarks()
    moment = _bounds(programme, watermarks, at=now)
    reinstated = dict(database.rows(_SQL["reinstated"], {"as_of": now}))
    waves = []
    for wave, *counts, held, still_open in database.rows(_SQL["now"], moment):
        waves.append(_wave(wave, counts, reinstated, held=held, still_open=still_open))
    [(waiting,)] = database.rows(_SQL["waiting"], moment)
    return Report(now, waves, total(waves), waiting, _silent(watermarks, waiting, ripe_at=moment["ripe"]))


def report_as_of(*, programme: Programme, as_of: datetime) -> Report:
    """The figures at a past moment, from the journal alone: what `report` said then."""
    watermarks = dict(database.rows(_SQL["watermarks_as_of"], {"as_of": as_of}))
    moment = _bounds(programme, watermarks, at=as_of) | {"as_of": as_of}
    reinstated = dict(database.rows(_SQL["reinstated"], moment))
    held = {wave: (people, kept) for wave, people, kept in database.rows(_SQL["held_as_of"], moment)}
    counted = {row[0]: row[1:] for row in database.rows(_SQL["as_of"], moment)}
    waves = []
    for (wave,) in database.rows(_SQL["waves_as_of"], moment):
        *counts, still_open = counted.get(wave, (0,) * 6)
        waves.append(_wave(wave, counts, reinstated, held=held.get(wave, (0, 0))[0], still_open=still_open))
    waiting = sum(kept for _, kept in held.values())
    return Report(as_of, waves, total(waves), waiting, _silent(watermarks, waiting, ripe_at=moment["ripe"]))


def _silent(watermarks: dict[str, datetime], waiting: int, *, ripe_at: datetime) -> tuple[str, ...]:
    """The required feeds that have not delivered far enough, while anybody waits for them."""
    return tuple(sorted(source for source, through in watermarks.items() if waiting and through < ripe_at))


def total(waves: Iterable[WaveFigures]) -> WaveFigures:
    """The sum over waves."""
    waves = list(waves)
    names = [field.name for field in fields(WaveFigures) if field.name != "wave"]
    return WaveFigures(None, **{name: sum(getattr(wave, name) for wave in waves) for name in names})


def _wave(wave: int, counts: list[int], reinstated: dict[int, int], *, held: int, still_open: int) -> WaveFigures:
    named = dict(zip(_COUNTED, counts, strict=True))
    return WaveFigures(wave, **named, reinstated=reinstated.get(wave, 0), held=held, undecided=still_open - held)


def _bounds(programme: Programme, watermarks: dict[str, datetime], *, at: datetime) -> dict[str, datetime]:
    settlement = programme.settlement(at.astimezone(programme.zone).date())
    return {"ripe": at - settlement, "cutoff": cutoff(at, settlement, watermarks)}
