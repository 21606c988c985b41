"""Seats of people who were revoked go to a new wave: a decision of its own, later, that names the runs it draws from.

How seats are counted when somebody is reinstated afterwards stands in docs/decisions/0007.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tenggat.deadlines.approving import RunUnknown
from tenggat.deadlines.models import Release, Run
from tenggat.foundation import database, sql
from tenggat.foundation.actors import Actor
from tenggat.foundation.refusals import Refusal
from tenggat.journal import actions as journal
from tenggat.waves.entitlement import locked_wave

_SQL = sql.load("tenggat.deadlines", "releasing.sql")


class RunNotClosed(Refusal):
    """Who is revoked by this run is not settled yet."""

    code = "run_not_closed"


class WaveAnnounced(Refusal):
    """An announced wave has taken in whom it takes in."""

    code = "wave_announced"


@dataclass(frozen=True, slots=True)
class RunSeats:
    """The seats of one closed run, in people: revoked by it, gone for good, released, and kept to repay."""

    run: int
    cutoff_at: datetime
    revoked: int
    gone: int
    released: int
    repaid: int

    @property
    def free(self) -> int:
        """Seats that are empty and promised to nobody."""
        return max(0, self.gone - self.released - self.repaid)

    @property
    def missing(self) -> int:
        """People who came back after their seat had been promised."""
        return max(0, self.released + self.repaid - self.gone)


@dataclass(frozen=True, slots=True)
class Released:
    """Seats given per run, the wave's quota now, and how many seats are still owed to people who came back."""

    by_run: dict[int, int]
    repaid: int
    quota: int
    overdraft: int

    @property
    def seats(self) -> int:
        """How many seats the wave has gained."""
        return sum(self.by_run.values())


def seats() -> list[RunSeats]:
    """The seats of every closed run, oldest first."""
    return [RunSeats(*row) for row in database.rows(_SQL["seats_by_run"])]


def overdraft(runs: Iterable[RunSeats]) -> int:
    """How many more seats were promised than people have left: those missing, less what was kept to repay them."""
    return sum(run.missing - run.repaid for run in runs)


@transaction.atomic
def release_seats(*, run_ids: Collection[int], to_wave: int, now: datetime, actor: Actor) -> Released:
    """Add the free seats of these runs to the quota of a wave that is open and not announced yet.

    What is owed to people who came back is kept back first. The same runs again give only what is new, which may be
    none. Raises RunUnknown, RunNotClosed, WaveUnknown, WaveAnnounced.
    """
    wave = locked_wave(to_wave)
    if wave.announced_at is not None:
        raise WaveAnnounced(f"Wave {to_wave} is announced already: open a new wave and give it the seats.")
    _refuse_unsettled(run_ids)
    database.rows(_SQL["lock_runs"])
    found = seats()
    releases: list[Release] = []
    owed = overdraft(found)
    for run in found:
        if run.run in run_ids and run.free:
            repaid = min(owed, run.free)
            owed -= repaid
            given = {"seats": run.free - repaid, "repaid": repaid}
            releases.append(Release(run_id=run.run, to_wave=wave, **given, released_at=now, actor=str(actor)))
    if releases:
        Release.objects.bulk_create(releases)
        wave.refresh_from_db(fields=["quota"])
    by_run = dict.fromkeys(sorted(run_ids), 0) | {release.run_id: release.seats for release in releases}
    done = Released(by_run, sum(release.repaid for release in releases), wave.quota, owed)
    if releases:
        details = {"runs": by_run, "to_wave": to_wave, "seats": done.seats, "repaid": done.repaid, "quota": wave.quota}
        journal.act(kind="seats_released", occurred_at=now, now=now, actor=actor, details=details)
    return done


def _refuse_unsettled(run_ids: Collection[int]) -> None:
    states = dict(Run.objects.filter(run_id__in=run_ids).values_list("run_id", "state"))
    for run in sorted(run_ids):
        if run not in states:
            raise RunUnknown(f"There is no run {run}; tenggat seats list names those that have seats.")
        if states[run] != "closed":
            raise RunNotClosed(f"Run {run} is {states[run]}: its seats can be released when it is closed.")
