"""Reads of waves."""

from dataclasses import dataclass
from datetime import datetime

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
