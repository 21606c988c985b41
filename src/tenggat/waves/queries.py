"""Reads of waves."""

from dataclasses import dataclass
from datetime import datetime

from tenggat.rules.deadlines import spending_ends_at
from tenggat.rules.programme import Programme
from tenggat.waves.models import Wave


@dataclass(frozen=True, slots=True)
class WaveLine:
    """A wave in a list; `deadline_at` is the first instant that is too late, `accepted` counts people."""

    wave: int
    quota: int
    announced_at: datetime | None
    deadline_at: datetime | None
    accepted: int


def wave_line(wave: Wave) -> WaveLine:
    """A wave as lists show it."""
    return WaveLine(wave.number, wave.quota, wave.announced_at, wave.deadline_at, wave.accepted)


def list_waves() -> list[WaveLine]:
    """Every wave, by number."""
    return [wave_line(wave) for wave in Wave.objects.order_by("number")]


def spending_ends(programme: Programme) -> dict[int, datetime]:
    """For each announced wave whose training balance can be spent for a time only, the first instant too late."""
    announced = Wave.objects.exclude(announced_at=None).order_by("number").values_list("number", "announced_at")
    ends = {number: spending_ends_at(programme, announced_at=at) for number, at in announced if at is not None}
    return {number: ends_at for number, ends_at in ends.items() if ends_at is not None}
