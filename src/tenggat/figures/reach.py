"""Whom the messages have reached, per wave, step, operator and province; and who can still be helped by a call."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from tenggat.figures.calling import write_list
from tenggat.foundation import database, sql
from tenggat.foundation.refusals import Refusal
from tenggat.rules.programme import Programme
from tenggat.waves.models import Wave

_SQL = sql.load("tenggat.figures", "reach.sql")
_COLUMNS = ("person_id", "wave", "name", "phone", "email", "province", "deadline_at", "why")


class NothingToCount(Refusal):
    """The wave or the step does not exist."""

    code = "not_known"


@dataclass(frozen=True, slots=True)
class Reach:
    """People who were to get a step: all of a wave, or (named) those of one operator or one province.

    handed over to a gateway, or perhaps; reached: a receipt says so, before the deadline; unknown: the gateway's answer
    was lost and no receipt has come; failed: every channel; waiting: something is still to go.
    """

    wave: int
    step: str
    operator: str | None
    province: str | None
    people: int
    handed: int
    reached: int
    unknown: int
    failed: int
    waiting: int

    @property
    def share(self) -> float | None:
        """Reached / people; None for nobody."""
        return self.reached / self.people if self.people else None

    def as_dict(self) -> dict[str, Any]:
        """The figures by name, with the share."""
        return {**asdict(self), "share": self.share}


def reach(*, programme: Programme, wave: int | None = None, step: str | None = None) -> list[Reach]:
    """The figures as they stand now, of all waves and steps or of one. Raises NothingToCount."""
    prefixes = [(prefix, operator.name) for operator in programme.operators for prefix in operator.prefixes]
    found = database.rows(
        _SQL["reach"],
        {
            "only_wave": wave,
            "only_step": step,
            "prefixes": [prefix for prefix, _ in prefixes],
            "operators": [name for _, name in prefixes],
            "prefix_length": max((len(prefix) for prefix, _ in prefixes), default=0),
        },
    )
    if not found:
        _refuse_unknown(programme, wave, step)
    return [Reach(*row) for row in found]


def _refuse_unknown(programme: Programme, wave: int | None, step: str | None) -> None:
    """Nothing planned of a step that there is not is no figure, but a slip."""
    steps = [known.name for known in programme.steps]
    if step is not None and step not in steps:
        raise NothingToCount(f"There is no step of that name; there are {', '.join(steps)}.")
    if wave is not None and not Wave.objects.filter(number=wave).exists():
        raise NothingToCount(f"There is no wave {wave}; see which there are: tenggat wave list")


@transaction.atomic
def write_unreached(*, path: Path, programme: Programme, now: datetime) -> int:
    """Write who can still be helped to a CSV that only its owner reads; gives how many. Raises FileUnusable."""
    return write_list(path, _COLUMNS, _unreached(now), zone=programme.zone)


def _unreached(now: datetime) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL["unreached"].text, {"now": now})
        while rows := cursor.fetchmany(10_000):
            yield from rows
