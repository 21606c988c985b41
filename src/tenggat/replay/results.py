"""What a replay found: every figure is a count in the database, none comes from the generator."""

from collections.abc import Iterable
from dataclasses import dataclass

from tenggat.foundation import database, sql
from tenggat.replay.facts import GROUPS, MATURED, PUBLISHED
from tenggat.rules.programme import Programme

_SQL = sql.load("tenggat.replay", "results.sql")


@dataclass(frozen=True, slots=True)
class WaveReplayed:
    """A wave at the end; `revoked` and `returned` (whole rupiah) are net of reinstatements."""

    wave: int
    accepted: int
    reminded: int
    bought: int
    revoked: int
    returned: int


@dataclass(frozen=True, slots=True)
class Group:
    """Waves with one published figure: `revoked` at the replay's scale, `published` unscaled."""

    waves: str
    revoked: int
    published: int


@dataclass(frozen=True, slots=True)
class Total:
    """The sums over all waves. `matured`: the revoked of waves 1-9, whose figure `published` (unscaled) is."""

    accepted: int
    reminded: int
    bought: int
    revoked: int
    returned: int
    matured: int
    published: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """A finished replay, in the shape of the command's JSON; `seconds` of a real clock."""

    waves: list[WaveReplayed]
    groups: list[Group]
    total: Total
    seconds: float


def read_results(*, programme: Programme, seconds: float) -> Replayed:
    """Count what the database holds now."""
    steps = [step.name for step in programme.steps if step.days_before is not None]
    reminded = dict(database.rows(_SQL["reminded"], {"steps": steps}))
    returned = dict(database.rows(_SQL["returned"]))
    waves = [
        WaveReplayed(wave, accepted, reminded.get(wave, 0), bought, revoked, returned.get(wave, 0))
        for wave, accepted, bought, revoked in database.rows(_SQL["participations"])
    ]
    return Replayed(waves, _groups(waves), _total(waves), seconds)


def _groups(waves: list[WaveReplayed]) -> list[Group]:
    return [Group(group.name, _revoked(waves, group.waves), group.revoked) for group in GROUPS]


def _revoked(waves: list[WaveReplayed], numbers: Iterable[int]) -> int:
    wanted = set(numbers)
    return sum(wave.revoked for wave in waves if wave.wave in wanted)


def _total(waves: list[WaveReplayed]) -> Total:
    matured = (number for group in GROUPS[:MATURED] for number in group.waves)
    return Total(
        accepted=sum(wave.accepted for wave in waves),
        reminded=sum(wave.reminded for wave in waves),
        bought=sum(wave.bought for wave in waves),
        revoked=sum(wave.revoked for wave in waves),
        returned=sum(wave.returned for wave in waves),
        matured=_revoked(waves, matured),
        published=PUBLISHED,
    )
