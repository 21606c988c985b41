"""Import of accepted people: one file, one wave, one transaction (design sections 2 and 6).

A second process parses, fingerprints and encrypts (parsing.py, finishing.py); this one decides on each chunk
against the database (verdicts.py) and feeds COPY (writing.py). `accepting.accept` does it for one person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from operator import and_
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from tenggat.foundation.actors import Actor
from tenggat.foundation.keys import Keys
from tenggat.foundation.tabular import RefusedRows
from tenggat.journal.models import Act
from tenggat.rules.programme import Programme
from tenggat.waves import finishing
from tenggat.waves.applicants import terms
from tenggat.waves.chunks import Chunk, Job
from tenggat.waves.entitlement import entitlement, locked_wave
from tenggat.waves.models import Wave
from tenggat.waves.parsing import parsed
from tenggat.waves.refusals import refusing_races
from tenggat.waves.verdicts import SQL, judge
from tenggat.waves.writing import write


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's rows: read = accepted + refused; `warned` are accepted too."""

    read: int
    accepted: int
    refused: int
    warned: int
    refused_file: Path | None


def import_participants(
    *,
    path: Path,
    wave: int,
    programme: Programme,
    keys: Keys,
    now: datetime,
    actor: Actor,
    progress: Callable[[int], None] | None = None,
    chunk_size: int = finishing.SIZE,
) -> Imported:
    """Accept the people of a file into a wave, in file order, up to its quota.

    All of it is one transaction; refused rows are listed in `FILE.refused.csv`. `progress` is told the rows
    read so far. Raises FileRefused, WaveUnknown, RuleNotInForce, ParserDied or AcceptedMeanwhile, with nothing done.
    """
    with RefusedRows(path) as refused, refusing_races():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(str(SQL["one_import_at_a_time"]))
            cursor.execute(str(SQL["no_compiling"]))
            room = locked_wave(wave)
            job = _job(path, room, programme, now=now, actor=actor)
            with parsed(job=job, keys=keys, size=chunk_size) as chunks:
                seats = programme.identity.household_limit
                free = room.quota - room.accepted
                done = _Import(cursor, job, keys, refused, free=free, seats=seats)
                for chunk in chunks:
                    done.take(chunk)
                    if progress is not None:
                        progress(done.read)
            _journal(done, wave, now=now, actor=actor)
            refused.settle()
        return Imported(done.read, done.accepted, refused.count, done.warned, refused.publish())


def _job(path: Path, wave: Wave, programme: Programme, *, now: datetime, actor: Actor) -> Job:
    due = entitlement(wave, programme, accepted_at=now)
    return Job(
        path=path.absolute(),
        terms=terms(programme, now=now),
        card_prefix=programme.identity.card_prefix,
        card_length=programme.identity.card_length,
        wave=wave.number,
        now=now,
        deadline_at=due.deadline_at,
        deadline_version=due.deadline_version,
        total=due.total,
        training=due.training,
        actor=str(actor),
        details=due.details,
    )


class _Import:
    """Chunks on their way into the tables, and how many rows there were of each kind."""

    def __init__(
        self, cursor: CursorWrapper, job: Job, keys: Keys, refused: RefusedRows, *, free: int, seats: int
    ) -> None:
        self.cursor, self.job, self.keys, self.refused = cursor, job, keys, refused
        self.free, self.seats = free, seats
        self.read = self.accepted = self.warned = 0

    def take(self, chunk: Chunk) -> None:
        """Decide on a chunk, write who is accepted, and list who is not."""
        verdict = judge(
            self.cursor, chunk, wave=self.job.wave, free=self.free, seats_per_household=self.seats
        )
        write(self.cursor, chunk, verdict, job=self.job, keys=self.keys)
        for row in sorted(chunk.refused + verdict.refused):
            self.refused.add(*row)
        accepted = sum(verdict.accepted)
        self.read += chunk.read
        self.accepted += accepted
        self.free -= accepted
        self.warned += sum(map(and_, verdict.accepted, chunk.flagged))


def _journal(done: _Import, wave: int, *, now: datetime, actor: Actor) -> None:
    Act.objects.create(
        kind="participants_imported",
        occurred_at=now,
        recorded_at=now,
        actor=str(actor),
        details={"wave": wave, "read": done.read, "accepted": done.accepted, "warned": done.warned},
    )
