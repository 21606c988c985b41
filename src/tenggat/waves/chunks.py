"""What travels between the two processes of an import: the job one way, chunks of finished rows the other."""

from array import array
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from tenggat.waves import copy_rows as pg
from tenggat.waves.applicants import Terms


@dataclass(frozen=True, slots=True)
class Job:
    """What the parser is told: the file, and everything that the rows of one import have in common.

    Amounts are whole units of the currency. `details` goes with every journal event.
    """

    path: Path
    terms: Terms
    card_prefix: str
    card_length: int
    wave: int
    now: datetime
    deadline_at: datetime | None
    deadline_version: int
    total: int
    training: int
    actor: str
    details: dict[str, object] | None


@dataclass(slots=True)
class Chunk:
    """Rows in file order: what decides about each, and what will be written of those who are accepted.

    nik, household: fingerprints (16 bytes; household empty in a programme without). `by_household` has the
    places sorted by household. `tables` has no household seats: which seat is free only the database knows.
    """

    read: int
    lines: "array[int]"
    nik: list[bytes]
    household: list[bytes]
    birth_date: list[date | None]
    flagged: bytearray
    by_household: "array[int]"
    tables: dict[str, pg.Rows]
    refused: list[tuple[int, str, str]] = field(default_factory=list)
